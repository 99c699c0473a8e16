//! Bounds for a success rate that was measured.

use super::counts::{Counts, float};

/// How often the interval around a bound is halved: from 1 to 10^-30, less than one run in any number
/// of them that can be counted.
const HALVINGS: u32 = 100;

/// A success rate, and the failure rate beside it. Both are kept: of a rate near 1, the difference
/// to 1 has lost its digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rate {
    pub(super) success: f64,
    pub(super) failure: f64,
}

impl Rate {
    /// A rate from 0 to 1.
    pub(super) const fn of_success(success: f64) -> Self {
        Self { success, failure: 1.0 - success }
    }

    pub(super) const fn mirrored(self) -> Self {
        Self { success: self.failure, failure: self.success }
    }
}

/// The lower bound m of the success rate with `n·KL(S/n ‖ m) = ln_level`, where KL is the
/// Kullback–Leibler divergence of two coins. Zero if nothing was measured.
///
/// By Chernoff's inequality the true rate is below m with probability at most `exp(−ln_level)`. The
/// [exact](super::exact) bound of Clopper and Pearson is a little higher.
pub(super) fn lower(measured: Counts, ln_level: f64) -> Rate {
    if measured.succeeded == 0 {
        return Rate { success: 0.0, failure: 1.0 };
    }
    rate_without(measured, lost(measured, ln_level))
}

/// The upper bound, likewise. One if nothing was measured.
pub(super) fn upper(measured: Counts, ln_level: f64) -> Rate {
    lower(measured.mirrored(), ln_level).mirrored()
}

/// The share t of the success rate that was measured at which [`divergence`] reaches a level: on the side
/// on which the bound is a little too low, which is the sound one.
pub(super) fn lost(measured: Counts, ln_level: f64) -> f64 {
    let (mut inside, mut outside) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(inside, outside);
        if divergence(measured, middle) < ln_level {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

/// `n·KL(S/n ‖ m)` with `m = S/n·(1 − t)`. No two large numbers are subtracted, so that it is as good for
/// 10^12 runs as for 10.
pub(super) fn divergence(measured: Counts, lost: f64) -> f64 {
    let (succeeded, failed) = (float(measured.succeeded), float(measured.failed));
    let of_successes = succeeded * libm::log1p(-lost);
    let of_failures =
        if measured.failed == 0 { 0.0 } else { failed * libm::log1p(lost * succeeded / failed) };
    -(of_successes + of_failures)
}

/// The rate that was measured, without this share of its successes.
pub(super) fn rate_without(measured: Counts, lost: f64) -> Rate {
    let (succeeded, failed) = (float(measured.succeeded), float(measured.failed));
    let total = succeeded + failed;
    let share = succeeded / total;
    Rate { success: share * (1.0 - lost), failure: failed / total + share * lost }
}
