//! Evidence for a candidate.

use proptest::prelude::*;
use sternway_policy::evidence::{Counts, Proven};

use super::{alpha, alphas, counts, expectation, rates, ratio, recursion::probability};

const BASES: [f64; 4] = [0.99, 0.95, 0.9, 0.75];
const DELTAS: [f64; 3] = [0.02, 0.05, 0.1];

fn known(base: f64, delta: f64) -> Proven {
    Proven::declared(ratio(base), ratio(delta))
}

#[test]
fn as_many_straight_successes_suffice_as_the_reference_says() {
    let straight = |base| {
        DELTAS.map(|delta| {
            let until = known(base, delta).successes_until(Counts::default(), alpha(0.05));
            until.expect("it can be proven")
        })
    };
    let expected = [[125, 62, 33], [53, 36, 24], [30, 24, 17], [12, 11, 9]];
    assert_eq!(BASES.map(straight), expected);
}

#[test]
fn a_candidate_as_bad_as_may_be_is_proven_as_seldom_as_the_reference_says() {
    let falsely = |base: f64, delta| {
        let (proven, alpha) = (known(base, delta), alpha(0.05));
        let crosses =
            |runs, succeeded| proven.crosses(Counts::new(succeeded, runs - succeeded), alpha);
        format!("{:.4}", probability(proven.success_rate(), 10_000, crosses))
    };
    assert_eq!(falsely(0.99, 0.02), "0.0490");
    assert_eq!(falsely(0.95, 0.05), "0.0489");
    assert_eq!(falsely(0.90, 0.05), "0.0462");
    assert_eq!(falsely(0.75, 0.05), "0.0449");
}

#[test]
fn a_measured_baseline_is_counted_at_its_upper_bound() {
    let proven = Proven::measured(Counts::new(950, 50), alpha(0.002), ratio(0.02));
    // The mirror image of the lower bound for 50 of 1,000.
    assert_eq!(format!("{:.4}", proven.success_rate()), "0.9507");
    let thin = Proven::measured(Counts::default(), alpha(0.002), ratio(0.0));
    assert_eq!(thin.successes_until(Counts::default(), alpha(0.05)), None);
}

#[test]
fn where_anything_would_do_the_first_success_proves_it() {
    let proven = known(0.1, 0.5);
    assert_eq!(proven.successes_until(Counts::default(), alpha(0.05)), Some(1));
}

proptest! {
    #[test]
    fn evidence_is_finite(
        baseline in counts(), declared in rates(), delta in rates(), candidate in counts(),
        alpha in alphas(),
    ) {
        for proven in [Proven::measured(baseline, alpha, delta), Proven::declared(declared, delta)] {
            prop_assert!((0.0..=1.0).contains(&proven.success_rate()), "{proven:?}");
            prop_assert!(proven.ln_e(candidate).is_finite(), "{proven:?}");
        }
    }

    #[test]
    fn so_many_more_successes_prove_it_and_one_less_does_not(
        baseline in counts(), delta in rates(), candidate in counts(), alpha in alphas(),
    ) {
        let proven = Proven::measured(baseline, alpha, delta);
        let after = |successes| candidate.plus(Counts::new(successes, 0));
        match proven.successes_until(candidate, alpha) {
            Some(more) => {
                prop_assert!(proven.crosses(after(more), alpha));
                prop_assert!(more == 0 || !proven.crosses(after(more - 1), alpha));
            }
            None => prop_assert!(!proven.crosses(after(u64::MAX), alpha)),
        }
    }

    #[test]
    fn more_failures_never_are_more_evidence(
        base in rates(), delta in rates(), candidate in counts(), more in 0_u64..1_000_000,
    ) {
        let proven = Proven::declared(base, delta);
        let (before, after) =
            (proven.ln_e(candidate), proven.ln_e(candidate.plus(Counts::new(0, more))));
        prop_assert!(after <= before + 1e-12 * before.abs().max(1.0), "{before} {after}");
    }

    #[test]
    fn a_version_that_is_too_bad_gathers_no_evidence_on_average(
        base in rates(), delta in rates(), worse in 0.0_f64..=1.0,
        candidate in (0_u64..10_000, 0_u64..10_000),
    ) {
        let proven = Proven::declared(base, delta);
        let candidate = Counts::new(candidate.0, candidate.1);
        let success = proven.success_rate() * worse;
        let after = |outcome| proven.ln_e(candidate.plus(outcome));
        let outcomes = [
            (success, after(Counts::new(1, 0))),
            (1.0 - success, after(Counts::new(0, 1))),
        ];
        let expected = expectation(proven.ln_e(candidate), &outcomes);
        prop_assert!(expected <= 1.0 + 1e-9, "{expected}");
    }
}
