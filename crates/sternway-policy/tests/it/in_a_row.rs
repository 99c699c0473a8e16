//! The newest outcomes all failed.

use sternway_types::{Policy, Rule};

use crate::script::{MINUTE, many, only};

fn three() -> Policy {
    only(Rule::ConsecutiveFailures { count: 3, window: 5 * MINUTE })
}

const HOLDS: &str = "consecutive_failures";
const UNDECIDED: &str = "undecided";

#[track_caller]
fn check(script: &str, expected: &str) {
    crate::script::check(&three(), script, expected);
}

#[test]
fn nothing_that_happened_is_no_failure() {
    check("", UNDECIDED);
}

#[test]
fn three_failures_in_a_row_are_enough() {
    check("xx", UNDECIDED);
    check("xxx", HOLDS);
    check("xxxx", HOLDS);
}

#[test]
fn a_success_in_between_resets_the_count() {
    check("xx.x", UNDECIDED);
    check("xx.xx", UNDECIDED);
    check("xx.xxx", HOLDS);
    check("x.x.x.x", UNDECIDED);
}

#[test]
fn a_success_after_them_ends_the_row() {
    check("xxx.", UNDECIDED);
    check("xxxx.", UNDECIDED);
}

#[test]
fn failures_of_any_class_count() {
    check("xTV", HOLDS);
}

#[test]
fn an_unknown_outcome_is_skipped() {
    check("x?x?x", HOLDS);
    check("xx?", UNDECIDED);
    check("???", UNDECIDED);
    check("xxx?", HOLDS);
}

#[test]
fn the_row_fits_into_the_window_to_the_microsecond() {
    check("x +2m x +3m x", HOLDS);
    check("x +2m x +3m x +1us x", HOLDS);
    check("x +1us x +2m x +3m x", HOLDS);
    check("x +1us . +2m x +3m x", UNDECIDED);
    check("x +2m x +180000001us x", UNDECIDED);
}

#[test]
fn the_window_reaches_back_from_the_newest_outcome() {
    check("xx +6m x", UNDECIDED);
    check("xx +6m xx", UNDECIDED);
    check("xx +6m xxx", HOLDS);
    check("xxx +6m .", UNDECIDED);
}

#[test]
fn an_unknown_outcome_does_not_move_the_window() {
    check("xxx +6m ?", HOLDS);
}

#[test]
fn failures_of_the_same_moment_are_in_a_row() {
    check("x +0us x +0us x", HOLDS);
}

#[test]
fn one_failure_may_be_enough() {
    let one = only(Rule::ConsecutiveFailures { count: 1, window: MINUTE });
    crate::script::check(&one, "...x", HOLDS);
    crate::script::check(&one, "x.", UNDECIDED);
}

#[test]
fn a_row_may_be_as_long_as_what_is_remembered() {
    let longest = only(Rule::ConsecutiveFailures { count: 32, window: 5 * MINUTE });
    crate::script::check(&longest, &many("x", 31), UNDECIDED);
    crate::script::check(&longest, &many("x", 32), HOLDS);
    crate::script::check(&longest, &format!("{}.{}", many("x", 9), many("x", 31)), UNDECIDED);
    crate::script::check(&longest, &format!(".{}", many("x", 32)), HOLDS);
}
