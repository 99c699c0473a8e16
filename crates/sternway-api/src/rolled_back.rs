//! What a rollback led to, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, Generation, Revision, VersionNumber};

use crate::CheckedView;

/// What a rollback led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RollbackView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// What was live, and is condemned there now.
    pub from: VersionNumber,
    /// What is live again.
    pub to: VersionNumber,
    /// Whose content that is, if it was published again as a new version.
    pub restored: Option<VersionNumber>,
    /// The generation of the pointer.
    pub generation: Generation,
    /// The revision that moved it.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What restoring led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoredView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// What was live before.
    pub from: Option<VersionNumber>,
    /// Whose content came back.
    pub restored: VersionNumber,
    /// The new version that has it.
    pub version: VersionNumber,
    /// Whether it is live; not if a check condemned it.
    pub live: bool,
    /// What its checks found.
    pub checks: Vec<CheckedView>,
    /// The generation of the pointer.
    pub generation: Generation,
    /// The revision that did it.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
