//! What a rollback led to, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, Generation, Revision, VersionNumber};

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
    /// The generation of the pointer.
    pub generation: Generation,
    /// The revision that moved it.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
