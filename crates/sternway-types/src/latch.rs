//! Verdicts that were reached once and stay.

use serde::{Deserialize, Serialize};

use crate::{
    ArtifactId, DeploymentId, EnvironmentId, Generation, Regression, Timestamp, VersionNumber,
};

/// What a latched verdict led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatchAction {
    /// The pointer went back.
    RolledBack {
        /// The version that it went back to.
        to: VersionNumber,
    },
    /// No good version was left to go back to: a person must act.
    Halted,
    /// The policy's automatic rollbacks of a day were used up, or it waits for a while after each: a person
    /// must act.
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

impl LatchAction {
    /// Whether the version was found to be worse and keeps its runs, as the policy asks for.
    #[must_use]
    pub const fn is_notice(self) -> bool {
        matches!(self, Self::Paused { .. } | Self::Notified | Self::Shadowed)
    }

    /// Whether a person must act: the version stays live.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        matches!(self, Self::Halted | Self::OverBudget)
    }
}

/// A verdict that was reached once and stays, for one stay of a version in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latch {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where it was live.
    pub environment: EnvironmentId,
    /// The generation of the pointer while it was.
    pub generation: Generation,
    /// The version.
    pub version: VersionNumber,
    /// Why it was found to be worse.
    pub regression: Regression,
    /// What was done.
    pub action: LatchAction,
    /// Whether it was a deployment's candidate: several of them may share a generation with what is live, and
    /// each has a notice of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub candidate: bool,
    /// The newest outcome's own time when the verdict was reached.
    pub at: Timestamp,
}
