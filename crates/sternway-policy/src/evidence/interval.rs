//! Where a success rate lies, for people to see.

use std::f64::consts::PI;

use super::{
    bound::{lower, upper},
    counts::{Counts, float},
    fraction::Alpha,
};

/// A confidence sequence: an interval that holds the true success rate at every look together, with a
/// probability of at least `1 − alpha`.
///
/// Nothing is decided by it. Two intervals that do not overlap are no test: take
/// [`Attribution`](super::Attribution).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end, from 0.
    pub lower: f64,
    /// The upper end, to 1.
    pub upper: f64,
}

impl Interval {
    /// All rates θ with
    ///
    /// `ln B(½ + S, ½ + F) − ln B(½, ½) − S·ln θ − F·ln(1 − θ) < ln(1/alpha)`,
    ///
    /// where B is the beta function: the likelihood ratio of a mixture over all rates, with Jeffreys'
    /// weights, to θ (Robbins 1970; Johari, Pekelis and Walsh 2022). From 0 to 1 if nothing was
    /// measured. Meant for up to 10^12 runs: beyond, the logarithms of factorials lose the digits that
    /// the width rests on.
    #[must_use]
    pub fn of(measured: Counts, alpha: Alpha) -> Self {
        // The left side is n·KL(S/n ‖ θ) and what it is at θ = S/n. That part is at most 0 but for
        // rounding, since no mixture is more likely than the best of its parts.
        let level = alpha.ln_inverse() - ln_mixture_ratio(measured).min(0.0);
        Self { lower: lower(measured, level).success, upper: upper(measured, level).success }
    }
}

/// How likely the outcomes are under the mixture, against the rate that was measured.
fn ln_mixture_ratio(measured: Counts) -> f64 {
    let (succeeded, failed) = (float(measured.succeeded), float(measured.failed));
    let total = succeeded + failed;
    // B(½, ½) is π.
    let ln_beta = libm::lgamma(0.5 + succeeded) + libm::lgamma(0.5 + failed)
        - libm::lgamma(1.0 + total)
        - libm::log(PI);
    let ln_likelihood =
        |count: f64| if count > 0.0 { count * libm::log(count / total) } else { 0.0 };
    ln_beta - ln_likelihood(succeeded) - ln_likelihood(failed)
}
