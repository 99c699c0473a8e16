//! A new kind of error: one that the predecessor never showed.

use super::{bound::lower, counts::Counts, fraction::Alpha, history::History};

/// Is an error of a kind that the predecessor never showed more frequent than it can have been there?
///
/// What did not happen in N outcomes of the baseline has a rate of at most
/// `f₀ = 1 − alpha_bound^(1/N)`, with a probability of at least `1 − alpha_bound`. Against that rate,
/// runs that ended with this fingerprint are counted as the failures of [`History`], and all others as
/// its successes. Alpha is split evenly between the bound and the test.
///
/// At an alpha of 0.001, so many such errors at the start decide: two from 666 outcomes of the baseline
/// on, three from 157 on, four from 74 on; and *one* from 40,977 on.
///
/// Limits: alpha is that of one fingerprint, counted by itself. All that the baseline never showed may
/// *together* be frequent, however long it ran, and is not bounded by f₀: do not count it as one. Where
/// a healthy version fails in ever new ways, such as messages with a name or a number in them, each of
/// them has its own chance of a false alarm: fingerprints must leave out what varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewFingerprint {
    history: History,
    ln_threshold: f64,
}

impl NewFingerprint {
    /// Against so many outcomes of the baseline, none of which had the fingerprint. Default alpha of
    /// the policy `sound`: 0.001. Without any outcome, no error is a new one.
    #[must_use]
    pub fn new(baseline_outcomes: u64, alpha: Alpha) -> Self {
        let ln_threshold = alpha.ln_inverse() + core::f64::consts::LN_2;
        let rate = lower(Counts::new(baseline_outcomes, 0), ln_threshold);
        Self { history: History::against(rate), ln_threshold }
    }

    /// The rate f₀ that such an error may have.
    #[must_use]
    pub const fn failure_rate(&self) -> f64 {
        self.history.failure_rate()
    }

    /// The logarithm of E. Finite for every count.
    #[must_use]
    pub fn ln_e(&self, candidate: Counts) -> f64 {
        self.history.ln_e(candidate)
    }

    /// Whether the error is new: E is at least `2/alpha`.
    #[must_use]
    pub fn crosses(&self, candidate: Counts) -> bool {
        self.history.reaches(candidate, self.ln_threshold)
    }

    /// After how many more runs in a row that end with this error it is new; 0 if it is already.
    /// Nothing if that takes more than can be counted.
    #[must_use]
    pub fn failures_until(&self, candidate: Counts) -> Option<u64> {
        self.history.until(candidate, self.ln_threshold)
    }
}
