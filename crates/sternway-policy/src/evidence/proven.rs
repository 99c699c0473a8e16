//! Evidence for a candidate: enough to go on with it.

use sternway_types::Ratio;

use super::{
    bound::{Rate, upper},
    counts::Counts,
    crossing::first,
    exact::exact_upper,
    fraction::Alpha,
    ratios::LogRatios,
};

/// The shares v of what is missing to a perfect version that a better one may have made up for.
const MADE_UP: [f64; 5] = [0.25, 0.5, 0.75, 0.9, 0.99];

/// The least success rate that is reckoned with. Against a rate of zero the first success would be an
/// infinite evidence; with this one it decides as well.
const LEAST_SUCCESS: f64 = 1e-12;

/// Is the candidate within δ of the baseline, or better?
///
/// The mirror image of [`History`](super::History). The null hypothesis is that each run succeeds with
/// a probability of at most `m′ = U − δ`, where U is the baseline's success rate or an upper bound of
/// it. With the alternatives `q_k = m′ + (1 − m′)·v_k`,
///
/// `E′ = (1/K) Σ_k (q_k/m′)^S · ((1−q_k)/(1−m′))^F`
///
/// for S successes and F failures is an e-process, and the version is proven where it reaches
/// `1/alpha`. Default alpha of the policy `sound`: 0.05; default δ: 0.02.
///
/// It takes the place of a least number of requests: what is no evidence does not become one by being
/// waited for. More failures never make it larger, so that it need be asked at successes only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proven {
    rate: Rate,
    succeeded: LogRatios<5>,
    failed: LogRatios<5>,
}

impl Proven {
    /// Beside the outcomes of a baseline: U is the upper bound of its rate with
    /// `n·KL(S/n ‖ U) = ln(1/alpha_bound)`, and is below the true rate with a probability of at most
    /// `alpha_bound`, which is to be added to the alpha of the test. Without any outcome U is 1.
    #[must_use]
    pub fn measured(baseline: Counts, alpha_bound: Alpha, delta: Ratio) -> Self {
        Self::beside(upper(baseline, alpha_bound.ln_inverse()), delta)
    }

    /// Beside the outcomes of a baseline, as [`measured`](Self::measured), with the lowest upper bound that
    /// there is: that of Clopper and Pearson (1934).
    #[must_use]
    pub fn measured_exactly(baseline: Counts, alpha_bound: Alpha, delta: Ratio) -> Self {
        Self::beside(exact_upper(baseline, alpha_bound.ln_inverse()), delta)
    }

    /// Beside a success rate that somebody declared. Where δ is at least that rate, the first success
    /// proves it.
    #[must_use]
    pub fn declared(success: Ratio, delta: Ratio) -> Self {
        Self::beside(Rate::of_success(success.get()), delta)
    }

    fn beside(baseline: Rate, delta: Ratio) -> Self {
        let success = (baseline.success - delta.get()).max(LEAST_SUCCESS);
        let failure = (baseline.failure + delta.get()).min(1.0);
        let odds = failure / success;
        Self {
            rate: Rate { success, failure },
            // (1 − q_k)/(1 − m′) is 1 − v_k whatever m′ is, and q_k/m′ is 1 + v_k·(1 − m′)/m′.
            succeeded: LogRatios::over(MADE_UP, |made_up| libm::log1p(made_up * odds)),
            failed: LogRatios::over(MADE_UP, |made_up| libm::log1p(-made_up)),
        }
    }

    /// The success rate m′ that the candidate must be above.
    #[must_use]
    pub const fn success_rate(&self) -> f64 {
        self.rate.success
    }

    /// The logarithm of E′. Finite for every count.
    #[must_use]
    pub fn ln_e(&self, candidate: Counts) -> f64 {
        let ratios = LogRatios::NONE.plus(&self.failed, candidate.failed);
        ratios.plus(&self.succeeded, candidate.succeeded).ln_e()
    }

    /// Whether the candidate is proven: E′ is at least `1/alpha`.
    #[must_use]
    pub fn crosses(&self, candidate: Counts, alpha: Alpha) -> bool {
        self.ln_e(candidate) >= alpha.ln_inverse()
    }

    /// After how many more successes in a row it is proven; 0 if it is already. Nothing if no number of
    /// them is enough.
    #[must_use]
    pub fn successes_until(&self, candidate: Counts, alpha: Alpha) -> Option<u64> {
        let after = |more| candidate.plus(Counts::new(more, 0));
        first(u64::MAX, |more| self.crosses(after(more), alpha))
    }
}
