//! Condemned contents, as they are shown.

use serde::Serialize;
use sternway_types::{ArtifactId, Condemnation, Digest, EnvironmentId, Revision, VersionNumber};

/// A content that is unfit for an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CondemnationView {
    /// Whose content.
    pub artifact: ArtifactId,
    /// Where it is unfit.
    pub environment: EnvironmentId,
    /// The content.
    pub digest: Digest,
    /// The version that it was condemned as.
    pub version: VersionNumber,
    /// Why.
    pub reason: String,
}

impl From<&Condemnation> for CondemnationView {
    fn from(condemnation: &Condemnation) -> Self {
        Self {
            artifact: condemnation.artifact.clone(),
            environment: condemnation.environment.clone(),
            digest: condemnation.digest,
            version: condemnation.version,
            reason: condemnation.reason.to_string(),
        }
    }
}

/// What condemning or pardoning led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CondemnedView {
    /// Whose content.
    pub artifact: ArtifactId,
    /// Which version.
    pub version: VersionNumber,
    /// Where.
    pub environment: EnvironmentId,
    /// Whether it is condemned now.
    pub condemned: bool,
    /// The revision that says so.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
