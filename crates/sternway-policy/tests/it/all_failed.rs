//! Nothing ever succeeded.

use sternway_types::{Policy, Rule};

use crate::script::{MINUTE, many, only};

const HOLDS: &str = "all_failed";
const UNDECIDED: &str = "undecided";

fn five() -> Policy {
    only(Rule::AllFailed { at_least: 5, window: 30 * MINUTE })
}

#[track_caller]
fn check(script: &str, expected: &str) {
    crate::script::check(&five(), script, expected);
}

#[test]
fn five_failures_and_no_success_are_enough() {
    check("xxxx", UNDECIDED);
    check("xxxxx", HOLDS);
    check("xxxxxx", HOLDS);
}

#[test]
fn one_success_is_enough_against_it() {
    check(".xxxxx", UNDECIDED);
    check("xx.xxx", UNDECIDED);
    check("xxxxx.", UNDECIDED);
    check(&format!(".{}", many("x", 31)), UNDECIDED);
}

#[test]
fn seven_failures_over_fifteen_minutes_never_three_within_five() {
    let scenario = "x +2m x +4m x +1m x +4m x +2m x +2m x";
    check(scenario, HOLDS);
    let sparse = "x +150s x +151s x +150s x +151s x +150s x +148s x";
    check(sparse, HOLDS);
    let in_a_row = only(Rule::ConsecutiveFailures { count: 3, window: 5 * MINUTE });
    crate::script::check(&in_a_row, "x +150s x +151s x +150s x +151s x", UNDECIDED);
}

#[test]
fn unknown_outcomes_are_neither() {
    check("x?x?x?x?x", HOLDS);
    check("xxxx?", UNDECIDED);
}

#[test]
fn a_success_before_the_window_is_forgiven() {
    check(". +31m xxxxx", HOLDS);
    check(". +31m xxxx", UNDECIDED);
    check(&format!(". +31m {}", many("x", 31)), HOLDS);
}

#[test]
fn the_window_is_closed_to_the_microsecond() {
    check("x +30m x +0us x +0us x +0us x", HOLDS);
    check("x +1800000001us x +0us x +0us x +0us x", UNDECIDED);
    check(". +1796s xxxxx", UNDECIDED);
    check(". +1796000001us xxxxx", HOLDS);
}

#[test]
fn more_failures_than_are_remembered_still_hold() {
    check(&many("x", 32), HOLDS);
    check(&many("x", 33), HOLDS);
    check(&many("x", 500), HOLDS);
}

#[test]
fn a_success_that_is_no_longer_remembered_is_not_forgotten() {
    check(&format!(".{}", many("x", 32)), UNDECIDED);
    check(&format!(".{}", many("x", 500)), UNDECIDED);
    check(&format!("xxx.{}", many("x", 32)), UNDECIDED);
}

#[test]
fn a_success_of_long_ago_counts_as_one_that_may_be_in_the_window() {
    // Only the total remembers it, and a total has no times: in doubt the version stays. Who judges
    // at every failure has judged the fifth one long before.
    check(&format!(". +31m {}", many("x", 32)), UNDECIDED);
}

#[test]
fn where_the_window_begins_among_what_is_remembered_nothing_is_in_doubt() {
    check(&format!(".{} +31m {}", many("x", 20), many("x", 20)), HOLDS);
    check(&format!(".{} +31m {}.", many("x", 20), many("x", 20)), UNDECIDED);
}

#[test]
fn as_many_may_be_asked_for_as_are_remembered() {
    let most = only(Rule::AllFailed { at_least: 32, window: 30 * MINUTE });
    crate::script::check(&most, &many("x", 31), UNDECIDED);
    crate::script::check(&most, &many("x", 32), HOLDS);
    crate::script::check(&most, &many("x", 33), HOLDS);
}
