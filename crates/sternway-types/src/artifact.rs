//! The thing that has versions.

use crate::{Actor, ArtifactId, Revision, Timestamp, VersionNumber};

/// An artifact as it stands: it exists from its first version on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name.
    pub id: ArtifactId,
    /// The number of its newest version, which is also how many it has.
    pub latest: VersionNumber,
    /// When its first version was published.
    pub created_at: Timestamp,
    /// Who published its first version.
    pub created_by: Actor,
    /// The revision of its newest version.
    pub revision: Revision,
}
