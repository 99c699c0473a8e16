//! Test A: a candidate beside its baseline.

use super::{
    crossing::first,
    fraction::{Alpha, Share},
    ratios::{ALTERNATIVES, Arm, LogRatios},
};

/// The ratios ρ of the candidate's failure rate to the one that it may have.
const RISK_RATIOS: [f64; ALTERNATIVES] =
    [1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0, 50.0];

/// Why a number is no margin.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a margin: expected a number from 1 to 1,000")]
pub struct MarginError(f64);

/// How many times as often as the baseline a candidate may fail, from 1 to 1,000. Default
/// [`NONE`](Self::NONE).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Margin(f64);

impl Margin {
    /// No more often than the baseline.
    pub const NONE: Self = Self(1.0);

    /// Takes a number from 1 to 1,000: 1.1 is "a tenth more often".
    ///
    /// # Errors
    ///
    /// [`MarginError`] for any other number. Below 1, a candidate as good as its baseline would be
    /// taken back.
    pub fn new(ratio: f64) -> Result<Self, MarginError> {
        if (1.0..=1_000.0).contains(&ratio) { Ok(Self(ratio)) } else { Err(MarginError(ratio)) }
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Default for Margin {
    fn default() -> Self {
        Self::NONE
    }
}

/// How units are divided during one step of a rollout, by chance and independently of each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allocation {
    share: Share,
    null_share: f64,
    candidate: LogRatios,
    baseline: LogRatios,
}

impl Allocation {
    /// The candidate gets a share w, and may fail by no more than a margin r₀ more often: under the
    /// null the next failure is the candidate's with a probability of at most
    /// `w₀ = w·r₀/(w·r₀ + 1 − w)`.
    #[must_use]
    pub fn new(share: Share, margin: Margin) -> Self {
        let (weighted, rest) = (share.get() * margin.get(), 1.0 - share.get());
        let null_share = weighted / (weighted + rest);
        let null_rest = rest / (weighted + rest);
        Self {
            share,
            null_share,
            // ρ/(1 + w₀(ρ − 1)), so written that it is above 1 also where w₀ is nearly 1.
            candidate: LogRatios::over(RISK_RATIOS, |ratio| {
                -libm::log1p(-null_rest * (ratio - 1.0) / ratio)
            }),
            baseline: LogRatios::over(RISK_RATIOS, |ratio| {
                -libm::log1p(null_share * (ratio - 1.0))
            }),
        }
    }

    /// The candidate's share w.
    #[must_use]
    pub const fn share(&self) -> Share {
        self.share
    }

    /// The probability w₀ with which the next failure is the candidate's if it is as bad as it may be.
    #[must_use]
    pub const fn null_share(&self) -> f64 {
        self.null_share
    }

    /// The likelihood ratios of one failure, for tests that depend on the order.
    #[must_use]
    pub const fn ratios(&self, failed: Arm) -> &LogRatios {
        match failed {
            Arm::Candidate => &self.candidate,
            Arm::Baseline => &self.baseline,
        }
    }
}

/// The failures of both versions during one step. Counters of parts add up to those of the whole, in
/// whatever order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Failures {
    /// Of the candidate.
    pub candidate: u64,
    /// Of the baseline.
    pub baseline: u64,
}

impl Failures {
    /// So many of each.
    #[must_use]
    pub const fn new(candidate: u64, baseline: u64) -> Self {
        Self { candidate, baseline }
    }

    /// Both together, held within what fits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            candidate: self.candidate.saturating_add(other.candidate),
            baseline: self.baseline.saturating_add(other.baseline),
        }
    }
}

/// Test A: whose are the failures, of a candidate and a baseline that run beside each other?
///
/// Only failures are looked at. If the candidate fails no more often than the baseline at that moment,
/// the next failure is the candidate's with a probability of at most its share, *whatever the common
/// failure rate is, and however it drifts*. With the alternatives that it fails ρ times as often as it
/// may, over the steps s of a rollout,
///
/// `E = (1/K) Σ_k Π_s ρ_k^F_B / (1 + w₀(ρ_k − 1))^(F_A + F_B)`
///
/// for the failures `F_B` of the candidate and `F_A` of the baseline is an e-process (Lindon and Malek
/// 2022; Turner, Ly and Grünwald 2024). It is built from the counters of all steps each time,
/// and depends on nothing else.
///
/// Limits: units must be assigned by chance, and not in turn; they must be judged in the order of their
/// assignment, since a version that fails fast is ahead of one that fails slowly; and each unit counts
/// once, at the share in force when it was assigned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attribution(LogRatios);

impl Attribution {
    /// Before any failure.
    #[must_use]
    pub const fn new() -> Self {
        Self(LogRatios::NONE)
    }

    /// With all failures of one more step.
    #[must_use]
    pub fn with(self, step: &Allocation, failures: Failures) -> Self {
        let ratios = self.0.plus(&step.candidate, failures.candidate);
        Self(ratios.plus(&step.baseline, failures.baseline))
    }

    /// The logarithm of E. Finite for every count.
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        self.0.ln_e()
    }

    /// Whether the candidate is worse: E is at least `1/alpha`.
    #[must_use]
    pub fn crosses(&self, alpha: Alpha) -> bool {
        self.ln_e() >= alpha.ln_inverse()
    }

    /// How many of so many further failures, all in one step, must be the candidate's for it to be
    /// worse. Nothing if all of them may be.
    #[must_use]
    pub fn boundary(&self, step: &Allocation, failures: u64, alpha: Alpha) -> Option<u64> {
        first(failures, |candidate| {
            self.with(step, Failures::new(candidate, failures - candidate)).crosses(alpha)
        })
    }

    /// After how many more failures, all of them the candidate's and in one step, it is worse; 0 if it
    /// is already. Nothing if that takes more than can be counted.
    #[must_use]
    pub fn failures_until(&self, step: &Allocation, alpha: Alpha) -> Option<u64> {
        first(u64::MAX, |more| self.with(step, Failures::new(more, 0)).crosses(alpha))
    }
}

impl Default for Attribution {
    fn default() -> Self {
        Self::new()
    }
}
