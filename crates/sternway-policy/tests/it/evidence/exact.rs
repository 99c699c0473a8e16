//! The exact bound of a rate, beside other ways to reckon it.

use proptest::prelude::*;
use sternway_policy::evidence::{Alpha, Counts, History, Proven};
use sternway_types::Ratio;

use super::{alpha, alphas, counts};

fn bound(succeeded: u64, failed: u64, at: f64) -> History {
    History::measured_exactly(Counts::new(succeeded, failed), alpha(at))
}

#[test]
fn the_bound_is_that_of_the_incomplete_beta_function() {
    // By mpmath, to forty digits.
    for (succeeded, failed, at, expected) in [
        (950, 50, 0.002, 0.926_900_455_126_707),
        (190, 10, 0.002, 0.888_788_443_483_777_5),
        (1, 999, 0.002, 2.002_000_666_667_068e-6),
        (7, 1, 0.05, 0.529_320_591_398_868_3),
        (1, 1, 0.1, 0.051_316_701_949_486_2),
        (99_990, 10, 0.000_2, 0.999_733_046_025_874_8),
        (250, 750, 0.111_1, 0.233_136_348_997_589_3),
        (40, 0, 0.002, 0.856_102_469_657_849_3),
        (3, 97, 1e-6, 1.843_759_973_192_318_7e-4),
    ] {
        let found = bound(succeeded, failed, at);
        let (success, failure) = (found.success_rate(), found.failure_rate());
        assert!((success / expected - 1.0).abs() < 1e-12, "{success} is not {expected}");
        assert!((failure - (1.0 - expected)).abs() < 1e-12, "{failure} beside {expected}");
    }
}

#[test]
fn a_bound_is_the_same_on_every_machine() {
    let bits = |succeeded, failed| bound(succeeded, failed, 0.002).success_rate().to_bits();
    let found = [bits(950, 50), bits(190, 10), bits(1, 999), bits(999_999_999, 1_000_000)];
    let known = [
        0x3fed_a92b_24ad_55c9,
        0x3fec_70f4_763a_6b0f,
        0x3ec0_cb43_8183_2d0e,
        0x3fef_f7ca_e8b3_0d86,
    ];
    assert_eq!(found, known, "{found:x?}");
}

/// The probability of so many successes or more, one term after the other, by the logarithms of the
/// platform: none of the formulas that are tested.
fn at_least(succeeded: u64, of: u64, success: f64) -> f64 {
    let ln_factorial = |n: u64| (1..=n).map(|it| (it as f64).ln()).sum::<f64>();
    let whole = ln_factorial(of);
    let term = |count: u64| {
        let ways = whole - ln_factorial(count) - ln_factorial(of - count);
        (ways + count as f64 * success.ln() + (of - count) as f64 * (-success).ln_1p()).exp()
    };
    (succeeded..=of).map(term).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn at_the_bound_what_was_measured_is_as_improbable_as_alpha(
        (of, succeeded) in (1_u64..400).prop_flat_map(|of| (Just(of), 1..=of)),
        at in 1e-6_f64..0.2,
    ) {
        let rate = bound(succeeded, of - succeeded, at).success_rate();
        let found = at_least(succeeded, of, rate);
        prop_assert!((found / at - 1.0).abs() < 1e-9, "{found} is not {at}");
    }

    #[test]
    fn it_is_above_that_of_chernoff_and_below_what_was_measured(
        baseline in counts(), at in alphas(),
    ) {
        let exact = History::measured_exactly(baseline, at);
        let other = History::measured(baseline, at);
        prop_assert!(exact.success_rate() >= other.success_rate(), "{exact:?} {other:?}");
        prop_assert!(exact.failure_rate() <= other.failure_rate(), "{exact:?} {other:?}");
        let (succeeded, failed) = (baseline.succeeded as f64, baseline.failed as f64);
        prop_assert!(exact.success_rate() * (succeeded + failed) <= succeeded);
        prop_assert!(exact.success_rate().is_finite() && exact.failure_rate() > 0.0);
    }

    #[test]
    fn more_that_was_measured_bounds_more_closely(
        succeeded in 1_u64..5_000, failed in 1_u64..5_000, at in 1e-6_f64..0.1,
    ) {
        let rate = |times: u64| bound(succeeded * times, failed * times, at).success_rate();
        let rates = [1, 2, 10, 1_000, 1_000_000].map(rate);
        prop_assert!(rates.is_sorted(), "{rates:?}");
        let more = bound(succeeded + 1, failed, at).success_rate();
        prop_assert!(more > rates[0], "{more} {rates:?}");
    }

    #[test]
    fn the_bound_above_is_its_mirror_image(baseline in counts(), at in 1e-6_f64..0.1) {
        let Counts { succeeded, failed } = baseline;
        let below = bound(failed, succeeded, at);
        let none = Ratio::ZERO;
        let above = Proven::measured_exactly(baseline, Alpha::new(at).unwrap(), none);
        prop_assert_eq!(above.success_rate().max(1e-12), below.failure_rate().max(1e-12));
    }
}
