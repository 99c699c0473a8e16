//! Verdicts and what they rest on, as they are shown.

use serde::Serialize;
use sternway_types::{Evidence, Observation, OutcomeId, Regression, Timestamp, Verdict};

use crate::RuleView;

/// A failure that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObservationView {
    /// Which outcome.
    pub outcome: OutcomeId,
    /// When it ended.
    pub at: Timestamp,
    /// The class of its error, if known.
    pub error_class: Option<String>,
}

impl From<&Observation> for ObservationView {
    fn from(observation: &Observation) -> Self {
        Self {
            outcome: observation.outcome,
            at: observation.at,
            error_class: observation.class.as_ref().map(ToString::to_string),
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceView {
    /// How many outcomes had succeeded when the verdict was reached.
    pub succeeded: u64,
    /// How many had failed.
    pub failed: u64,
    /// The newest outcome's own time.
    pub newest: Timestamp,
    /// The failures that decided, the oldest first.
    pub failures: Vec<ObservationView>,
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> Self {
        Self {
            succeeded: evidence.succeeded,
            failed: evidence.failed,
            newest: evidence.newest,
            failures: evidence.failures.iter().map(Into::into).collect(),
        }
    }
}

/// Why a version was found to be worse than it may be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegressionView {
    /// The rule that decided, as it was set.
    pub rule: RuleView,
    /// The rule in words.
    pub description: String,
    /// The names of the rules that held, the deciding one first.
    pub matched: Vec<String>,
    /// What it rests on.
    pub evidence: EvidenceView,
}

impl From<&Regression> for RegressionView {
    fn from(regression: &Regression) -> Self {
        Self {
            rule: (&regression.rule).into(),
            description: regression.rule.to_string(),
            matched: regression.matched.iter().map(ToString::to_string).collect(),
            evidence: (&regression.evidence).into(),
        }
    }
}

/// What the policy makes of a version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerdictView {
    /// `undecided`, or `regressed`: it must go back.
    pub verdict: &'static str,
    /// Why it must.
    pub regression: Option<RegressionView>,
}

impl From<&Verdict> for VerdictView {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Undecided => Self { verdict: "undecided", regression: None },
            Verdict::Regressed(regression) => {
                Self { verdict: "regressed", regression: Some(regression.as_ref().into()) }
            }
        }
    }
}
