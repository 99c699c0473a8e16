//! Health checks and what they find, as they are shown.

use serde::Serialize;
use sternway_types::ProbeId;

/// A health check of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProbeView {
    /// What plans ask for it by.
    pub name: ProbeId,
    /// `command`, `tcp`, `http`, `prometheus`, `sql`, `all` or `any`.
    pub kind: &'static str,
    /// What is asked, in short and without secrets.
    pub what: String,
    /// How long one try may take, in milliseconds; nothing for `all` and `any`.
    pub timeout_ms: Option<u64>,
}

/// What a health check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProbedView {
    /// Its name.
    pub name: ProbeId,
    /// `well`, `unwell`, or `unknown` if nothing was found out.
    pub answer: &'static str,
    /// Why it is not well, or why nothing was found out.
    pub problem: Option<String>,
}
