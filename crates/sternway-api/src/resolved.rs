//! Which version a run takes, and what it may be given one for.

use serde::Serialize;
use sternway_types::{
    ArtifactId, Assigned, DeploymentId, EnvironmentId, Generation, Matched, VersionNumber,
};

/// Which version a run is to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResolvedView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// The version.
    pub version: VersionNumber,
    /// Whether it is a candidate, beside what is live.
    pub candidate: bool,
    /// The generation of the pointer, which the outcome of the run is to name.
    pub generation: Generation,
    /// Its share, in basis points of 10,000.
    pub weight: u16,
    /// Whether it was given the run for what that carries, and not for a share.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub matched: bool,
    /// The candidate that gets a copy of the run, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<VersionNumber>,
    /// The deployment, if one is on its way.
    pub deployment: Option<DeploymentId>,
    /// How the run came to the version, if a deployment shares the runs out, which its outcome is to say: `chance`,
    /// or the bucket of its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
}

/// A candidate that gets runs for what they carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchedView {
    /// Which.
    pub version: VersionNumber,
    /// The name of the attribute, in small letters.
    pub attribute: String,
    /// The values that match.
    pub values: Vec<String>,
}

impl From<&Matched> for MatchedView {
    fn from(matched: &Matched) -> Self {
        Self {
            version: matched.to,
            attribute: matched.by.attribute().to_owned(),
            values: matched.by.values().map(str::to_owned).collect(),
        }
    }
}
