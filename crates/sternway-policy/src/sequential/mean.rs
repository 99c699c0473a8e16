//! The mean of what is measured of each run, against a limit that was promised.

use std::time::Duration;

use sternway_types::{
    Against, Bounded, Carried, Digest, Metric, Outcome, OutcomeStatus, Ratio, Rule, Tally,
    TestResult, Threshold,
};

use super::{alpha, carry, kept};
use crate::evidence::{Alpha, Betting, Mean, Wealth};

/// How far ahead is counted, in values at the bad end of the scale.
const AHEAD: u64 = 10_000;

/// The test by betting, of one rule. What it goes on from is carried with the tally.
#[derive(Clone, Debug)]
pub(crate) struct MeanTest {
    name: Digest,
    metric: Metric,
    betting: Betting,
    against: Against,
    limit: f64,
    cap: f64,
    /// Whether large values are good: then what is bet on is how far they are from the cap.
    more_is_better: bool,
    alpha: Alpha,
}

impl MeanTest {
    pub(crate) fn new(rule: &Rule, bounded: &Bounded) -> Self {
        let (limit, cap) = (limit_of(bounded), bounded.cap);
        let more_is_better = bounded.at_most.is_none();
        let against = Against::Promised { limit, cap };
        let (limit, cap) = (f64::from(limit), f64::from(cap));
        let share = if more_is_better { 1.0 - limit / cap } else { limit / cap };
        Self {
            name: Carried::name_of(rule, None),
            metric: bounded.metric.clone(),
            // A policy was checked to have a limit within its scale.
            betting: Betting::new(Mean::new(share).unwrap_or(Mean::HALF)),
            against,
            limit: share,
            cap,
            more_is_better,
            alpha: alpha(f64::from(bounded.alpha)),
        }
    }

    pub(crate) const fn name(&self) -> Digest {
        self.name
    }

    /// Goes on by an outcome: by nothing if nobody knows how it ended, or measured it.
    pub(crate) fn step(&self, carried: &mut Carried, outcome: &Outcome) {
        let mut wealth = read(carried).unwrap_or_default();
        if let Some(value) = self.value(outcome) {
            self.betting.observe(&mut wealth, value);
        }
        carried.go_on(&write(&wealth));
    }

    pub(crate) fn holds(&self, tally: &Tally) -> bool {
        self.wealth(tally).is_some_and(|wealth| wealth.crosses(self.alpha))
    }

    pub(crate) fn result(&self, tally: &Tally) -> TestResult {
        TestResult {
            against: self.against.clone(),
            success_rate: kept(1.0 - self.limit),
            ln_e: kept(self.wealth(tally).unwrap_or_default().ln_e()),
            ln_threshold: kept(self.alpha.ln_inverse()),
            class: None,
            of_class: None,
        }
    }

    /// After how many more values at the bad end of the scale it holds, 0 if it does; nothing if that takes very
    /// many, or the log was not read.
    pub(crate) fn values_until(&self, tally: &Tally) -> Option<u64> {
        let mut ahead = self.wealth(tally)?;
        (0..AHEAD).find(|_| {
            let holds = ahead.crosses(self.alpha);
            self.betting.bet_on_the_worst(&mut ahead);
            holds
        })
    }

    fn wealth(&self, tally: &Tally) -> Option<Wealth> {
        match carry::of(tally, self.name) {
            Some(carried) => read(carried),
            None => (tally.total() == 0).then(Wealth::new),
        }
    }

    /// Where the value lies on the scale: bad ones are large.
    fn value(&self, outcome: &Outcome) -> Option<Ratio> {
        if outcome.status == OutcomeStatus::Unknown {
            return None;
        }
        let value = match &self.metric {
            Metric::Duration => millis(outcome.duration?),
            Metric::Cost => outcome.cost?.get(),
            Metric::Score(name) => outcome.scores.get(name)?.get(),
            Metric::SuccessRate | Metric::ErrorRate | Metric::DurationAt(_) | Metric::CostAt(_) => {
                return None;
            }
        };
        let share = value.clamp(0.0, self.cap) / self.cap;
        Ratio::new(if self.more_is_better { 1.0 - share } else { share }).ok()
    }
}

/// The limit of a rule. A policy was checked to have one.
fn limit_of(bounded: &Bounded) -> Threshold {
    bounded.at_most.or(bounded.at_least).unwrap_or(bounded.cap)
}

fn read(carried: &Carried) -> Option<Wealth> {
    let [samples, floats @ ..] = carried.parts::<4>()?;
    let [sum, squares, ln_wealth] = floats.map(f64::from_bits);
    Wealth::from_parts(sum, squares, samples, ln_wealth).ok()
}

fn write(wealth: &Wealth) -> [u64; 4] {
    let [sum, squares, ln_wealth] =
        [wealth.sum(), wealth.squares(), wealth.ln_e()].map(f64::to_bits);
    [wealth.samples(), sum, squares, ln_wealth]
}

/// A length of time in milliseconds.
fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
