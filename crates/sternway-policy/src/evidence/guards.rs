//! Several tests of one version, as one.

use std::num::NonZeroU32;

use super::{counts::float, mixture::ln_sum_exp};

/// What one of several tests says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guard {
    /// How many parts of the whole weight it has: guards of 2, 1 and 1 have a half and two quarters.
    pub weight: NonZeroU32,
    /// The logarithm of its e-value; finite.
    pub ln_e: f64,
}

/// The logarithm of the mean of the e-values, weighted: `Σ v_i E_i` with `Σ v_i = 1`. Zero if there is no
/// guard.
///
/// It is an e-value however the guards depend on each other (Vovk and Wang 2021), so that all of them
/// together have one alpha, at the threshold `1/alpha`. The weights must be fixed before the first
/// outcome.
#[must_use]
pub fn combined(guards: &[Guard]) -> f64 {
    if guards.is_empty() {
        return 0.0;
    }
    let ln_parts = |guard: &Guard| libm::log(f64::from(guard.weight.get()));
    let whole: u64 = guards.iter().map(|guard| u64::from(guard.weight.get())).sum();
    ln_sum_exp(guards.iter().map(|guard| ln_parts(guard) + guard.ln_e)) - libm::log(float(whole))
}
