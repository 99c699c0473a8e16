//! How what was measured of runs is spread, beside its sums.

use serde::{Deserialize, Serialize};

use crate::{Metric, Outcome, Percentile, Sketch, tally::measurements::values};

/// How the durations and costs of runs whose end is known are spread.
///
/// A sketch is of all measurements of its kind, or of none: a tally that was begun before there were sketches goes on
/// without them, and its quantiles are not measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantiles {
    /// Of how long they took, in milliseconds.
    #[serde(default, skip_serializing_if = "Sketch::is_empty")]
    pub duration: Sketch,
    /// Of what they cost.
    #[serde(default, skip_serializing_if = "Sketch::is_empty")]
    pub cost: Sketch,
}

impl Quantiles {
    /// Counts an outcome, beside so many durations and costs before it.
    pub(super) fn add(&mut self, outcome: &Outcome, [durations, costs]: [u64; 2]) {
        let [duration, cost] = values(outcome);
        if let Some(value) = duration.filter(|_| self.duration.samples() == durations) {
            self.duration.add(value);
        }
        if let Some(value) = cost.filter(|_| self.cost.samples() == costs) {
            self.cost.add(value);
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.duration.is_empty() && self.cost.is_empty()
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self { duration: self.duration.plus(&other.duration), cost: self.cost.plus(&other.cost) }
    }

    /// The sketch that a metric is a quantile, or the mean, of; nothing if there is none of it.
    #[must_use]
    pub const fn of(&self, metric: &Metric) -> Option<&Sketch> {
        match metric {
            Metric::Duration | Metric::DurationAt(_) => Some(&self.duration),
            Metric::Cost | Metric::CostAt(_) => Some(&self.cost),
            Metric::SuccessRate | Metric::ErrorRate | Metric::Score(_) => None,
        }
    }

    /// Whether another one is the same, but for what this one was begun without.
    pub(super) fn agree(&self, other: &Self) -> bool {
        let agree = |one: &Sketch, other: &Sketch| one.is_empty() || one == other;
        agree(&self.duration, &other.duration) && agree(&self.cost, &other.cost)
    }

    pub(super) fn metrics(&self) -> impl Iterator<Item = Metric> + '_ {
        let all = |of: fn(Percentile) -> Metric| Percentile::ALL.into_iter().map(of);
        let durations = all(Metric::DurationAt).filter(|_| !self.duration.is_empty());
        durations.chain(all(Metric::CostAt).filter(|_| !self.cost.is_empty()))
    }
}
