//! Means of what is measured: a test by betting.

use sternway_types::Ratio;

use super::{
    counts::float,
    fraction::{Alpha, FractionError, Mean},
    state::StateError,
};

/// What became of bets on the values so far.
///
/// It depends on their order: feed values in the order of assignment. The state is its four numbers,
/// and goes on from these to the last bit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wealth {
    sum: f64,
    squares: f64,
    samples: u64,
    ln_wealth: f64,
}

impl Wealth {
    /// Before any value: 1.
    #[must_use]
    pub const fn new() -> Self {
        Self { sum: 0.0, squares: 0.0, samples: 0, ln_wealth: 0.0 }
    }

    /// A state that was kept elsewhere.
    ///
    /// # Errors
    ///
    /// [`StateError`] if a sum is not from 0 to the number of samples, or the wealth is no number.
    pub fn from_parts(
        sum: f64,
        squares: f64,
        samples: u64,
        ln_wealth: f64,
    ) -> Result<Self, StateError> {
        // A sum of floats may be a little beyond the number of its parts.
        let within = 0.0..=float(samples) * (1.0 + 1e-9);
        let wrong = [sum, squares].into_iter().find(|part| !within.contains(part));
        let wrong = wrong.or((!ln_wealth.is_finite()).then_some(ln_wealth));
        wrong.map_or(Ok(Self { sum, squares, samples, ln_wealth }), |part| Err(StateError(part)))
    }

    /// The sum of the values.
    #[must_use]
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// The sum of the squares of their distances from the mean as it was estimated with each of them.
    #[must_use]
    pub const fn squares(&self) -> f64 {
        self.squares
    }

    /// How many values.
    #[must_use]
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// The logarithm of the wealth, which is the e-value. Finite for every state.
    #[must_use]
    pub const fn ln_e(&self) -> f64 {
        self.ln_wealth
    }

    /// Whether the mean is above the one that was bet against: the wealth is at least `1/alpha`.
    #[must_use]
    pub fn crosses(&self, alpha: Alpha) -> bool {
        self.ln_wealth >= alpha.ln_inverse()
    }

    /// The mean, drawn to one half as if by one more value.
    fn mean(&self) -> f64 {
        (0.5 + self.sum) / (float(self.samples) + 1.0)
    }

    /// The variance, drawn to one quarter likewise.
    fn variance(&self) -> f64 {
        (0.25 + self.squares) / (float(self.samples) + 1.0)
    }
}

/// Is the mean of values from 0 to 1, of which large ones are bad, above m?
///
/// With bets λ that are chosen before each value,
///
/// `K = Π_i (1 + λ_i(X_i − m))`, `λ_i = clip((μ − m)/(σ² + (μ − m)²), 0, 1/(2m))`,
///
/// where `μ = (½ + ΣX)/i` and `σ² = (¼ + Σ(X − μ)²)/i` are those of the `i − 1` values before, is an
/// e-process for "the mean of each value, given those before, is at most m" (Waudby-Smith and Ramdas,
/// JRSS-B 2024). Nothing is assumed of how the values are distributed.
///
/// A cost is capped and divided by the cap; a quality q is fed as `1 − q`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Betting {
    mean: f64,
}

impl Betting {
    /// Against a mean m.
    #[must_use]
    pub const fn new(mean: Mean) -> Self {
        Self { mean: mean.get() }
    }

    /// Goes on by one value.
    pub fn observe(self, wealth: &mut Wealth, value: Ratio) {
        self.bet(wealth, value.get());
    }

    /// Goes on by one value that is as bad as they come.
    pub(crate) fn bet_on_the_worst(self, wealth: &mut Wealth) {
        self.bet(wealth, 1.0);
    }

    fn bet(self, wealth: &mut Wealth, value: f64) {
        let excess = wealth.mean() - self.mean;
        let stake = excess / (wealth.variance() + excess * excess);
        // At most half of the wealth is lost at once.
        let stake = stake.clamp(0.0, 0.5 / self.mean);
        wealth.ln_wealth += libm::log1p(stake * (value - self.mean));
        wealth.sum += value;
        wealth.samples = wealth.samples.saturating_add(1);
        let distance = value - wealth.mean();
        wealth.squares += distance * distance;
    }
}

/// Is the mean of the candidate's values above that of the baseline's, by more than a margin δ?
///
/// The candidate's i-th value and the baseline's i-th are one value `(X_B − X_A + 1)/2`, and
/// [`Betting`] is against `(1 + δ)/2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BettingBeside(Betting);

impl BettingBeside {
    /// With a margin from 0, and below 1.
    ///
    /// # Errors
    ///
    /// [`FractionError`] if the margin is 1: no mean is above another by more.
    pub fn new(margin: Ratio) -> Result<Self, FractionError> {
        Ok(Self(Betting::new(Mean::new(f64::midpoint(1.0, margin.get()))?)))
    }

    /// Goes on by one pair.
    pub fn observe(self, wealth: &mut Wealth, candidate: Ratio, baseline: Ratio) {
        self.0.bet(wealth, f64::midpoint(candidate.get() - baseline.get(), 1.0));
    }
}
