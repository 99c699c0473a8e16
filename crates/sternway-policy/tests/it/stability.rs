//! How steady versions are.

use sternway_policy::Stability;
use sternway_types::{Decimal, Measure};

fn check(rollbacks: u64, succeeded: u64, samples: u64, expected: &str) {
    let sum = Decimal::from_units(i128::from(succeeded) * Decimal::UNITS);
    let found = Stability::of(rollbacks, Measure { samples, sum });
    assert_eq!(found.to_string(), expected, "{rollbacks} rollbacks, {succeeded} of {samples}");
}

#[test]
fn t09_a_version_is_as_stable_as_its_success_rate() {
    check(0, 9, 10, "stable");
    check(0, 89, 100, "acceptable");
    check(0, 7, 10, "acceptable");
    check(0, 69, 100, "problematic");
    check(0, 0, 3, "problematic");
}

#[test]
fn t09_what_was_taken_back_is_unstable_however_it_did() {
    check(1, 10, 10, "unstable");
    check(1, 0, 0, "unstable");
}

#[test]
fn s70_a_version_without_runs_is_unknown_and_not_problematic() {
    check(0, 0, 0, "unknown");
}
