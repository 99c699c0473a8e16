//! Errors of a class that the last good version never had.

use sternway_types::{Against, ErrorClass, ErrorClasses, Tally, TestResult};

use super::{Known, alpha, kept};
use crate::{
    evidence::{Counts, NewFingerprint},
    view::Baseline,
};

/// One error alone never decides: however long the baseline ran, it may be anything.
const LEAST: u64 = 2;

/// The test of every class of error that the baseline never had, each by itself.
#[derive(Clone, Debug)]
pub(crate) struct NewErrorTest {
    /// Nothing if there is no baseline, or nobody knows all of its errors.
    known: Option<Usual>,
}

/// The errors that the baseline had, and the test of all others.
#[derive(Clone, Debug)]
struct Usual {
    against: Against,
    errors: ErrorClasses,
    test: NewFingerprint,
    ln_threshold: f64,
}

impl NewErrorTest {
    pub(crate) fn new(share: f64, baseline: Option<Baseline<'_>>) -> Self {
        let known = baseline.map(Known::of);
        let complete = known.filter(|known| known.errors.left_out() == 0);
        let known = complete.map(|known| {
            let Counts { succeeded, failed } = known.counts;
            let alpha = alpha(share);
            Usual {
                against: Against::Measured { version: known.version, succeeded, failed },
                test: NewFingerprint::new(succeeded.saturating_add(failed), alpha),
                errors: known.errors.into_owned(),
                ln_threshold: alpha.ln_inverse() + std::f64::consts::LN_2,
            }
        });
        Self { known }
    }

    /// The first class in the order of names whose errors suffice.
    pub(crate) fn deciding<'a>(&self, tally: &'a Tally) -> Option<(&'a ErrorClass, u64)> {
        let known = self.known.as_ref()?;
        known.new_ones(tally).find(|(_, count)| known.test.crosses(without(tally, *count)))
    }

    pub(crate) fn result(&self, tally: &Tally) -> Option<TestResult> {
        let known = self.known.as_ref()?;
        let (class, count) = self.deciding(tally).or_else(|| known.most_frequent(tally))?;
        Some(TestResult {
            against: known.against.clone(),
            success_rate: kept(1.0 - known.test.failure_rate()),
            ln_e: kept(known.test.ln_e(without(tally, count))),
            ln_threshold: kept(known.ln_threshold),
            class: Some(class.clone()),
            of_class: Some(count),
        })
    }

    pub(crate) fn failures_until(&self, tally: &Tally) -> Option<u64> {
        let known = self.known.as_ref()?;
        let count = known.most_frequent(tally).map_or(0, |(_, count)| count);
        let more = known.test.failures_until(without(tally, count))?;
        Some(more.max(LEAST.saturating_sub(count)))
    }
}

impl Usual {
    /// The classes that came at least twice, and never in the baseline.
    fn new_ones<'a>(&self, tally: &'a Tally) -> impl Iterator<Item = (&'a ErrorClass, u64)> {
        let errors = tally.errors().counts().iter().map(|(class, count)| (class, *count));
        let often = errors.filter(|(_, count)| *count >= LEAST);
        often.filter(|(class, _)| !self.errors.counts().contains_key(*class))
    }

    fn most_frequent<'a>(&self, tally: &'a Tally) -> Option<(&'a ErrorClass, u64)> {
        let errors = tally.errors().counts().iter().map(|(class, count)| (class, *count));
        let new = errors.filter(|(class, _)| !self.errors.counts().contains_key(*class));
        new.max_by_key(|(_, count)| *count)
    }
}

/// Runs that ended with an error, and all others.
fn without(tally: &Tally, count: u64) -> Counts {
    Counts::new(tally.known().saturating_sub(count), count)
}
