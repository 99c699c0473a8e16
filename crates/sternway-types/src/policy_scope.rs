//! What a policy is for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{ArtifactId, CollectionId, EnvironmentId};

/// Why a text is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not a policy scope: expected namespace, collection:NAME, \
     artifact:COLLECTION/NAME or environment:NAME{}", self.meant()
)]
pub struct ScopeError {
    given: String,
}

impl ScopeError {
    /// What somebody who gave the name of an artifact meant.
    fn meant(&self) -> String {
        let artifact = self.given.parse::<ArtifactId>();
        artifact.map_or_else(|_| String::new(), |id| format!("; did you mean artifact:{id}?"))
    }
}

/// What a policy is for. The later of these that is set wins over the earlier.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PolicyScope {
    /// Everything in the namespace.
    Namespace,
    /// Every artifact of a collection.
    Collection(CollectionId),
    /// One artifact.
    Artifact(ArtifactId),
    /// Everything that is live in an environment.
    Environment(EnvironmentId),
}

impl fmt::Display for PolicyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace => f.write_str("namespace"),
            Self::Collection(id) => write!(f, "collection:{id}"),
            Self::Artifact(id) => write!(f, "artifact:{id}"),
            Self::Environment(id) => write!(f, "environment:{id}"),
        }
    }
}

impl FromStr for PolicyScope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let scope = match text.split_once(':') {
            None if text == "namespace" => Some(Self::Namespace),
            Some(("collection", name)) => name.parse().ok().map(Self::Collection),
            Some(("artifact", name)) => name.parse().ok().map(Self::Artifact),
            Some(("environment", name)) => name.parse().ok().map(Self::Environment),
            _ => None,
        };
        scope.ok_or_else(|| ScopeError { given: text.chars().take(240).collect() })
    }
}

impl TryFrom<String> for PolicyScope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl From<PolicyScope> for String {
    fn from(scope: PolicyScope) -> Self {
        scope.to_string()
    }
}
