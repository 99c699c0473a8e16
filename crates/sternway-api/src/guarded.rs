//! What a guarded publish led to, as it is shown.

use serde::Serialize;
use sternway_types::{Revision, VersionNumber};

use crate::PublishedView;

/// How a guarded publish ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GuardEndingView {
    /// Nothing went live by it, so the check was not run.
    NothingToGuard,
    /// The check passed.
    Kept,
    /// The check failed, and what was live before is live again.
    TakenBack,
    /// The check failed, and no good version is left: it stays live, and a person must act.
    Halted,
    /// The check failed, and somebody moved the pointer meanwhile: nothing was taken back.
    Overtaken,
}

/// What a guarded publish led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuardedView {
    /// What was published.
    pub published: PublishedView,
    /// How it ended.
    pub ending: GuardEndingView,
    /// What the check said, if it failed.
    pub reason: Option<String>,
    /// The exit status of the command, if it was run and had one.
    pub exit_status: Option<i32>,
    /// What is live now.
    pub live: Option<VersionNumber>,
    /// The revision that took it back, or condemned it.
    pub revision: Option<Revision>,
}
