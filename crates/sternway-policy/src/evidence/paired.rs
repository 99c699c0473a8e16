//! Test P: both versions answer the same requests.

use super::{
    attribution::{Allocation, Attribution, Failures, Margin},
    crossing::first,
    fraction::{Alpha, Share},
};

/// The requests on which the two versions disagreed. Counters of parts add up to those of the whole,
/// in whatever order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Discordant {
    /// How many the candidate alone failed.
    pub candidate_failed: u64,
    /// How many the baseline alone failed.
    pub baseline_failed: u64,
}

impl Discordant {
    /// So many of each.
    #[must_use]
    pub const fn new(candidate_failed: u64, baseline_failed: u64) -> Self {
        Self { candidate_failed, baseline_failed }
    }

    /// Both together, held within what fits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            candidate_failed: self.candidate_failed.saturating_add(other.candidate_failed),
            baseline_failed: self.baseline_failed.saturating_add(other.baseline_failed),
        }
    }

    const fn failures(self) -> Failures {
        Failures::new(self.candidate_failed, self.baseline_failed)
    }
}

/// Test P: of the requests that one version failed and the other did not, are too many the candidate's?
///
/// If it is not worse, each of them is the candidate's with a probability of at most one half, so that
/// this is [`Attribution`] at that share: a sequential sign test. What fails both versions cancels
/// completely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired(Allocation);

impl Paired {
    /// The test.
    #[must_use]
    pub fn new() -> Self {
        Self(Allocation::new(Share::HALF, Margin::NONE))
    }

    /// The logarithm of E. Finite for every count.
    #[must_use]
    pub fn ln_e(&self, pairs: Discordant) -> f64 {
        self.after(pairs).ln_e()
    }

    /// Whether the candidate is worse: E is at least `1/alpha`.
    #[must_use]
    pub fn crosses(&self, pairs: Discordant, alpha: Alpha) -> bool {
        self.after(pairs).crosses(alpha)
    }

    /// How many of so many discordant pairs the candidate must have failed for it to be worse. Nothing
    /// if it may have failed all of them.
    #[must_use]
    pub fn boundary(&self, pairs: u64, alpha: Alpha) -> Option<u64> {
        Attribution::new().boundary(&self.0, pairs, alpha)
    }

    /// After how many more pairs in a row that the candidate alone fails it is worse; 0 if it is
    /// already. Nothing if that takes more than can be counted.
    #[must_use]
    pub fn failures_until(&self, pairs: Discordant, alpha: Alpha) -> Option<u64> {
        first(u64::MAX, |more| self.crosses(pairs.plus(Discordant::new(more, 0)), alpha))
    }

    fn after(&self, pairs: Discordant) -> Attribution {
        Attribution::new().with(&self.0, pairs.failures())
    }
}

impl Default for Paired {
    fn default() -> Self {
        Self::new()
    }
}
