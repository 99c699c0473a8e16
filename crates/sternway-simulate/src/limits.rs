//! Exact limits for a share, and for a quantile.

use sternway_policy::evidence::Alpha;

use crate::number::float;

/// How often an interval is halved: far below the digits of a float.
const HALVINGS: u32 = 60;

/// What a sum of probabilities may leave out, as a part of it.
const NEGLIGIBLE: f64 = 1e-17;

/// Between what a share lies that was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// It is below this with a probability of at most the level.
    pub lower: f64,
    /// It is above this with a probability of at most the level.
    pub upper: f64,
}

/// The exact limits (Clopper and Pearson 1934) of a probability of which `count` events were seen in
/// `of` trials, each wrong with a probability of at most the level. From 0 to 1 without a trial.
#[must_use]
pub fn limits(count: u64, of: u64, level: Alpha) -> Limits {
    let count = count.min(of);
    Limits { lower: lower(count, of, level), upper: 1.0 - lower(of - count, of, level) }
}

/// The probability at which so many events, or more, are as improbable as the level.
fn lower(count: u64, of: u64, level: Alpha) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let (mut below, mut above) = (0.0, float(count) / float(of));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(below, above);
        if at_least(count, of, middle) < level.get() {
            below = middle;
        } else {
            above = middle;
        }
    }
    below
}

/// The probability of `count` events or more in `of` trials, for a `count` that is not below the mean.
///
/// From there on each term is smaller than the one before, so that the sum ends soon.
fn at_least(count: u64, of: u64, probability: f64) -> f64 {
    if probability <= 0.0 {
        return 0.0;
    }
    let odds = probability / (1.0 - probability);
    let (mut sum, mut term, mut events) = (1.0, 1.0, count);
    while events < of && term > NEGLIGIBLE * sum {
        term *= odds * float(of - events) / float(events + 1);
        sum += term;
        events += 1;
    }
    (sum * libm::exp(ln_binomial(count, of, probability))).min(1.0)
}

fn ln_binomial(count: u64, of: u64, probability: f64) -> f64 {
    let (events, others) = (float(count), float(of - count));
    let ways =
        libm::lgamma(float(of) + 1.0) - libm::lgamma(events + 1.0) - libm::lgamma(others + 1.0);
    let of_others = if count == of { 0.0 } else { others * libm::log1p(-probability) };
    ways + events * libm::log(probability) + of_others
}

/// Between which of `of` values, in their order and counted from 0, the value lies below which a part
/// of `between` is. Nothing on a side on which there are too few values to say.
pub(crate) fn ranks(between: Limits, of: u64, level: Alpha) -> (Option<u64>, Option<u64>) {
    // That so few are below the wanted value, or so many, has a probability of the level.
    let too_few = |count| limits(count, of, level).upper <= between.lower;
    let too_many = |count| limits(count, of, level).lower >= between.upper;
    let before = |count: Option<u64>| count.and_then(|count| count.checked_sub(1));
    (before(first(of, |count| !too_few(count))), before(first(of, too_many)))
}

/// The least count up to the most from which on something holds.
fn first(most: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut least, mut above) = (0, most + 1);
    while least < above {
        let middle = least.midpoint(above);
        if holds(middle) { above = middle } else { least = middle + 1 }
    }
    (least <= most).then_some(least)
}

#[cfg(test)]
mod tests {
    use sternway_policy::evidence::{Counts, History};

    use super::*;

    fn level(alpha: f64) -> Alpha {
        Alpha::new(alpha).unwrap()
    }

    fn check(count: u64, of: u64, alpha: f64, expected: (f64, f64)) {
        let found = limits(count, of, level(alpha));
        assert!((found.lower - expected.0).abs() < 1e-6, "{found:?}");
        assert!((found.upper - expected.1).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn the_limits_are_those_of_the_tables() {
        // Of the incomplete beta function, to six digits.
        check(5, 10, 0.025, (0.187_086, 0.812_914));
        check(1, 10, 0.025, (0.002_529, 0.445_016));
        check(50, 1_000, 0.025, (0.037_336, 0.065_390));
    }

    #[test]
    fn the_bound_of_the_reference_is_exact() {
        assert_eq!(format!("{:.4}", limits(950, 1_000, level(0.002)).lower), "0.9269");
        assert_eq!(format!("{:.3}", limits(190, 200, level(0.002)).lower), "0.889");
    }

    #[test]
    fn the_engine_bounds_a_rate_as_a_sum_of_terms_does() {
        for (succeeded, of) in [(1, 7), (190, 200), (950, 1_000), (2_500, 10_000), (9_999, 10_000)]
        {
            let measured = Counts::new(succeeded, of - succeeded);
            let engine = History::measured_exactly(measured, level(0.002)).success_rate();
            let ours = limits(succeeded, of, level(0.002)).lower;
            assert!((engine / ours - 1.0).abs() < 1e-10, "{engine} is not {ours}");
        }
    }

    #[test]
    fn without_an_event_one_side_is_known() {
        let none = limits(0, 100, level(0.05));
        assert_eq!(none.lower.to_bits(), 0);
        assert!((none.upper - (1.0 - 0.05_f64.powf(0.01))).abs() < 1e-9, "{none:?}");
        assert_eq!(limits(100, 100, level(0.05)).upper.to_bits(), 1_f64.to_bits());
    }

    #[test]
    fn without_a_trial_nothing_is_known() {
        assert_eq!(limits(0, 0, level(0.05)), Limits { lower: 0.0, upper: 1.0 });
    }

    #[test]
    fn many_trials_make_close_limits() {
        let found = limits(1_000, 100_000, level(1e-6));
        assert!(found.lower > 0.0085 && found.upper < 0.0116, "{found:?}");
    }

    #[test]
    fn a_median_lies_between_two_of_the_values() {
        let half = Limits { lower: 0.5, upper: 0.5 };
        // The sign test: of 10 values, the second and the ninth at 0.0108 on each side.
        assert_eq!(ranks(half, 10, level(0.011)), (Some(1), Some(8)));
        assert_eq!(ranks(half, 3, level(0.01)), (None, None));
    }
}
