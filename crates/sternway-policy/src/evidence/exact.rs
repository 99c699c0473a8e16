//! The exact bounds of a success rate that was measured, by Clopper and Pearson (1934).

use std::f64::consts::PI;

use super::{
    bound::{Rate, divergence, lost, lower, rate_without},
    counts::{Counts, float},
};

/// After how many steps an iteration ends that rounding keeps from ending by itself. A bound takes eight.
const MOST_STEPS: u32 = 50;
/// After how many of its parts a continued fraction ends, likewise. At an alpha of 0.002 it takes fifty,
/// at the largest one four hundred, however many runs were measured.
const MOST_PARTS: u32 = 2_000;
/// What is so small a part of a float is rounding.
const ROUNDING: f64 = 1e-15;

/// The success rate m at which S successes or more of n runs are as improbable as `exp(−ln_level)`: the
/// true rate is below it with no larger probability, and no higher bound has this property. Zero if
/// nothing succeeded.
pub(super) fn exact_lower(measured: Counts, ln_level: f64) -> Rate {
    if measured.succeeded == 0 {
        return lower(measured, ln_level);
    }
    let mut outside = too_much(measured, ln_level);
    // Where none failed, the bound by Chernoff is exact; at an alpha below 10^-15 nothing may be left.
    if measured.failed == 0 || outside >= 1.0 {
        return rate_without(measured, outside);
    }
    let tail = Tail::of(measured);
    // The logarithm of the tail is concave, so that from a bound that is too low each step of Newton's comes
    // nearer to the exact one and never past it: wherever it ends, the bound is sound.
    for _ in 0..MOST_STEPS {
        let (ln_probability, hazard) = tail.at(outside);
        let step = -(ln_probability + ln_level) / hazard;
        if step <= ROUNDING * outside {
            break;
        }
        outside -= step;
    }
    rate_without(measured, outside)
}

/// A share of the measured rate without which the bound by Chernoff says that it is too low, and the exact
/// one all the more: at most twice what the former says, or just that.
fn too_much(measured: Counts, ln_level: f64) -> f64 {
    let mut outside = 1.0;
    while measured.failed > 0 && divergence(measured, outside / 2.0) >= ln_level {
        outside /= 2.0;
    }
    if outside < 1.0 { outside } else { lost(measured, ln_level) }
}

/// The upper bound, likewise. One if nothing failed.
pub(super) fn exact_upper(measured: Counts, ln_level: f64) -> Rate {
    exact_lower(measured.mirrored(), ln_level).mirrored()
}

/// The probability of as many successes as were measured, or more, at a rate below the measured one.
struct Tail {
    measured: Counts,
    /// What of the logarithm does not depend on the rate, as Loader (2000) takes the binomial apart: with
    /// the divergence beside it no factorial is as large as to lose the digits that are wanted.
    ln_scale: f64,
}

impl Tail {
    /// Of runs of which at least one succeeded, and at least one failed.
    fn of(measured: Counts) -> Self {
        let (succeeded, failed) = (float(measured.succeeded), float(measured.failed));
        let total = succeeded + failed;
        let ln_width = libm::log(total / succeeded / failed / (2.0 * PI)) / 2.0;
        let remainders = stirling(total) - stirling(succeeded) - stirling(failed);
        Self { measured, ln_scale: ln_width + remainders }
    }

    /// Its logarithm at the measured rate without a share of its successes, and by how much that falls
    /// with the share.
    fn at(&self, lost: f64) -> (f64, f64) {
        let succeeded = float(self.measured.succeeded);
        let rate = rate_without(self.measured, lost);
        // How many times likelier that many or more are than just that many.
        let times = succeeded * rate.failure * fraction(self.measured, lost, rate);
        let ln_probability = self.ln_scale - divergence(self.measured, lost) + libm::log(times);
        (ln_probability, succeeded / ((1.0 - lost) * times))
    }
}

/// The continued fraction of the incomplete beta function by Didonato and Morris (1992), whose parts are all
/// positive: no digits are lost, and below the measured rate it ends soon.
fn fraction(measured: Counts, lost: f64, rate: Rate) -> f64 {
    let (a, b) = (float(measured.succeeded), float(measured.failed) + 1.0);
    let Rate { success: x, failure: y } = rate;
    // By how much the measured rate is above: a − (a + b)·x, without the difference.
    let c = 1.0 + a * lost - x;
    let (mut part, mut sum_of, mut p) = (0.0, a + 1.0, 1.0);
    let (mut before, mut now) = ((0.0, 1.0), (1.0, c / (1.0 + 1.0 / a)));
    let mut found = now.0 / now.1;
    for _ in 0..MOST_PARTS {
        part += 1.0;
        let share = part / a;
        let weight = part * (b - part) * x;
        let e = a / sum_of;
        let alpha = p * (p + b / a) * e * e * (weight * x);
        let e = (1.0 + share) / (1.0 + 1.0 / a + share + share);
        let beta = part + weight / sum_of + e * (c + part * (1.0 + y));
        (p, sum_of) = (1.0 + share, sum_of + 2.0);
        let next = (alpha * before.0 + beta * now.0, alpha * before.1 + beta * now.1);
        let last = found;
        found = next.0 / next.1;
        if (found - last).abs() <= ROUNDING * found {
            break;
        }
        // What grows without end is kept near 1.
        before = (now.0 / next.1, now.1 / next.1);
        now = (found, 1.0);
    }
    found
}

/// By what Stirling's formula for the logarithm of a factorial falls short.
fn stirling(number: f64) -> f64 {
    if number < 16.0 {
        let (mut factorial, mut factor) = (1.0, 1.0);
        while factor < number {
            factor += 1.0;
            factorial *= factor;
        }
        let formula = (number + 0.5) * libm::log(number) - number + libm::log(2.0 * PI) / 2.0;
        return libm::log(factorial) - formula;
    }
    let square = number * number;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) / number
}
