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

    const fn mirrored(self) -> Self {
        Self { success: self.failure, failure: self.success }
    }
}

/// The lower bound m of the success rate with `n·KL(S/n ‖ m) = ln_level`, where KL is the
/// Kullback–Leibler divergence of two coins. Zero if nothing was measured.
///
/// By Chernoff's inequality the true rate is below m with probability at most `exp(−ln_level)`. The
/// exact bound of Clopper and Pearson is a little higher, and needs the incomplete beta function.
pub(super) fn lower(measured: Counts, ln_level: f64) -> Rate {
    let (succeeded, failed) = (float(measured.succeeded), float(measured.failed));
    if measured.succeeded == 0 {
        return Rate { success: 0.0, failure: 1.0 };
    }
    let total = succeeded + failed;
    // With m = S/n·(1 − t), n·KL is this. No two large numbers are subtracted, so that it is as good
    // for 10^12 runs as for 10.
    let divergence = |t: f64| {
        let of_successes = succeeded * libm::log1p(-t);
        let of_failures =
            if measured.failed == 0 { 0.0 } else { failed * libm::log1p(t * succeeded / failed) };
        -(of_successes + of_failures)
    };
    let (mut inside, mut outside) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(inside, outside);
        if divergence(middle) < ln_level {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    // The side on which the bound is a little too low: that is the sound one.
    let share = succeeded / total;
    Rate { success: share * (1.0 - outside), failure: failed / total + share * outside }
}

/// The upper bound, likewise. One if nothing was measured.
pub(super) fn upper(measured: Counts, ln_level: f64) -> Rate {
    lower(measured.mirrored(), ln_level).mirrored()
}
