//! Health checks: what the host has to say whether what is deployed is well.

use std::fmt;

use async_trait::async_trait;
use sternway_types::Deployment;

/// What a health check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// All is well.
    Well,
    /// It is not, and why.
    Unwell(String),
}

/// Why a health check found nothing out. Nobody is well by that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Unprobed {
    problem: String,
}

impl Unprobed {
    /// It found nothing out since this happened, and what can be done about it.
    #[must_use]
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into() }
    }
}

/// Says whether what is deployed is well, under a name that the host gave it.
///
/// # Contract
///
/// - **Asked again**: it may be asked more than once about one step of a deployment, also by two processes at
///   once; whoever does something by being asked goes by the id of the deployment and its step.
/// - **No answer is an error**: a check that could not be made, or made no sense of what came, answers
///   [`Unprobed`] and is asked again; one that was made and found something wrong, such as an application that
///   says nothing in time, answers [`Health::Unwell`].
/// - **Ends**: it answers within a limit of its own, its retries included.
/// - **Free to drop**: a call that is dropped leaves nothing running.
#[async_trait]
pub trait HealthProbe: fmt::Debug + Send + Sync + 'static {
    /// Whether the candidates of a deployment are well, as far as it has come.
    async fn probe(&self, of: &Deployment) -> Result<Health, Unprobed>;
}
