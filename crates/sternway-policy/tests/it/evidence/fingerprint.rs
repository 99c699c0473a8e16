//! New kinds of errors.

use proptest::prelude::*;
use sternway_policy::evidence::{Counts, NewFingerprint};

use super::{alpha, alphas, counters, counts, recursion::probability};

fn straight(baseline_outcomes: u64) -> Option<u64> {
    NewFingerprint::new(baseline_outcomes, alpha(0.001)).failures_until(Counts::default())
}

#[test]
fn two_new_errors_at_the_start_decide_from_666_outcomes_on() {
    assert_eq!(straight(665), Some(3));
    assert_eq!(straight(666), Some(2));
}

#[test]
fn below_that_it_takes_three_or_more() {
    assert_eq!([156, 157].map(straight), [Some(4), Some(3)]);
    assert_eq!([73, 74].map(straight), [Some(5), Some(4)]);
    assert_eq!(straight(10), Some(16));
    assert_eq!(straight(0), None);
}

#[test]
fn beside_very_many_outcomes_one_new_error_decides() {
    assert_eq!([40_976, 40_977].map(straight), [Some(2), Some(1)]);
}

#[test]
fn the_rate_is_what_may_have_gone_unseen() {
    let rate = NewFingerprint::new(666, alpha(0.001)).failure_rate();
    assert!((rate - (1.0 - 0.0005_f64.powf(1.0 / 666.0))).abs() < 1e-12, "{rate}");
}

#[test]
fn an_error_as_frequent_as_the_bound_is_seldom_called_new() {
    let new = NewFingerprint::new(1_000, alpha(0.001));
    let crosses = |outcomes, errors| new.crosses(Counts::new(outcomes - errors, errors));
    let found = probability(new.failure_rate(), 5_000, crosses);
    assert!(found <= 0.0005, "{found}");
}

proptest! {
    #[test]
    fn evidence_is_finite(outcomes in counters(), candidate in counts(), at in alphas()) {
        let new = NewFingerprint::new(outcomes, at);
        prop_assert!(new.ln_e(candidate).is_finite());
        let until = new.failures_until(candidate);
        let after = |more| candidate.plus(Counts::new(0, more));
        prop_assert!(until.is_none_or(|more| new.crosses(after(more))));
    }
}
