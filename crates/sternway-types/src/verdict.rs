//! What the policy makes of the outcomes.

use serde::{Deserialize, Serialize};

use crate::{ErrorClass, OutcomeId, Rule, RuleName, Timestamp};

/// A failure that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Which outcome.
    pub outcome: OutcomeId,
    /// When it ended.
    pub at: Timestamp,
    /// The class of its error, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
}

/// What a verdict rests on: enough to reach it again from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How many outcomes had succeeded when the verdict was reached.
    pub succeeded: u64,
    /// How many had failed.
    pub failed: u64,
    /// The newest outcome's own time: windows reach back from here.
    pub newest: Timestamp,
    /// The failures that decided, the oldest first, at most as many as a tally remembers.
    pub failures: Vec<Observation>,
}

/// A version was found to be worse than it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// The rule that decided, as it was set.
    pub rule: Rule,
    /// Every rule that held, the deciding one first.
    pub matched: Vec<RuleName>,
    /// What it rests on.
    pub evidence: Evidence,
}

/// What the policy makes of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a verdict is there to be acted on"]
pub enum Verdict {
    /// Nothing speaks against it, as far as is known.
    Undecided,
    /// It must go back.
    Regressed(Box<Regression>),
}
