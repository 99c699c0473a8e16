//! What became of many deployments.

use sternway_policy::evidence::Alpha;

use crate::{
    limits::{Limits, limits},
    number::{float, floor},
};

/// Where one deployment was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Before the candidate became worse.
    Early,
    /// So many outcomes, or requests, after it did; if it never did, after the first one.
    After(u64),
}

/// Of many deployments, how many were stopped, and how soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    runs: u64,
    healthy: bool,
    early: u64,
    // Invariant: in their order.
    delays: Vec<u64>,
}

impl Summary {
    /// Of so many deployments, all of a version that is healthy or all of one that is not, these were
    /// stopped.
    #[must_use]
    pub fn new(runs: u64, healthy: bool, stops: impl IntoIterator<Item = Stop>) -> Self {
        let (mut early, mut delays) = (0, Vec::new());
        for stop in stops {
            match stop {
                Stop::Early => early += 1,
                Stop::After(delay) => delays.push(delay),
            }
        }
        delays.sort_unstable();
        Self { runs, healthy, early, delays }
    }

    /// How many deployments there were.
    #[must_use]
    pub const fn runs(&self) -> u64 {
        self.runs
    }

    /// How many were stopped.
    #[must_use]
    pub const fn stopped(&self) -> u64 {
        self.early + self.late()
    }

    /// How many were stopped although their candidate was not worse, or not yet.
    #[must_use]
    pub const fn falsely_stopped(&self) -> u64 {
        if self.healthy { self.stopped() } else { self.early }
    }

    /// How many were stopped after their candidate had become worse; of healthy ones, all that were.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.delays.len() as u64
    }

    /// The delays of these, in their order.
    #[must_use]
    pub fn delays(&self) -> &[u64] {
        &self.delays
    }

    /// The delay that a part of them stays below, between the two that are next to it. Nothing if none
    /// was stopped.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Option<f64> {
        let place = float(self.late().checked_sub(1)?) * part.clamp(0.0, 1.0);
        let at = |place: u64| {
            let index = usize::try_from(place).ok()?;
            self.delays.get(index).or(self.delays.last()).map(|delay| float(*delay))
        };
        let below = floor(place);
        let (one, next) = (at(below)?, at(below + 1)?);
        Some(one + (next - one) * (place - float(below)))
    }

    /// The median of the delays.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// Exact limits of the probability with which a deployment is stopped falsely.
    #[must_use]
    pub fn false_limits(&self, level: Alpha) -> Limits {
        limits(self.falsely_stopped(), self.runs, level)
    }

    /// The share of all deployments that so many are.
    #[must_use]
    pub fn share(&self, count: u64) -> f64 {
        float(count) / float(self.runs.max(1))
    }

    /// Exact limits of the probability with which a deployment is stopped after its candidate became
    /// worse; of healthy ones, at all.
    #[must_use]
    pub fn late_limits(&self, level: Alpha) -> Limits {
        limits(self.late(), self.runs, level)
    }

    /// Exact limits of the probability with which a deployment is stopped.
    #[must_use]
    pub fn stop_limits(&self, level: Alpha) -> Limits {
        limits(self.stopped(), self.runs, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(healthy: bool) -> Summary {
        let stops = [Stop::After(30), Stop::Early, Stop::After(10), Stop::After(20)];
        Summary::new(8, healthy, stops)
    }

    #[test]
    fn of_a_version_that_becomes_worse_the_early_ones_are_false() {
        let summary = summary(false);
        assert_eq!((summary.runs(), summary.stopped()), (8, 4));
        assert_eq!((summary.falsely_stopped(), summary.late()), (1, 3));
    }

    #[test]
    fn of_a_healthy_version_all_are_false() {
        assert_eq!(summary(true).falsely_stopped(), 4);
    }

    #[test]
    fn a_quantile_lies_between_its_neighbors() {
        let summary = summary(false);
        assert_eq!(summary.delays(), [10, 20, 30]);
        assert_eq!(summary.median(), Some(20.0));
        assert_eq!(summary.quantile(0.9), Some(28.0));
        assert_eq!(summary.quantile(1.0), Some(30.0));
    }

    #[test]
    fn without_a_stop_there_is_no_delay() {
        assert_eq!(Summary::new(5, true, []).median(), None);
    }
}
