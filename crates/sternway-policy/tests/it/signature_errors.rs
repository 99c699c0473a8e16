//! Calls that no longer fit the code, among the newest outcomes.

use sternway_types::{Policy, Rule};

use crate::script::{MINUTE, many, only};

const HOLDS: &str = "signature_errors";
const UNDECIDED: &str = "undecided";

fn rule(count: u32, among: u32, classes: &[&str]) -> Policy {
    let classes = classes.iter().map(|class| class.parse().expect("a class")).collect();
    only(Rule::SignatureErrors { count, among, window: 5 * MINUTE, classes })
}

#[track_caller]
fn check(script: &str, expected: &str) {
    crate::script::check(&rule(2, 10, &["TypeError", "AttributeError"]), script, expected);
}

#[test]
fn two_signature_errors_are_enough() {
    check("T", UNDECIDED);
    check("TT", HOLDS);
    check("TA", HOLDS);
}

#[test]
fn they_need_not_be_in_a_row() {
    check("T.T", HOLDS);
    check("T.T.T", HOLDS);
    check("T........T", HOLDS);
}

#[test]
fn they_hold_also_behind_a_success() {
    check("TT.", HOLDS);
    check("TT........", HOLDS);
}

#[test]
fn only_the_newest_ten_count() {
    check("T........T", HOLDS);
    check("T.........T", UNDECIDED);
    check("TT.........", UNDECIDED);
}

#[test]
fn other_failures_do_not_count_and_take_a_place() {
    check("xxxxx", UNDECIDED);
    check("TxxxxxxxxT", HOLDS);
    check("TxxxxxxxxxT", UNDECIDED);
}

#[test]
fn a_message_that_speaks_of_an_error_does_not_count() {
    check("VV", UNDECIDED);
    check("VVVV", UNDECIDED);
    check("TV", UNDECIDED);
    check("Tx", UNDECIDED);
}

#[test]
fn an_unknown_outcome_is_skipped_and_takes_no_place() {
    check("T?T", HOLDS);
    check("T?........T", HOLDS);
}

#[test]
fn both_lie_within_the_window_to_the_microsecond() {
    check("T +5m T", HOLDS);
    check("T +300000001us T", UNDECIDED);
    check("T +3m . +2m T", HOLDS);
    check("TT +6m .", UNDECIDED);
}

#[test]
fn the_classes_can_be_chosen() {
    let value = rule(1, 10, &["ValueError"]);
    crate::script::check(&value, "V", HOLDS);
    crate::script::check(&value, "TTx", UNDECIDED);
}

#[test]
fn a_class_is_compared_as_a_whole() {
    crate::script::check(&rule(1, 10, &["Type"]), "TT", UNDECIDED);
    crate::script::check(&rule(1, 10, &["typeerror"]), "TT", UNDECIDED);
}

#[test]
fn the_rule_may_look_at_all_that_is_remembered() {
    let widest = rule(2, 32, &["TypeError"]);
    crate::script::check(&widest, &format!("T{}T", many(".", 30)), HOLDS);
    crate::script::check(&widest, &format!("T{}T", many(".", 31)), UNDECIDED);
}
