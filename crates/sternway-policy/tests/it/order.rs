//! Of several rules that hold the weightiest decides, and all of them are named.

use sternway_types::{Activation, Policy, Preset, Rule};

use crate::script::{self, MINUTE, regression};

/// The rules of the immediate tier that hold, the deciding one first.
#[track_caller]
fn check(script: &str, expected: &str) {
    script::check(&Policy::preset(Preset::Immediate), script, expected);
}

#[test]
fn each_rule_may_hold_alone() {
    check("T.T", "signature_errors");
    check("x +3m x +3m x +3m x +3m x", "all_failed");
    check(".xxx", "consecutive_failures");
}

#[test]
fn signature_errors_come_before_all_others() {
    check(".TTx", "signature_errors, consecutive_failures");
    check("TT +3m x +3m x +3m x +3m x", "all_failed");
    check("x +3m x +3m x +3m T +3m T", "signature_errors, all_failed");
    check("TTTTT", "signature_errors, all_failed, consecutive_failures");
}

#[test]
fn all_failed_comes_before_failures_in_a_row() {
    check("xxx", "consecutive_failures");
    check("xxxxx", "all_failed, consecutive_failures");
    check(".xxxxx", "consecutive_failures");
}

#[test]
fn none_holds_for_what_works() {
    check("..........", "undecided");
    check("x..x..x..x", "undecided");
    check("xx.xx.xx.xx", "undecided");
}

#[test]
fn seven_failures_over_fifteen_minutes_are_found_by_the_immediate_tier() {
    check("x +150s x +151s x +150s x", "undecided");
    check("x +150s x +151s x +150s x +151s x", "all_failed");
    check("x +150s x +151s x +150s x +151s x +150s x +148s x", "all_failed, consecutive_failures");
}

#[test]
fn the_order_in_which_rules_are_set_does_not_matter() {
    let mut rules = Preset::Immediate.rules();
    rules.reverse();
    let reversed = Policy::new(Activation::Staged, rules).unwrap();
    script::check(&reversed, "TTTTT", "signature_errors, all_failed, consecutive_failures");
}

#[test]
fn a_rule_that_is_not_set_is_not_looked_at() {
    let two = vec![
        Rule::AllFailed { at_least: 5, window: 30 * MINUTE },
        Rule::ConsecutiveFailures { count: 3, window: 5 * MINUTE },
    ];
    let policy = Policy::new(Activation::Staged, two).unwrap();
    script::check(&policy, "TTTTT", "all_failed, consecutive_failures");
}

#[test]
fn the_verdict_names_the_rule_as_it_was_set() {
    let rule = Rule::ConsecutiveFailures { count: 2, window: 7 * MINUTE };
    let policy = script::only(rule.clone());
    let regression = regression(&policy, &script::outcomes("xx")).unwrap();
    assert_eq!(regression.rule, rule);
}
