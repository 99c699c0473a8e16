//! Test H: a candidate against what its predecessor did before.

use sternway_types::Ratio;

use super::{
    bound::{Rate, lower},
    counts::Counts,
    crossing::first,
    exact::exact_lower,
    fraction::Alpha,
    ratios::{ALTERNATIVES, LogRatios},
};

/// The shares u of its successes that a worse version may lose: what it fails more often by.
const LOST: [f64; ALTERNATIVES] =
    [0.01, 0.02, 0.04, 0.07, 0.12, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9, 0.99];

/// The least failure rate that is reckoned with. A rate of zero would make the first failure an
/// infinite evidence; with this one it decides as well, at any alpha above 10^-10.
const LEAST_FAILURE: f64 = 1e-12;

/// Test H: is the candidate worse than a success rate m that is known, or a lower bound of one?
///
/// The null hypothesis is that each run of the candidate succeeds with a probability of at least m,
/// whatever it was before. With f₀ = 1 − m and the alternatives `f_k = f₀ + m·u_k`,
///
/// `E = (1/K) Σ_k (f_k/f₀)^F · ((1−f_k)/(1−f₀))^S`
///
/// for S successes and F failures of the candidate is an e-process: the expectation of a factor is
/// linear in the candidate's rate, 1 at m, and smaller above it, since `f_k > f₀`. The version is worse
/// where E reaches `1/alpha`. This is the sequential likelihood ratio of Wald (1945) with a mixture
/// over alternatives (Robbins 1970), and is valid whenever one looks (Ville 1939).
///
/// What it says depends on the two counters alone: not on the order of the runs, nor on who counted
/// them. More successes never make it larger, so that it need be asked at failures only.
///
/// Limits: a cause outside that makes every version fail looks like the candidate's fault. Where both
/// versions run beside each other, take [`Attribution`](super::Attribution).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct History {
    rate: Rate,
    succeeded: LogRatios,
    failed: LogRatios,
}

impl History {
    /// Against the predecessor's outcomes: m is the lower bound of its rate with
    /// `n·KL(S/n ‖ m) = ln(1/alpha_bound)`, and is above the true rate with a probability of at most
    /// `alpha_bound`, which is to be added to the alpha of the test. Default of the policy `sound`:
    /// 0.002. Without any outcome m is 0, and nothing is ever worse.
    #[must_use]
    pub fn measured(baseline: Counts, alpha_bound: Alpha) -> Self {
        Self::against(lower(baseline, alpha_bound.ln_inverse()))
    }

    /// Against the predecessor's outcomes, as [`measured`](Self::measured), with the highest lower bound
    /// that there is: that of Clopper and Pearson (1934). It is above the true rate with a probability of
    /// at most `alpha_bound` as well.
    #[must_use]
    pub fn measured_exactly(baseline: Counts, alpha_bound: Alpha) -> Self {
        Self::against(exact_lower(baseline, alpha_bound.ln_inverse()))
    }

    /// Against a success rate that somebody declared, such as an objective of a service level. A rate
    /// of 1 is taken for 1 − 10^-12.
    #[must_use]
    pub fn declared(success: Ratio) -> Self {
        Self::against(Rate::of_success(success.get()))
    }

    pub(super) fn against(rate: Rate) -> Self {
        let success = rate.success.min(1.0 - LEAST_FAILURE);
        let failure = rate.failure.max(LEAST_FAILURE);
        let odds = success / failure;
        Self {
            rate: Rate { success, failure },
            // (1 − f_k)/(1 − f₀) is 1 − u_k whatever m is, and f_k/f₀ is 1 + u_k·m/f₀.
            succeeded: LogRatios::over(LOST, |lost| libm::log1p(-lost)),
            failed: LogRatios::over(LOST, |lost| libm::log1p(lost * odds)),
        }
    }

    /// The success rate m that the candidate is held against.
    #[must_use]
    pub const fn success_rate(&self) -> f64 {
        self.rate.success
    }

    /// The failure rate f₀ = 1 − m, with all of its digits.
    #[must_use]
    pub const fn failure_rate(&self) -> f64 {
        self.rate.failure
    }

    /// The logarithm of E. Finite for every count.
    #[must_use]
    pub fn ln_e(&self, candidate: Counts) -> f64 {
        self.ratios(candidate).ln_e()
    }

    /// Whether the candidate is worse: E is at least `1/alpha`.
    #[must_use]
    pub fn crosses(&self, candidate: Counts, alpha: Alpha) -> bool {
        self.reaches(candidate, alpha.ln_inverse())
    }

    /// How many of so many outcomes must have failed for the candidate to be worse: the boundary b(n).
    /// Nothing if all of them may fail.
    #[must_use]
    pub fn boundary(&self, outcomes: u64, alpha: Alpha) -> Option<u64> {
        first(outcomes, |failed| self.crosses(Counts::new(outcomes - failed, failed), alpha))
    }

    /// After how many more failures in a row the candidate is worse; 0 if it is already. Nothing if
    /// that takes more than can be counted.
    #[must_use]
    pub fn failures_until(&self, candidate: Counts, alpha: Alpha) -> Option<u64> {
        self.until(candidate, alpha.ln_inverse())
    }

    pub(super) fn until(&self, candidate: Counts, ln_threshold: f64) -> Option<u64> {
        let after = |more| candidate.plus(Counts::new(0, more));
        first(u64::MAX, |more| self.reaches(after(more), ln_threshold))
    }

    pub(super) fn reaches(&self, candidate: Counts, ln_threshold: f64) -> bool {
        self.ratios(candidate).reach(ln_threshold)
    }

    /// The likelihood ratios of outcomes of the candidate, for tests that depend on their order.
    #[must_use]
    pub fn ratios(&self, candidate: Counts) -> LogRatios {
        LogRatios::NONE
            .plus(&self.failed, candidate.failed)
            .plus(&self.succeeded, candidate.succeeded)
    }
}
