//! What gets worse or is not needed any more, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, Timestamp, VersionNumber};

/// A sign that what is live gets worse, or is not needed any more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SignView {
    /// `halted`, `condemned`, `degraded`, `failing`, `slow`, `drifted`, `unused`, `never_used` or
    /// `old`.
    pub sign: &'static str,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: &'static str,
    /// Whether going back would help.
    pub rollback_recommended: bool,
    /// All of that in one line.
    pub description: String,
}

/// What was found about what is live of an artifact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgingView {
    /// Whose.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// Which version is live.
    pub version: VersionNumber,
    /// When that was published.
    pub published_at: Timestamp,
    /// Since when it is live.
    pub live_since: Timestamp,
    /// When it last ran; nothing if it never did.
    pub used_at: Option<Timestamp>,
    /// The gravest of what was found; nothing if nothing was.
    pub severity: Option<&'static str>,
    /// What was found, the gravest first.
    pub signs: Vec<SignView>,
}
