//! What promoting led to, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, Generation, Revision, VersionNumber};

/// What promoting led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PromotedView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where it is live.
    pub environment: EnvironmentId,
    /// What was live before.
    pub from: Option<VersionNumber>,
    /// What is live now.
    pub to: VersionNumber,
    /// The generation of the pointer.
    pub generation: Generation,
    /// The revision that moved it; nothing if it was live already.
    pub revision: Option<Revision>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
