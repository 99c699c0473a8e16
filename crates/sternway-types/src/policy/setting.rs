//! What is set in a scope: a policy, none, or that of an artifact.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Policy;
use crate::{ArtifactId, Digest, VersionNumber};

/// A policy, or that nothing is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicySetting {
    /// Nothing is judged and nothing is rolled back by itself.
    Off,
    /// This policy.
    On(Policy),
    /// What is live of this artifact, wherever what is judged is live. Its contents are policies
    /// ([`ArtifactId::is_policy`]).
    From(ArtifactId),
}

/// A version of an artifact that is a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyVersion {
    /// Which artifact.
    pub artifact: ArtifactId,
    /// Which version of it.
    pub version: VersionNumber,
    /// What is in it.
    pub digest: Digest,
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.artifact, self.version)
    }
}
