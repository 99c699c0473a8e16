//! Regressions that begin late: a test that starts again and again.

use std::f64::consts::LN_2;

use sternway_types::Blocks;

use super::{
    counts::float,
    crossing::first,
    fraction::Alpha,
    mixture::ln_add_exp,
    ratios::{Arm, LogRatios, ROOM},
};

/// A mixture over the moments at which a version may have become worse.
///
/// A test that has seen a thousand good outcomes takes long to change its mind. Here a new copy of it
/// is opened every [`BLOCK`](Self::BLOCK) outcomes, the j-th with the weight `ω_j = 1/(j(j+1))`. The
/// weights sum to 1, and copies that are not open yet stand at 1, so that
///
/// `E = (1/K) Σ_k W_k + Σ_{j not open} ω_j`, with `W_k ← W_k·lr_k(outcome)`, and `W_k += ω_j` at start j
///
/// is an e-process at the same alpha, for ever (mixtures of e-processes: Vovk and Wang 2021; of
/// starts: Shin, Ramdas and Rinaldo 2023). Copies not open yet have a weight of `1/(J+1)` together
/// if J are open. An outcome costs `O(K)`.
///
/// The state depends on the order of the outcomes: feed them in the order of assignment. It is
/// [`ln_weights`](Self::ln_weights) and [`outcomes`](Self::outcomes), and goes on from these to the
/// last bit.
///
/// # Which ratios
///
/// With [`History`](super::History), every outcome of the candidate has the ratios of one success or
/// one failure. With [`Attribution`](super::Attribution), a failure of either arm has those of the
/// [`Allocation`](super::Allocation) in force when it was assigned, and a success has
/// [`LogRatios::NONE`]: it says nothing, but it is counted if it is the candidate's. Blocks are counted
/// in outcomes of the candidate in both cases. That is sound, since a copy may be opened at any moment
/// that is known before the next unit is assigned: who gets that unit is drawn independently of all
/// before, so that the next failure is the candidate's with the same probability, whichever outcomes
/// were counted until then. Blocks of 250 *failures* would be sound as well, but at a failure rate of
/// 1 % a new copy would come only every 25,000 outcomes; and blocks of all units would spend the weights
/// twenty times as fast where the candidate gets 5 % of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Starts {
    ln_weights: LogRatios,
    outcomes: u64,
}

impl Starts {
    /// After how many outcomes of the candidate the next copy is opened: 250.
    pub const BLOCK: u64 = Blocks::LENGTH;

    /// How many blocks [`failures_until`](Self::failures_until) looks ahead.
    const BLOCKS_AHEAD: u32 = 1_000;

    /// Before any outcome: the first copy is open.
    #[must_use]
    pub fn new() -> Self {
        Self { ln_weights: LogRatios::over([ln_weight(1); _], |weight| weight), outcomes: 0 }
    }

    /// A state that was kept elsewhere.
    #[must_use]
    pub const fn from_parts(ln_weights: LogRatios, outcomes: u64) -> Self {
        Self { ln_weights, outcomes }
    }

    /// The logarithms of the sums W.
    #[must_use]
    pub const fn ln_weights(&self) -> &LogRatios {
        &self.ln_weights
    }

    /// How many outcomes of the candidate were counted.
    #[must_use]
    pub const fn outcomes(&self) -> u64 {
        self.outcomes
    }

    /// Goes on by one outcome, of which this is said.
    pub fn observe(&mut self, outcome: &LogRatios, arm: Arm) {
        self.ln_weights = self.ln_weights.plus(outcome, 1);
        match arm {
            Arm::Candidate => self.count(1),
            Arm::Baseline => (),
        }
    }

    /// Goes on by so many outcomes of the candidate at once, of which this is said together: up to where
    /// a block ends, or by whole blocks between which no copy is opened.
    ///
    /// Leaving copies out makes E smaller, never larger, so that it stays sound. Whoever feeds whole
    /// blocks has the same sums to the last bit, however the outcomes came in.
    pub fn observe_all(&mut self, outcomes: &LogRatios, count: u64) {
        self.ln_weights = self.ln_weights.plus(outcomes, 1);
        self.count(count);
    }

    /// The logarithm of E. Finite for every state.
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        self.ln_e_of(&self.ln_weights)
    }

    /// Whether the candidate is worse: E is at least `1/alpha`.
    #[must_use]
    pub fn crosses(&self, alpha: Alpha) -> bool {
        self.reaches(&self.ln_weights, alpha.ln_inverse())
    }

    /// After how many more failures of the candidate in a row, of each of which this is said, it is
    /// worse; 0 if it is already. Nothing if 250,000 are not enough.
    #[must_use]
    pub fn failures_until(&self, failure: &LogRatios, alpha: Alpha) -> Option<u64> {
        let ln_threshold = alpha.ln_inverse();
        let mut ahead = *self;
        for _ in 0..Self::BLOCKS_AHEAD {
            let last = Self::BLOCK - 1 - ahead.outcomes % Self::BLOCK;
            let after = |more| ahead.ln_weights.plus(failure, more);
            if let Some(more) = first(last, |more| ahead.reaches(&after(more), ln_threshold)) {
                return Some((ahead.outcomes - self.outcomes).saturating_add(more));
            }
            ahead.ln_weights = after(last.saturating_add(1));
            ahead.count(last.saturating_add(1));
        }
        None
    }

    /// Opens a copy where a block ends.
    fn count(&mut self, outcomes: u64) {
        self.outcomes = self.outcomes.saturating_add(outcomes);
        // Where nothing came, the copy of this place is open already.
        if outcomes > 0 && self.outcomes.is_multiple_of(Self::BLOCK) {
            let ln_weight = ln_weight(self.open());
            self.ln_weights = self.ln_weights.map(|weight| ln_add_exp(weight, ln_weight));
        }
    }

    /// How many copies are open.
    const fn open(&self) -> u64 {
        self.outcomes / Self::BLOCK + 1
    }

    /// Whether E of these weights is so large.
    fn reaches(&self, ln_weights: &LogRatios, ln_threshold: f64) -> bool {
        // E is at most the largest W and the 1/2 of what is not open: at most twice the larger of both,
        // and below 1 where that is the 1/2. A look at a healthy version ends here, at the cost of a few
        // comparisons.
        let least = ln_threshold - LN_2 - ROOM;
        let may = ln_threshold <= ROOM || ln_weights.any_above(least);
        may && self.ln_e_of(ln_weights) >= ln_threshold
    }

    fn ln_e_of(&self, ln_weights: &LogRatios) -> f64 {
        ln_add_exp(ln_weights.ln_e(), -ln(self.open() + 1))
    }
}

impl Default for Starts {
    fn default() -> Self {
        Self::new()
    }
}

/// The logarithm of the weight of a copy.
fn ln_weight(copy: u64) -> f64 {
    -ln(copy) - ln(copy + 1)
}

fn ln(number: u64) -> f64 {
    libm::log(float(number))
}
