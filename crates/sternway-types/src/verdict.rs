//! What the policy makes of the outcomes.

use serde::{Deserialize, Serialize};

use crate::{ErrorClass, Measure, Metric, OutcomeId, Rule, RuleId, Tier, Timestamp, VersionNumber};

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

/// What the last good version measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineMeasure {
    /// Which version that is.
    pub version: VersionNumber,
    /// What was measured of it within the rule's window for it.
    pub measure: Measure,
}

/// The numbers that a rule on a metric held against its threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Which metric.
    pub metric: Metric,
    /// What was measured of the version within the rule's window.
    pub measure: Measure,
    /// What it was compared with, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineMeasure>,
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
    /// The numbers that decided, if the rule is on a metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
}

/// A version was found to be worse than it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// The rule that decided, as it was set.
    pub rule: Rule,
    /// Every rule that held, the deciding one first.
    pub matched: Vec<RuleId>,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Regression {
    /// The tier of the rule that decided.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        self.rule.name().tier()
    }
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
