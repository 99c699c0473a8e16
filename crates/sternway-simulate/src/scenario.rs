//! What happens to a version, as far as chance does not decide it.

use sternway_policy::evidence::Share;
use sternway_types::Ratio;

/// Why numbers are no scenario.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The rate of the baseline.
    #[error("{0} is not a success rate: expected a number above 0 and up to 1")]
    Base(f64),
    /// What the candidate loses.
    #[error(
        "a version that succeeds at a rate of {base} cannot lose {drop}: expected a drop from 0 to {base}"
    )]
    Drop {
        /// The rate of the baseline.
        base: f64,
        /// What it was to lose.
        drop: f64,
    },
}

/// Something outside that makes every version fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outage {
    /// How many outcomes the candidate has before it.
    pub after: u64,
    /// For how many outcomes of the candidate it lasts.
    pub lasts: u64,
    /// At which rate both versions succeed meanwhile.
    pub success: f64,
}

/// A part of a rollout in which the candidate gets a share of the requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The candidate's share.
    pub share: Share,
    /// For how many requests it lasts.
    pub requests: u64,
}

/// In what the time until a rollback is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// In outcomes of the candidate.
    #[default]
    Outcomes,
    /// In requests to either version.
    Requests,
}

/// A deployment: a candidate that may be worse than its baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    base: Ratio,
    drop: f64,
    begins_after: u64,
    horizon: u64,
    outage: Option<Outage>,
    steps: Vec<Step>,
    measured: u64,
    counted: Counted,
}

impl Scenario {
    /// How many outcomes the candidate has if nothing else is said: 10,000.
    pub const HORIZON: u64 = 10_000;

    /// A baseline that succeeds at a rate, and a candidate that loses a part of it, from its first
    /// outcome on. It has all the traffic.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] if there is no such rate, or not so much to lose.
    pub fn new(base: f64, drop: f64) -> Result<Self, ScenarioError> {
        let rate = Ratio::new(base).ok().filter(|rate| rate.get() > 0.0);
        let Some(rate) = rate else { return Err(ScenarioError::Base(base)) };
        if !(0.0..=base).contains(&drop) {
            return Err(ScenarioError::Drop { base, drop });
        }
        Ok(Self {
            base: rate,
            drop,
            begins_after: 0,
            horizon: Self::HORIZON,
            outage: None,
            steps: Vec::new(),
            measured: 0,
            counted: Counted::default(),
        })
    }

    /// The candidate becomes worse only after so many of its outcomes.
    #[must_use]
    pub const fn beginning_after(mut self, outcomes: u64) -> Self {
        self.begins_after = outcomes;
        self
    }

    /// The candidate has so many outcomes.
    #[must_use]
    pub const fn with_horizon(mut self, outcomes: u64) -> Self {
        self.horizon = outcomes;
        self
    }

    /// Both versions fail together for a while.
    #[must_use]
    pub const fn with_outage(mut self, outage: Outage) -> Self {
        self.outage = Some(outage);
        self
    }

    /// The candidate runs beside its baseline, with a share of the requests.
    #[must_use]
    pub fn beside(self, share: Share) -> Self {
        self.in_steps(vec![Step { share, requests: u64::MAX }])
    }

    /// The candidate runs beside its baseline, with one share after the other.
    #[must_use]
    pub fn in_steps(mut self, steps: Vec<Step>) -> Self {
        self.steps = steps;
        self
    }

    /// The baseline was measured by so many outcomes before.
    #[must_use]
    pub const fn with_measured(mut self, outcomes: u64) -> Self {
        self.measured = outcomes;
        self
    }

    /// The time until a rollback is counted otherwise.
    #[must_use]
    pub const fn counted_in(mut self, counted: Counted) -> Self {
        self.counted = counted;
        self
    }

    /// The success rate of the baseline.
    #[must_use]
    pub const fn base(&self) -> Ratio {
        self.base
    }

    /// What the candidate loses of it.
    #[must_use]
    pub const fn drop(&self) -> f64 {
        self.drop
    }

    /// After how many outcomes the candidate becomes worse.
    #[must_use]
    pub const fn begins_after(&self) -> u64 {
        self.begins_after
    }

    /// How many outcomes the candidate has.
    #[must_use]
    pub const fn horizon(&self) -> u64 {
        self.horizon
    }

    /// The shares of the requests, one after the other. Nothing if the candidate has all of them.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// By how many outcomes the baseline was measured before.
    #[must_use]
    pub const fn measured(&self) -> u64 {
        self.measured
    }

    pub(crate) const fn counted(&self) -> Counted {
        self.counted
    }

    /// Whether the candidate is never worse than its baseline.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.drop <= 0.0
    }

    /// The success rates of the candidate and of the baseline, after so many outcomes of the candidate.
    pub(crate) fn rates(&self, outcomes: u64) -> (f64, f64) {
        let drop = if outcomes >= self.begins_after { self.drop } else { 0.0 };
        let (candidate, baseline) = (self.base.get() - drop, self.base.get());
        match self.outage {
            Some(Outage { after, lasts, success })
                if outcomes >= after && outcomes - after < lasts =>
            {
                (candidate.min(success), baseline.min(success))
            }
            Some(_) | None => (candidate, baseline),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_rate_is_refused() {
        for base in [0.0, -0.1, 1.01, f64::NAN] {
            assert!(matches!(Scenario::new(base, 0.0), Err(ScenarioError::Base(_))), "{base}");
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_lost() {
        let error = Scenario::new(0.5, 0.6).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a version that succeeds at a rate of 0.5 cannot lose 0.6: expected a drop from 0 to 0.5"
        );
        assert!(Scenario::new(0.5, -0.1).is_err());
        assert!(Scenario::new(0.5, f64::NAN).is_err());
    }

    #[test]
    fn a_drop_begins_when_it_was_told_to() {
        let scenario = Scenario::new(0.9, 0.4).unwrap().beginning_after(10);
        assert_eq!(scenario.rates(9), (0.9, 0.9));
        assert_eq!(scenario.rates(10), (0.5, 0.9));
    }

    #[test]
    fn an_outage_lowers_both_and_ends() {
        let outage = Outage { after: 5, lasts: 2, success: 0.6 };
        let scenario = Scenario::new(0.9, 0.0).unwrap().with_outage(outage);
        let rates: Vec<_> = (4..8).map(|outcomes| scenario.rates(outcomes).1).collect();
        assert_eq!(rates, [0.9, 0.6, 0.6, 0.9]);
    }
}
