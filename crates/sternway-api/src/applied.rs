//! What applying a manifest led to, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, LabelId, Revision, VersionNumber};

/// What became of one artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedItemView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Its number.
    pub version: VersionNumber,
    /// Whether it was added.
    pub added: bool,
    /// Whether it went live.
    pub went_live: bool,
    /// What was live before, if it went live and anything was.
    pub from: Option<VersionNumber>,
    /// The labels that were set to it.
    pub labelled: Vec<LabelId>,
}

/// What became of everything that was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedView {
    /// Where versions went live.
    pub environment: EnvironmentId,
    /// Artifact by artifact.
    pub items: Vec<AppliedItemView>,
    /// The one revision that did it; nothing if everything was as wanted already.
    pub revision: Option<Revision>,
    /// Whether nothing was written.
    pub dry_run: bool,
}
