//! Test A, beside the tables of the reference.

use proptest::prelude::*;
use sternway_policy::evidence::{Allocation, Arm, Attribution, Failures, LogRatios, Margin};

use super::{alpha, alphas, counters, expectation, recursion::probability, share};

fn allocation(of_candidate: f64) -> Allocation {
    Allocation::new(share(of_candidate), Margin::NONE)
}

/// Shares from next to nothing to nearly all, and margins.
fn allocations() -> impl Strategy<Value = Allocation> {
    let shares = prop_oneof![0.001_f64..0.999, Just(1e-300), Just(1.0 - f64::EPSILON)];
    let margins = prop_oneof![Just(1.0), 1.0_f64..=1_000.0];
    (shares, margins).prop_map(|(of_candidate, margin)| {
        Allocation::new(share(of_candidate), Margin::new(margin).expect("at least 1"))
    })
}

fn failures() -> impl Strategy<Value = Failures> {
    (counters(), counters()).prop_map(|(candidate, baseline)| Failures::new(candidate, baseline))
}

#[test]
fn a_healthy_candidate_is_taken_back_as_seldom_as_the_reference_says() {
    let false_rollbacks = |of_candidate: f64| {
        let (step, alpha) = (allocation(of_candidate), alpha(0.01));
        let crosses = |failures, candidate| {
            let failures = Failures::new(candidate, failures - candidate);
            Attribution::new().with(&step, failures).crosses(alpha)
        };
        format!("{:.4}", probability(of_candidate, 20_000, crosses))
    };
    assert_eq!(false_rollbacks(0.05), "0.0068");
    assert_eq!(false_rollbacks(0.20), "0.0068");
    assert_eq!(false_rollbacks(0.50), "0.0088");
}

#[test]
fn straight_failures_of_the_candidate_decide() {
    let straight =
        |of_candidate| Attribution::new().failures_until(&allocation(of_candidate), alpha(0.01));
    assert_eq!(straight(0.05), Some(3));
    assert_eq!(straight(0.20), Some(5));
    assert_eq!(straight(0.50), Some(9));
}

#[test]
fn failures_of_both_in_the_proportion_of_traffic_are_no_evidence() {
    let together = Failures::new(2_000, 8_000);
    assert!(Attribution::new().with(&allocation(0.2), together).ln_e() < 0.0);
    let more = Failures::new(2_400, 7_600);
    assert!(Attribution::new().with(&allocation(0.2), more).crosses(alpha(0.01)));
}

#[test]
fn a_margin_moves_what_the_null_allows() {
    let margin = Margin::new(1.1).expect("a margin");
    let step = Allocation::new(share(0.2), margin);
    assert!((step.null_share() - 0.22 / 1.02).abs() < 1e-15);
    let failures = Failures::new(2_400, 7_600);
    let (without, with) = (allocation(0.2), step);
    let ln_e = |step: &Allocation| Attribution::new().with(step, failures).ln_e();
    assert!(ln_e(&with) < ln_e(&without));
}

#[test]
fn what_is_no_margin_is_refused() {
    for wrong in [0.0, 0.99, -1.0, 1_000.1, f64::NAN, f64::INFINITY] {
        let error = Margin::new(wrong).expect_err("no margin");
        assert!(error.to_string().contains("is not a margin"), "{error}");
    }
    assert_eq!(Margin::default(), Margin::NONE);
}

#[test]
fn steps_are_counted_each_at_its_own_share() {
    // Ten failures of each: no surprise at one half, and one at a twentieth.
    let ten = Failures::new(10, 10);
    let early = Attribution::new().with(&allocation(0.05), ten);
    let both = early.with(&allocation(0.5), ten);
    assert!(early.crosses(alpha(0.01)));
    assert!(both.ln_e() < early.ln_e());
    assert!(both.ln_e() > Attribution::new().with(&allocation(0.5), ten).ln_e());
}

proptest! {
    #[test]
    fn evidence_is_finite(
        steps in prop::collection::vec((allocations(), failures()), 0..5), at in alphas(),
    ) {
        let add = |sum: Attribution, (step, failures): &(Allocation, Failures)| sum.with(step, *failures);
        let sum = steps.iter().fold(Attribution::new(), add);
        prop_assert!(sum.ln_e().is_finite());
        for (step, _) in &steps {
            prop_assert!((0.0..=1.0).contains(&step.null_share()));
            let until = sum.failures_until(step, at);
            prop_assert!(until.is_none_or(|more| sum.with(step, Failures::new(more, 0)).crosses(at)));
        }
    }

    #[test]
    fn the_division_of_failures_does_not_matter(
        one in (0_u64..1_000_000, 0_u64..1_000_000), other in (0_u64..1_000_000, 0_u64..1_000_000),
        step in allocations(),
    ) {
        let (one, other) = (Failures::new(one.0, one.1), Failures::new(other.0, other.1));
        let ln_e = |failures| Attribution::new().with(&step, failures).ln_e().to_bits();
        prop_assert_eq!(ln_e(one.plus(other)), ln_e(other.plus(one)));
    }

    #[test]
    fn more_failures_of_the_baseline_never_are_more_evidence(
        step in allocations(), failures in failures(), more in counters(),
    ) {
        let ln_e = |failures| Attribution::new().with(&step, failures).ln_e();
        let (before, after) = (ln_e(failures), ln_e(failures.plus(Failures::new(0, more))));
        prop_assert!(after <= before + 1e-12 * before.abs().max(1.0), "{before} {after}");
    }

    #[test]
    fn the_boundary_is_where_evidence_crosses(
        of_candidate in 0.01_f64..0.99, failures in 0_u64..1_000_000, at in 0.0001_f64..0.2,
        earlier in (0_u64..50, 0_u64..50),
    ) {
        let (step, alpha) = (allocation(of_candidate), alpha(at));
        let earlier = Failures::new(earlier.0, earlier.1);
        let sum = Attribution::new().with(&allocation(0.05), earlier);
        let crosses = |candidate| {
            sum.with(&step, Failures::new(candidate, failures - candidate)).crosses(alpha)
        };
        match sum.boundary(&step, failures, alpha) {
            Some(boundary) => {
                prop_assert!(crosses(boundary));
                prop_assert!(boundary == 0 || !crosses(boundary - 1));
            }
            None => prop_assert!(!crosses(failures)),
        }
    }

    #[test]
    fn a_candidate_that_is_not_worse_gathers_no_evidence_on_average(
        step in allocations(), better in 0.0_f64..=1.0, failures in (0_u64..10_000, 0_u64..10_000),
    ) {
        let failures = Failures::new(failures.0, failures.1);
        let ln_e = |failures| Attribution::new().with(&step, failures).ln_e();
        let of_candidate = step.null_share() * better;
        let outcomes = [
            (of_candidate, ln_e(failures.plus(Failures::new(1, 0)))),
            (1.0 - of_candidate, ln_e(failures.plus(Failures::new(0, 1)))),
        ];
        let expected = expectation(ln_e(failures), &outcomes);
        prop_assert!(expected <= 1.0 + 1e-9, "{expected}");
    }

    #[test]
    fn the_ratios_of_single_failures_add_up_to_the_evidence(
        step in allocations(), arms in prop::collection::vec(any::<bool>(), 0..100),
    ) {
        let arm = |candidate: &bool| if *candidate { Arm::Candidate } else { Arm::Baseline };
        let start = LogRatios::NONE;
        let add = |sum: LogRatios, of: Arm| sum.plus(step.ratios(of), 1);
        let sum = arms.iter().map(arm).fold(start, add);
        let candidate = arms.iter().filter(|candidate| **candidate).count() as u64;
        let failures = Failures::new(candidate, arms.len() as u64 - candidate);
        let whole = Attribution::new().with(&step, failures).ln_e();
        prop_assert!((sum.ln_e() - whole).abs() < 1e-9);
    }
}
