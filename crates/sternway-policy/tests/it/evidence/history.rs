//! Test H, beside the tables of the reference.

use proptest::prelude::*;
use sternway_policy::evidence::{Counts, History};

use super::{alpha, alphas, counters, counts, expectation, rates, ratio, recursion::probability};

const START: Counts = Counts::new(0, 0);

fn known(success: f64) -> History {
    History::declared(ratio(success))
}

fn check_boundary(success: f64, straight: u64, expected: [u64; 6]) {
    let history = known(success);
    let alpha = alpha(0.01);
    assert_eq!(history.failures_until(START, alpha), Some(straight), "at {success}");
    let outcomes = [10, 30, 100, 300, 1_000, 10_000];
    let found = outcomes.map(|outcomes| history.boundary(outcomes, alpha).expect("it can fail"));
    assert_eq!(found, expected, "at {success}");
}

#[test]
fn the_boundary_is_that_of_the_reference() {
    check_boundary(0.99, 2, [3, 4, 7, 12, 24, 155]);
    check_boundary(0.95, 2, [5, 8, 15, 31, 78, 585]);
    check_boundary(0.90, 3, [6, 11, 23, 51, 137, 1_117]);
    check_boundary(0.75, 5, [8, 17, 42, 104, 302, 2_664]);
}

#[test]
fn the_bound_of_a_rate_is_that_of_the_reference() {
    let bound = |succeeded, failed| {
        let history = History::measured(Counts::new(succeeded, failed), alpha(0.002));
        format!("{:.4}", history.success_rate())
    };
    assert_eq!(bound(950, 50), "0.9219");
    assert_eq!(bound(190, 10), "0.8768");
    // Without a failure it is alpha^(1/n).
    assert_eq!(bound(3, 0), format!("{:.4}", 0.002_f64.powf(1.0 / 3.0)));
    assert_eq!(bound(0, 0), "0.0000");
    assert_eq!(bound(0, 7), "0.0000");
}

#[test]
fn a_bound_solves_its_equation() {
    for (succeeded, failed) in [(950_u32, 50_u32), (190, 10), (1, 999), (7, 1), (500_000, 500_000)]
    {
        let counts = Counts::new(succeeded.into(), failed.into());
        let history = History::measured(counts, alpha(0.002));
        let (succeeded, failed) = (f64::from(succeeded), f64::from(failed));
        let total = succeeded + failed;
        let divergence = succeeded * (succeeded / total / history.success_rate()).ln()
            + failed * (failed / total / history.failure_rate()).ln();
        assert!((divergence - 500_f64.ln()).abs() < 1e-8, "{counts:?}: {divergence}");
    }
}

#[test]
fn a_healthy_version_is_taken_back_as_seldom_as_the_reference_says() {
    let false_rollbacks = |success: f64| {
        let (history, alpha) = (known(success), alpha(0.01));
        let crosses =
            |outcomes, failed| history.crosses(Counts::new(outcomes - failed, failed), alpha);
        format!("{:.5}", probability(1.0 - success, 10_000, crosses))
    };
    assert_eq!(false_rollbacks(0.99), "0.00379");
    assert_eq!(false_rollbacks(0.95), "0.00716");
    assert_eq!(false_rollbacks(0.90), "0.00608");
    assert_eq!(false_rollbacks(0.75), "0.00627");
}

#[test]
fn a_thin_baseline_takes_many_failures() {
    let straight = |successes, at| {
        let history = History::measured(Counts::new(successes, 0), alpha(0.002));
        history.failures_until(START, alpha(at))
    };
    // The reference says 57 for three good runs, which is with the mixture over starts.
    assert_eq!(straight(3, 0.007), Some(52));
    assert_eq!(straight(1, 0.007), Some(3_450));
    assert_eq!(straight(0, 0.007), None);
}

#[test]
fn a_declared_rate_of_one_is_refuted_by_the_first_failure() {
    assert_eq!(known(1.0).failures_until(START, alpha(0.001)), Some(1));
    assert_eq!(known(1.0).failures_until(Counts::new(1_000, 0), alpha(0.001)), Some(1));
}

#[test]
fn a_declared_rate_of_zero_is_never_refuted() {
    assert_eq!(known(0.0).failures_until(START, alpha(0.5)), None);
    assert_eq!(known(0.0).boundary(1_000_000, alpha(0.5)), None);
}

#[test]
fn a_few_outcomes_may_all_fail() {
    assert_eq!(known(0.75).boundary(4, alpha(0.01)), None);
    assert_eq!(known(0.75).boundary(5, alpha(0.01)), Some(5));
    assert_eq!(known(0.75).boundary(0, alpha(0.01)), None);
}

proptest! {
    #[test]
    fn a_short_cut_says_what_the_mean_says(
        baseline in counts(), outcomes in 0_u64..5_000, beside in -3_i64..=3, at in alphas(),
    ) {
        let history = History::measured(baseline, at);
        let boundary = history.boundary(outcomes, at).unwrap_or(outcomes);
        for failed in [0, outcomes / 2, boundary.saturating_add_signed(beside).min(outcomes)] {
            let candidate = Counts::new(outcomes - failed, failed);
            let expected = history.ln_e(candidate) >= at.ln_inverse();
            prop_assert_eq!(history.crosses(candidate, at), expected, "{} failed", failed);
        }
    }

    #[test]
    fn evidence_is_finite(
        baseline in counts(), declared in rates(), candidate in counts(), alpha in alphas(),
    ) {
        for history in [History::measured(baseline, alpha), History::declared(declared)] {
            prop_assert!((0.0..1.0).contains(&history.success_rate()), "{history:?}");
            prop_assert!(history.failure_rate() > 0.0 && history.failure_rate() <= 1.0);
            prop_assert!(history.ln_e(candidate).is_finite(), "{history:?}");
            let boundless = Counts::new(u64::MAX, u64::MAX);
            prop_assert!(history.ln_e(boundless).is_finite(), "{history:?}");
        }
    }

    #[test]
    fn the_bound_is_below_what_was_measured(baseline in counts(), alpha in alphas()) {
        let history = History::measured(baseline, alpha);
        let (succeeded, failed) = (baseline.succeeded as f64, baseline.failed as f64);
        prop_assert!(history.success_rate() * (succeeded + failed) <= succeeded);
    }

    #[test]
    fn more_successes_never_are_more_evidence(
        baseline in counts(), candidate in counts(), more in counters(), at in alphas(),
    ) {
        let history = History::measured(baseline, alpha(0.002));
        let later = candidate.plus(Counts::new(more, 0));
        let (before, after) = (history.ln_e(candidate), history.ln_e(later));
        // Rounding leaves a part in 10^15.
        prop_assert!(after <= before + 1e-12 * before.abs().max(1.0), "{before} {after}");
        prop_assert!(history.crosses(candidate, at) || !history.crosses(later, at));
    }

    #[test]
    fn the_order_and_the_division_of_outcomes_do_not_matter(
        ends in prop::collection::vec(any::<bool>(), 0..200), cut in 0_usize..200,
    ) {
        let count = |ends: &[bool]| {
            let succeeded = ends.iter().filter(|succeeded| **succeeded).count() as u64;
            Counts::new(succeeded, ends.len() as u64 - succeeded)
        };
        let history = known(0.9);
        let (one, other) = ends.split_at(cut.min(ends.len()));
        let whole = history.ln_e(count(&ends));
        prop_assert_eq!(whole.to_bits(), history.ln_e(count(one).plus(count(other))).to_bits());
        prop_assert_eq!(whole.to_bits(), history.ln_e(count(other).plus(count(one))).to_bits());
    }

    #[test]
    fn the_boundary_is_where_evidence_crosses(
        success in 0.01_f64..0.999, outcomes in 0_u64..1_000_000, at in 0.0001_f64..0.2,
    ) {
        let (history, alpha) = (known(success), alpha(at));
        let counts = |failed| Counts::new(outcomes - failed, failed);
        match history.boundary(outcomes, alpha) {
            Some(boundary) => {
                prop_assert!(history.crosses(counts(boundary), alpha));
                prop_assert!(boundary == 0 || !history.crosses(counts(boundary - 1), alpha));
            }
            None => prop_assert!(!history.crosses(counts(outcomes), alpha)),
        }
    }

    #[test]
    fn so_many_more_failures_cross_and_one_less_does_not(
        baseline in counts(), candidate in counts(), alpha in alphas(),
    ) {
        let history = History::measured(baseline, alpha);
        let after = |failures| candidate.plus(Counts::new(0, failures));
        match history.failures_until(candidate, alpha) {
            Some(more) => {
                prop_assert!(history.crosses(after(more), alpha));
                prop_assert!(more == 0 || !history.crosses(after(more - 1), alpha));
            }
            None => prop_assert!(!history.crosses(after(u64::MAX), alpha)),
        }
    }

    #[test]
    fn a_version_that_is_not_worse_gathers_no_evidence_on_average(
        success in rates(), better in 0.0_f64..=1.0,
        candidate in (0_u64..10_000, 0_u64..10_000),
    ) {
        let history = History::declared(success);
        let candidate = Counts::new(candidate.0, candidate.1);
        let failure = history.failure_rate() * better;
        let after = |outcome| history.ln_e(candidate.plus(outcome));
        let outcomes = [
            (1.0 - failure, after(Counts::new(1, 0))),
            (failure, after(Counts::new(0, 1))),
        ];
        let expected = expectation(history.ln_e(candidate), &outcomes);
        prop_assert!(expected <= 1.0 + 1e-9, "{expected}");
    }
}
