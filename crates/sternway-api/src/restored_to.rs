//! What restoring to a revision led to, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, PointId, PointerName, Revision, VersionNumber};

use crate::{PointerKind, pointer::parts};

/// A pointer that goes back, or stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WentBackView {
    /// Whose pointer.
    pub artifact: ArtifactId,
    /// What kind of pointer it is.
    pub kind: PointerKind,
    /// The name of the environment or label.
    pub name: String,
    /// The version that it named until now.
    pub from: Option<VersionNumber>,
    /// The version that it names again; nothing if it is a label that was not there.
    pub to: Option<VersionNumber>,
}

impl WentBackView {
    /// A pointer that goes from one version to another.
    #[must_use]
    pub fn new(
        artifact: &ArtifactId,
        name: &PointerName,
        from: Option<VersionNumber>,
        to: Option<VersionNumber>,
    ) -> Self {
        let (kind, name) = parts(name);
        Self { artifact: artifact.clone(), kind, name, from, to }
    }
}

/// What restoring to a revision led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoredToView {
    /// The revision that was restored.
    pub to: Revision,
    /// The rollback point that names it, if one was restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<PointId>,
    /// The environment that was restored alone; nothing if all of them were, and the labels.
    pub environment: Option<EnvironmentId>,
    /// Every pointer that went back.
    pub moved: Vec<WentBackView>,
    /// What would go back to nothing and stays where it is: an environment is never emptied.
    pub stays: Vec<WentBackView>,
    /// The revision that moved them; nothing if all of them were there.
    pub revision: Option<Revision>,
    /// Whether nothing was written.
    pub dry_run: bool,
}
