//! Environments, as they are shown.

use serde::Serialize;
use sternway_types::{Environment, EnvironmentId, Revision};

use crate::LiveView;

/// A place where versions are live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentView {
    /// Its name.
    pub id: EnvironmentId,
    /// What it is for.
    pub description: String,
}

impl From<&Environment> for EnvironmentView {
    fn from(environment: &Environment) -> Self {
        Self { id: environment.id.clone(), description: environment.description.clone() }
    }
}

/// What creating an environment led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentCreatedView {
    /// The environment.
    #[serde(flatten)]
    pub environment: EnvironmentView,
    /// The revision that created it.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// An environment, and what is live in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentDetailView {
    /// The environment.
    #[serde(flatten)]
    pub environment: EnvironmentView,
    /// What is live in it, by artifact.
    pub live: Vec<LiveView>,
}
