//! Latched verdicts, as they are shown.

use serde::Serialize;
use sternway_types::{
    ArtifactId, DeploymentId, EnvironmentId, Generation, Latch, LatchAction, Timestamp,
    VersionNumber,
};

use crate::RegressionView;

/// What a latched verdict led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LatchActionView {
    /// The pointer went back.
    RolledBack {
        /// The version that it went back to.
        to: VersionNumber,
    },
    /// No good version was left to go back to: a person must act.
    Halted,
    /// The policy's automatic rollbacks were used up for now: the version stays live, and a person must act.
    OverBudget,
    /// The deployment that it is a candidate of goes no further until a person lets it.
    Paused {
        /// Which.
        deployment: DeploymentId,
    },
    /// The policy asks to say so, and nothing more.
    Notified,
    /// The policy is on trial: this is what it would have done something about.
    Shadowed,
    /// It was a deployment's candidate, and gets no more runs.
    Withdrawn {
        /// Whose.
        deployment: DeploymentId,
    },
}

impl From<LatchAction> for LatchActionView {
    fn from(action: LatchAction) -> Self {
        match action {
            LatchAction::RolledBack { to } => Self::RolledBack { to },
            LatchAction::Halted => Self::Halted,
            LatchAction::OverBudget => Self::OverBudget,
            LatchAction::Paused { deployment } => Self::Paused { deployment },
            LatchAction::Notified => Self::Notified,
            LatchAction::Shadowed => Self::Shadowed,
            LatchAction::Withdrawn { deployment } => Self::Withdrawn { deployment },
        }
    }
}

/// A verdict that was reached once and stays, for one stay of a version in an environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LatchView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where it was live.
    pub environment: EnvironmentId,
    /// The generation of the pointer while it was.
    pub generation: Generation,
    /// The version.
    pub version: VersionNumber,
    /// Why it was found to be worse.
    pub regression: RegressionView,
    /// What was done.
    pub action: LatchActionView,
    /// The newest outcome's own time when the verdict was reached.
    pub at: Timestamp,
}

impl From<&Latch> for LatchView {
    fn from(latch: &Latch) -> Self {
        Self {
            artifact: latch.artifact.clone(),
            environment: latch.environment.clone(),
            generation: latch.generation,
            version: latch.version,
            regression: (&latch.regression).into(),
            action: latch.action.into(),
            at: latch.at,
        }
    }
}
