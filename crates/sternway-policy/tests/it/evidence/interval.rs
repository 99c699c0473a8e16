//! Confidence sequences.

use proptest::prelude::*;
use sternway_policy::evidence::{Counts, Interval};

use super::{alpha, alphas, counts};

/// The left side of the defining equation, by a product instead of the logarithms of factorials:
/// `B(½ + S, ½ + F)/π` is `Π (i + ½)·Π (j + ½)/n!`.
fn left_side(succeeded: u32, failed: u32, rate: f64) -> f64 {
    let halves = |count: u32| (0..count).map(|step| (f64::from(step) + 0.5).ln()).sum::<f64>();
    let factorial = (1..=succeeded + failed).map(|step| f64::from(step).ln()).sum::<f64>();
    let term = |count: u32, rate: f64| if count == 0 { 0.0 } else { f64::from(count) * rate.ln() };
    halves(succeeded) + halves(failed)
        - factorial
        - term(succeeded, rate)
        - term(failed, 1.0 - rate)
}

fn of(succeeded: u32, failed: u32) -> Interval {
    Interval::of(Counts::new(succeeded.into(), failed.into()), alpha(0.05))
}

#[test]
fn its_ends_solve_the_defining_equation() {
    let threshold = 20_f64.ln();
    for (succeeded, failed) in [(1, 1), (7, 3), (95, 5), (950, 50), (4_000, 1), (3, 2_000)] {
        let Interval { lower, upper } = of(succeeded, failed);
        for end in [lower, upper] {
            let found = left_side(succeeded, failed, end);
            assert!((found - threshold).abs() < 1e-6, "{succeeded} {failed}: {end} gives {found}");
        }
        assert!(left_side(succeeded, failed, f64::midpoint(lower, upper)) < threshold);
    }
}

#[test]
fn where_all_runs_ended_alike_one_end_is_open() {
    let good = of(20, 0);
    assert!((good.upper - 1.0).abs() < f64::EPSILON);
    assert!((left_side(20, 0, good.lower) - 20_f64.ln()).abs() < 1e-9);
    let bad = of(0, 20);
    assert!(bad.lower.abs() < f64::EPSILON);
    assert!((bad.upper - (1.0 - good.lower)).abs() < 1e-12);
}

#[test]
fn nothing_is_known_before_anything_was_measured() {
    assert_eq!(of(0, 0), Interval { lower: 0.0, upper: 1.0 });
}

#[test]
fn it_is_still_narrow_beside_very_many_runs() {
    let counts = Counts::new(950_000_000_000, 50_000_000_000);
    let Interval { lower, upper } = Interval::of(counts, alpha(0.05));
    // ±√(2·ln-threshold·p(1−p)/n), where the threshold is about 17.
    assert!((upper - lower - 2.5e-6).abs() < 0.1e-6, "{lower} {upper}");
    assert!(lower < 0.95 && 0.95 < upper);
}

proptest! {
    #[test]
    fn it_holds_what_was_measured(counts in counts(), at in alphas()) {
        let Interval { lower, upper } = Interval::of(counts, at);
        prop_assert!(0.0 <= lower && lower <= upper && upper <= 1.0, "{lower} {upper}");
        let total = counts.succeeded as f64 + counts.failed as f64;
        prop_assume!(total > 0.0);
        let rate = counts.succeeded as f64 / total;
        prop_assert!(lower <= rate + f64::EPSILON && rate - f64::EPSILON <= upper);
    }

    #[test]
    fn a_smaller_alpha_is_a_wider_interval(counts in counts()) {
        let (narrow, wide) = (Interval::of(counts, alpha(0.05)), Interval::of(counts, alpha(0.001)));
        prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper);
    }
}
