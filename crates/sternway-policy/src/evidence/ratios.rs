//! Likelihood ratios: what outcomes say for each alternative, against the null.

use super::{counts::float, mixture::ln_mean_exp, state::StateError};

/// How many alternatives a test against a candidate looks at.
pub const ALTERNATIVES: usize = 12;

/// By how much a logarithm that was bounded, and not reckoned, must stay below a threshold: rounding
/// takes less than a billionth of this, so that such a bound never says anything else than the sum.
pub(super) const ROOM: f64 = 0.25;

/// Which version a unit was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arm {
    /// The version that is on trial.
    Candidate,
    /// The one that it is compared with.
    Baseline,
}

/// The logarithms of the likelihood ratios of an outcome, or of many: for each alternative, how much
/// more likely they are under it than under the null. Those of several outcomes add up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRatios<const K: usize = ALTERNATIVES>([f64; K]);

impl<const K: usize> LogRatios<K> {
    /// What an outcome says that is as likely under every alternative as under the null.
    pub const NONE: Self = Self([0.0; K]);

    /// Beyond this no sum of ratios comes, however many outcomes there are.
    const MOST: f64 = 1e30;

    /// Ratios that were kept elsewhere.
    ///
    /// # Errors
    ///
    /// [`StateError`] if one is beyond 10^30, or no number.
    pub fn from_parts(parts: [f64; K]) -> Result<Self, StateError> {
        let wrong = parts.into_iter().find(|part| !(-Self::MOST..=Self::MOST).contains(part));
        wrong.map_or(Ok(Self(parts)), |part| Err(StateError(part)))
    }

    /// The ratios, by alternative, to be kept.
    #[must_use]
    pub const fn parts(&self) -> &[f64; K] {
        &self.0
    }

    /// What an outcome says for each alternative of a grid.
    pub(super) fn over(grid: [f64; K], ln_ratio: impl Fn(f64) -> f64) -> Self {
        Self(grid.map(ln_ratio))
    }

    /// Each of them, changed alike.
    pub(super) fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self(self.0.map(change))
    }

    /// These, and those of so many more outcomes of one kind.
    #[must_use]
    pub fn plus(self, one: &Self, times: u64) -> Self {
        let times = float(times);
        let mut sum = self;
        for (sum, one) in sum.0.iter_mut().zip(&one.0) {
            *sum += times * one;
        }
        sum
    }

    /// The logarithm of the mean of the ratios: an e-value, since the mean of e-values is one (Vovk
    /// and Wang 2021).
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        ln_mean_exp(&self.0)
    }

    /// Whether [`ln_e`](Self::ln_e) is at least this.
    pub(super) fn reach(&self, ln_threshold: f64) -> bool {
        // No mean is above the largest of its parts. Most looks end here, without an exponential.
        self.any_above(ln_threshold - ROOM) && self.ln_e() >= ln_threshold
    }

    /// Whether one of them is at least this.
    pub(super) fn any_above(&self, least: f64) -> bool {
        self.0.iter().any(|ratio| *ratio >= least)
    }
}
