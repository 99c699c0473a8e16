//! Verdicts and what they rest on, as they are shown.

use serde::Serialize;
use sternway_types::{
    Evidence, Measure, Measured, Observation, OutcomeId, Regression, Severity, Timestamp, Verdict,
    VersionNumber,
};

use crate::{PolicyFromView, RuleView, TestView};

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

/// What was measured of a version within a window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasureView {
    /// The mean: of a rate from 0 to 1, of a duration in milliseconds. Nothing if nothing was
    /// measured.
    pub mean: Option<f64>,
    /// How many measurements it is the mean of.
    pub samples: u64,
    /// Their exact sum, in decimals.
    pub sum: String,
}

impl From<Measure> for MeasureView {
    fn from(measure: Measure) -> Self {
        Self { mean: measure.mean(), samples: measure.samples, sum: measure.sum.to_string() }
    }
}

/// The numbers that a rule on a metric looks at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasuredView {
    /// Which metric.
    pub metric: String,
    /// What was measured of the version.
    pub measure: MeasureView,
    /// The version that it is compared with, if it is.
    pub baseline_version: Option<VersionNumber>,
    /// What was measured of that.
    pub baseline: Option<MeasureView>,
}

impl From<&Measured> for MeasuredView {
    fn from(measured: &Measured) -> Self {
        let baseline = measured.baseline.as_ref();
        Self {
            metric: measured.metric.to_string(),
            measure: measured.measure.into(),
            baseline_version: baseline.map(|baseline| baseline.version),
            baseline: baseline.map(|baseline| baseline.measure.into()),
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceView {
    /// How many outcomes had succeeded when the verdict was reached.
    pub succeeded: u64,
    /// How many had failed.
    pub failed: u64,
    /// The newest outcome's own time.
    pub newest: Timestamp,
    /// The failures that decided, the oldest first.
    pub failures: Vec<ObservationView>,
    /// The numbers that decided, if the rule is on a metric.
    pub measured: Option<MeasuredView>,
    /// What the test found that decided, if the rule is one.
    pub test: Option<TestView>,
    /// What a rule of the program's own said, if it is one.
    pub said: Option<String>,
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> Self {
        Self {
            succeeded: evidence.succeeded,
            failed: evidence.failed,
            newest: evidence.newest,
            failures: evidence.failures.iter().map(Into::into).collect(),
            measured: evidence.measured.as_ref().map(Into::into),
            test: evidence.test.as_ref().map(Into::into),
            said: evidence.said.clone(),
        }
    }
}

/// Why a version was found to be worse than it may be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegressionView {
    /// The rule that decided, as it was set.
    pub rule: RuleView,
    /// `immediate`, `sequential`, `fast` or `standard`: how fast the rule that decided is.
    pub tier: String,
    /// `medium`, `high` or `critical`: by how much the success rate fell below that of the last good
    /// version (0.15, 0.20, 0.30 points). Nothing if it did not, or was not compared.
    pub severity: Option<&'static str>,
    /// What the rule says, in words.
    pub description: String,
    /// The names of the rules that held, the deciding one first.
    pub matched: Vec<String>,
    /// The version that the policy was, if it was an artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyFromView>,
    /// What it rests on.
    pub evidence: EvidenceView,
}

impl From<&Regression> for RegressionView {
    fn from(regression: &Regression) -> Self {
        Self {
            rule: (&regression.rule).into(),
            tier: regression.tier().to_string(),
            severity: regression.severity().map(Severity::as_str),
            description: regression.to_string(),
            matched: regression.matched.iter().map(ToString::to_string).collect(),
            policy: regression.policy.as_ref().map(Into::into),
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
