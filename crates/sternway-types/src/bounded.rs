//! The rule on a mean that was promised, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Metric, PolicyError, RuleName, Threshold, sequential::check_alpha};

/// The mean of what is measured of each run is beyond what was promised: a sequential test by betting, which
/// may be looked at after every run.
///
/// It assumes nothing of how the values are distributed, but that they lie on a scale from 0 to `cap`: what lies
/// beyond an end of it counts as that end. The limit is on the mean of such values. It follows the order of the
/// log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounded {
    /// Of what: a duration in milliseconds, a cost, or a score. A rate and a quantile are no measurement
    /// of one run.
    pub metric: Metric,
    /// The most that the mean may be; of this and `at_least` a rule has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Threshold>,
    /// The least that the mean may be, where more is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Threshold>,
    /// The end of the scale, in the unit of the metric: above the limit.
    pub cap: Threshold,
    /// With which probability a version whose mean keeps to the limit is taken back, ever, however often one
    /// looks. Default 0.01.
    #[serde(default = "one_hundredth")]
    pub alpha: Threshold,
}

const fn one_hundredth() -> Threshold {
    Threshold::hundredths(1)
}

impl Bounded {
    /// The mean of a metric may be this at most, on a scale up to a cap, with the defaults of a file.
    #[must_use]
    pub const fn at_most(metric: Metric, limit: Threshold, cap: Threshold) -> Self {
        Self { metric, at_most: Some(limit), at_least: None, cap, alpha: one_hundredth() }
    }

    /// The mean of a metric may be this at least, on a scale up to a cap.
    #[must_use]
    pub const fn at_least(metric: Metric, limit: Threshold, cap: Threshold) -> Self {
        Self { metric, at_most: None, at_least: Some(limit), cap, alpha: one_hundredth() }
    }

    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        let is_rate = matches!(self.metric, Metric::SuccessRate | Metric::ErrorRate);
        if is_rate || self.metric.percentile().is_some() {
            return Err(PolicyError::NoMeasurement { metric: self.metric.clone() });
        }
        let (field, found) = match (self.at_most, self.at_least) {
            (Some(limit), None) => ("at_most", limit),
            (None, Some(limit)) => ("at_least", limit),
            (None, None) => return Err(PolicyError::NoLimit),
            (Some(at_most), Some(at_least)) => {
                return Err(PolicyError::TwoLimits { at_most, at_least });
            }
        };
        if found >= self.cap {
            return Err(PolicyError::BeyondScale { field, found, cap: self.cap });
        }
        check_alpha(RuleName::Mean, self.alpha)
    }
}

impl fmt::Display for Bounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metric, cap, alpha, .. } = self;
        write!(f, "the mean of {metric} is ")?;
        match (self.at_most, self.at_least) {
            (Some(limit), _) => write!(f, "above {limit}")?,
            (None, Some(limit)) => write!(f, "below {limit}")?,
            (None, None) => f.write_str("beyond its limit")?,
        }
        if let Some(unit) = metric.unit() {
            write!(f, " {unit}")?;
        }
        write!(f, ", on a scale from 0 to {cap} (alpha {alpha})")
    }
}
