//! Rules that are sequential tests: what a policy says of them, made into mathematics that goes on from
//! one look to the next.

mod breach;
pub(crate) mod carry;
mod decline;
mod known;
mod mean;
mod new_error;
mod worse;

use sternway_types::{Carried, Decimal, Digest, Outcome, Rule, Tally, TestResult};

pub(crate) use self::worse::{held_against, known_of};
use self::{
    breach::BreachTest, decline::DeclineTest, known::Known, mean::MeanTest,
    new_error::NewErrorTest, worse::WorseTest,
};
use crate::{evidence::Alpha, view::Baseline};

/// The parts of ten that are left of a `worse` rule's alpha where what is not known of the baseline
/// takes two: 0.002 and 0.007 of 0.009.
const PARTS: f64 = 9.0;
const PARTS_OF_BOUND: f64 = 2.0;

/// A sequential test of one stay of a version.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Worse(Box<WorseTest>),
    NewError(Box<NewErrorTest>),
    Mean(Box<MeanTest>),
    Breach(Box<BreachTest>),
    Decline(Box<DeclineTest>),
}

impl Test {
    /// The test that a rule is; nothing if it is another kind of rule.
    pub(crate) fn of(rule: &Rule, baseline: Option<Baseline<'_>>) -> Option<Self> {
        match rule {
            Rule::Worse(worse) => Some(Self::Worse(Box::new(WorseTest::new(worse, baseline)))),
            Rule::NewError { alpha } => {
                Some(Self::NewError(Box::new(NewErrorTest::new(f64::from(*alpha), baseline))))
            }
            Rule::Mean(bounded) => Some(Self::Mean(Box::new(MeanTest::new(rule, bounded)))),
            Rule::Breach(breach) => {
                BreachTest::new(breach, baseline).map(|test| Self::Breach(Box::new(test)))
            }
            Rule::Decline(decline) => {
                Some(Self::Decline(Box::new(DeclineTest::new(rule, decline, baseline))))
            }
            Rule::ConsecutiveFailures { .. }
            | Rule::SignatureErrors { .. }
            | Rule::AllFailed { .. }
            | Rule::FailureRate { .. }
            | Rule::Degraded(_)
            | Rule::Custom { .. } => None,
        }
    }

    /// Whether the evidence suffices.
    pub(crate) fn holds(&mut self, tally: &Tally) -> bool {
        match self {
            Self::Worse(test) => test.holds(tally),
            Self::NewError(test) => test.deciding(tally).is_some(),
            Self::Mean(test) => test.holds(tally),
            Self::Breach(test) => test.holds(tally),
            Self::Decline(test) => test.holds(tally),
        }
    }

    /// What it found; nothing if there is nothing to test against, or nothing to be tested.
    pub(crate) fn result(&mut self, tally: &Tally) -> Option<TestResult> {
        match self {
            Self::Worse(test) => Some(test.result(tally)),
            Self::NewError(test) => test.result(tally),
            Self::Mean(test) => Some(test.result(tally)),
            Self::Breach(test) => Some(test.result(tally)),
            Self::Decline(test) => Some(test.result(tally)),
        }
    }

    /// After how many more failures in a row it holds, of a mean after how many more values at the bad end of its
    /// scale, of a limit after how many more beyond it, 0 if it does already; nothing if nobody knows, or
    /// it takes too many to count.
    pub(crate) fn failures_until(&mut self, tally: &Tally) -> Option<u64> {
        match self {
            Self::Worse(test) => test.failures_until(tally),
            Self::NewError(test) => test.failures_until(tally),
            Self::Mean(test) => test.values_until(tally),
            Self::Breach(test) => test.breaches_until(tally),
            Self::Decline(test) => test.failures_until(tally),
        }
    }

    /// By which name it carries numbers with the tally; nothing if the tally is all that it needs.
    pub(crate) fn carries(&self) -> Option<Digest> {
        match self {
            Self::Worse(_) | Self::NewError(_) | Self::Breach(_) => None,
            Self::Mean(test) => Some(test.name()),
            Self::Decline(test) => Some(test.name()),
        }
    }

    /// Takes its numbers along by one outcome.
    pub(crate) fn step(&self, carried: &mut Carried, outcome: &Outcome) {
        match self {
            Self::Worse(_) | Self::NewError(_) | Self::Breach(_) => (),
            Self::Mean(test) => test.step(carried, outcome),
            Self::Decline(test) => test.step(carried, outcome),
        }
    }
}

/// An error rate of a rule. Every policy was checked to have one that is such.
pub(crate) fn alpha(share: f64) -> Alpha {
    Alpha::new(share).unwrap_or(Alpha::LEAST)
}

/// A number to nine decimals, to be kept.
pub(crate) fn kept(number: f64) -> Decimal {
    let nine = (number * 1e9).round() / 1e9;
    Decimal::from_f64(nine).unwrap_or_default()
}
