//! What recording an outcome led to, as it is shown.

use serde::Serialize;
use sternway_types::{DeploymentId, OutcomeId};

use crate::{RollbackView, SubjectView, TallyView, VerdictView};

/// What a regression led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReactionView {
    /// The pointer went back.
    RolledBack(RollbackView),
    /// No good version was left: the version stays live, and a person must act.
    Halted,
    /// The policy's automatic rollbacks were used up for now: the version stays live, and a person must act.
    OverBudget,
    /// The deployment that it is a candidate of goes no further until a person lets it.
    Paused {
        /// Which.
        deployment: DeploymentId,
    },
    /// The policy only says so: the version stays live, and a person decides.
    Notified,
    /// The policy is on trial: nothing was done.
    Shadowed,
    /// It was a candidate beside what is live, and gets no more runs.
    Withdrawn {
        /// The deployment that goes back.
        deployment: DeploymentId,
    },
    /// The version was no longer live, or somebody reacted before.
    Overtaken,
}

/// What recording an outcome led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordedView {
    /// The outcome's id.
    pub outcome: OutcomeId,
    /// Whether it was new; one that was recorded before counts once.
    pub counted: bool,
    /// What ran.
    pub subject: SubjectView,
    /// What the outcomes of this stay add up to; nothing if this one was recorded before.
    pub tally: Option<TallyView>,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: VerdictView,
    /// What a regression led to.
    pub reaction: Option<ReactionView>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
