//! The rule that compares a version with the last known good one, as data.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Direction, Metric, Operator, PolicyError, RuleName, Threshold, window};

/// The longest window of a rule that looks at measurements by time: 7 days, as long as they are
/// kept.
pub(crate) const MAX_TIMED_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The most samples that a rule may ask for.
pub(crate) const MAX_SAMPLES: u32 = 1_000_000;

/// What a threshold is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The difference itself, in the unit of the metric: 0.90 to 0.75 is 0.15 points.
    Points,
    /// The difference as a share of the baseline, from 0: 0.90 to 0.765 is 0.15.
    Relative,
}

/// What a rule makes of a metric that nobody measured in the version that is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Nothing: it cannot be compared.
    #[default]
    Ignore,
    /// The version fails, once it has as many runs as the rule asks for and the baseline has as
    /// many measurements.
    Fail,
}

impl Missing {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    const fn is_ignored(&self) -> bool {
        matches!(self, Self::Ignore)
    }
}

/// A metric became worse than that of the last known good version: the one that was live before,
/// and is not condemned. The candidate is never its own baseline.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Degradation {
    /// Which metric.
    pub metric: Metric,
    /// What the threshold is held against.
    pub mode: Mode,
    /// Which way the metric gets better. Default: the metric's own, if it is a known one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// How much worse. Of a rate in points, and where `mode` is `relative`, a share: 0.15, never 15.
    pub threshold: Threshold,
    /// How it is compared. Default `>=`.
    #[serde(default = "Operator::at_least")]
    pub operator: Operator,
    /// Where the baseline is 0, nothing is a share of it: the difference itself is held against
    /// this. Default 0.05.
    #[serde(default = "absolute_floor")]
    pub absolute_floor: Threshold,
    /// How many measurements it takes on both sides. Default 10.
    #[serde(default = "ten")]
    pub at_least: u32,
    /// How far back from the newest outcome, at most to the version's going live. Default 24 hours. A quantile is of
    /// the whole stay, and takes no window.
    #[serde(default = "a_day", with = "window")]
    pub window: Duration,
    /// How far back the baseline's own measurements count, from the same outcome. Default 7 days.
    #[serde(default = "a_week", with = "window")]
    pub baseline_window: Duration,
    /// What if nobody measured it. Default: nothing.
    #[serde(default, skip_serializing_if = "Missing::is_ignored")]
    pub missing: Missing,
}

const fn absolute_floor() -> Threshold {
    Threshold::hundredths(5)
}

const fn ten() -> u32 {
    10
}

const fn a_day() -> Duration {
    Duration::from_secs(24 * 60 * 60)
}

const fn a_week() -> Duration {
    MAX_TIMED_WINDOW
}

impl Degradation {
    /// A metric became worse by this much, with the defaults of a file.
    #[must_use]
    pub const fn new(metric: Metric, mode: Mode, threshold: Threshold) -> Self {
        Self {
            metric,
            mode,
            direction: None,
            threshold,
            operator: Operator::AtLeast,
            absolute_floor: absolute_floor(),
            at_least: ten(),
            window: a_day(),
            baseline_window: a_week(),
            missing: Missing::Ignore,
        }
    }

    /// Which way the metric gets better; nothing if neither the rule nor the metric says so, which
    /// no policy takes.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        self.direction.or_else(|| self.metric.direction())
    }

    /// Why it could never hold, if that is so: a rate is from 0 to 1, and loses no more than it is.
    pub(crate) fn never_holds(&self) -> Option<PolicyError> {
        let why = match (&self.metric, self.mode) {
            (Metric::SuccessRate | Metric::ErrorRate, Mode::Points) => {
                "a rate changes by 1 at most, so that 15 points are 0.15"
            }
            (Metric::SuccessRate, Mode::Relative) => {
                "a rate loses all of itself at most, which is 1, so that 15 % are 0.15"
            }
            (Metric::ErrorRate, Mode::Relative)
            | (
                Metric::Duration
                | Metric::DurationAt(_)
                | Metric::Cost
                | Metric::CostAt(_)
                | Metric::Score(_),
                Mode::Points | Mode::Relative,
            ) => return None,
        };
        let most = match self.operator {
            Operator::AtLeast => self.threshold.get() > crate::Decimal::ONE,
            Operator::Above => self.threshold.get() >= crate::Decimal::ONE,
        };
        let (rule, field, found) = (RuleName::Degraded, "threshold", self.threshold);
        most.then_some(PolicyError::Never { rule, field, found, why })
    }

    /// Whether a window was set.
    fn has_a_window(&self) -> bool {
        (self.window, self.baseline_window) != (a_day(), a_week())
    }

    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        let rule = RuleName::Degraded;
        if self.direction().is_none() {
            return Err(PolicyError::NoDirection { metric: self.metric.clone() });
        }
        if !(1..=MAX_SAMPLES).contains(&self.at_least) {
            let (field, found) = ("at_least", self.at_least);
            return Err(PolicyError::Count { rule, field, found, least: 1, most: MAX_SAMPLES });
        }
        if self.metric.percentile().is_some() && self.has_a_window() {
            return Err(PolicyError::NotByTime { metric: self.metric.clone() });
        }
        let fits = |window: Duration| (Duration::from_secs(1)..=MAX_TIMED_WINDOW).contains(&window);
        match [self.window, self.baseline_window].into_iter().find(|window| !fits(*window)) {
            Some(found) => Err(PolicyError::TimedWindow { rule, found }),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Degradation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worse = match self.direction() {
            Some(Direction::Higher) => "lower",
            Some(Direction::Lower) => "higher",
            None => "worse",
        };
        let Self { metric, operator, threshold, at_least, .. } = self;
        write!(f, "{metric} {worse} by {operator} {threshold}")?;
        match (self.mode, metric.unit()) {
            (Mode::Points, unit) => write!(f, " {}", unit.unwrap_or("points"))?,
            (Mode::Relative, _) => f.write_str(" of the baseline")?,
        }
        write!(
            f,
            " than the last good version, over {at_least} or more measurements on both sides"
        )?;
        if metric.percentile().is_none() {
            write!(f, " within {}", window::show(&self.window))?;
        }
        if self.missing == Missing::Fail { f.write_str(", or not measured") } else { Ok(()) }
    }
}
