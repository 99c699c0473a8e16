//! The rule on runs that are beyond a limit, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Metric, PolicyError, RuleName, Threshold,
    sequential::{MAX_BASELINE, check_alpha},
};

/// Why a metric has no limit for each run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "breach: metric is {metric}: expected duration or cost, which alone are counted by how large they are; of a \
     score, say rule = \"mean\""
)]
pub struct BreachError {
    /// Which metric.
    pub metric: Metric,
}

/// More runs are beyond a limit than may be: a sequential test, which may be looked at after every run.
///
/// The limit is what so large a share of the runs of the last known good version kept to, frozen when this version
/// was first judged; or it is declared, with the share that must keep to it. Then a run beyond it counts as a failure
/// does for [`Worse`](crate::Worse). A run counts as beyond the limit from the end of the bucket that the limit
/// lies in, at most a thirty-second above it ([`Sketch`](crate::Sketch)).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// Of what: a duration in milliseconds, or a cost.
    pub metric: Metric,
    /// Which share of the runs keeps to the limit: below 1. Default 0.95.
    #[serde(default = "ninety_five_hundredths")]
    pub quantile: Threshold,
    /// A limit that is declared, in the unit of the metric; the last good version does not count then. Default: its
    /// quantile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Threshold>,
    /// How many measured runs of the last good version it takes for a limit; with fewer nothing is decided. Default
    /// 200.
    #[serde(default = "two_hundred")]
    pub min_baseline: u32,
    /// With which probability a version that keeps to the limit as often as it must is taken back, ever, however often
    /// one looks. Where the limit is a quantile, two ninths of it are set aside for what is not known of it. Default
    /// 0.01.
    #[serde(default = "one_hundredth")]
    pub alpha: Threshold,
}

const fn ninety_five_hundredths() -> Threshold {
    Threshold::hundredths(95)
}

const fn two_hundred() -> u32 {
    200
}

const fn one_hundredth() -> Threshold {
    Threshold::hundredths(1)
}

impl Breach {
    /// Of a metric, with the defaults of a file.
    #[must_use]
    pub const fn of(metric: Metric) -> Self {
        Self {
            metric,
            quantile: ninety_five_hundredths(),
            at_most: None,
            min_baseline: two_hundred(),
            alpha: one_hundredth(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        let rule = RuleName::Breach;
        if !matches!(self.metric, Metric::Duration | Metric::Cost) {
            return Err(BreachError { metric: self.metric.clone() }.into());
        }
        if f64::from(self.quantile) >= 1.0 {
            return Err(PolicyError::Rate { rule, field: "quantile", found: self.quantile });
        }
        if !(1..=MAX_BASELINE).contains(&self.min_baseline) {
            let (field, found, most) = ("min_baseline", self.min_baseline, MAX_BASELINE);
            return Err(PolicyError::Count { rule, field, found, least: 1, most });
        }
        check_alpha(rule, self.alpha)
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metric, quantile, alpha, .. } = self;
        match &self.at_most {
            Some(limit) => {
                let unit = metric.unit().map(|unit| format!(" {unit}")).unwrap_or_default();
                write!(
                    f,
                    "fewer than {quantile} of the runs have a {metric} of at most {limit}{unit}"
                )?;
            }
            None => {
                write!(
                    f,
                    "more runs have a {metric} beyond what {quantile} of those of the last good "
                )?;
                f.write_str("version kept to")?;
            }
        }
        write!(f, " (alpha {alpha})")
    }
}
