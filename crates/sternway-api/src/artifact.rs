//! An artifact, as it is shown.

use serde::Serialize;
use sternway_types::{Actor, Artifact, ArtifactId, Revision, Timestamp, VersionNumber};

use crate::LiveView;

/// An artifact as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArtifactView {
    /// Its name.
    pub id: ArtifactId,
    /// The part of its name before the slash, which gives the kind.
    pub collection: String,
    /// The part of its name after the slash.
    pub name: String,
    /// The number of its newest version, which is also how many it has.
    pub latest: VersionNumber,
    /// What is live in the environment that was asked about.
    pub live: Option<LiveView>,
    /// When its first version was published.
    pub created_at: Timestamp,
    /// The same in seconds since 1970.
    pub created_at_unix: f64,
    /// Who published its first version.
    pub created_by: Actor,
    /// The revision of its newest version.
    pub revision: Revision,
}

impl ArtifactView {
    /// Adds what is live.
    #[must_use]
    pub fn with_live(mut self, live: Option<LiveView>) -> Self {
        self.live = live;
        self
    }
}

impl From<&Artifact> for ArtifactView {
    fn from(artifact: &Artifact) -> Self {
        Self {
            id: artifact.id.clone(),
            collection: artifact.id.collection().to_owned(),
            name: artifact.id.name().to_owned(),
            latest: artifact.latest,
            live: None,
            created_at: artifact.created_at,
            created_at_unix: artifact.created_at.as_unix_seconds(),
            created_by: artifact.created_by.clone(),
            revision: artifact.revision,
        }
    }
}
