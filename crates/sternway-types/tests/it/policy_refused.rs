//! Policies that are refused, and what is said about them.

use std::time::Duration;

use sternway_types::{
    Activation, Policy, PolicyError, PolicySetting, Rule, RuleName, WrittenPolicy,
};

use crate::make::json_problem;

/// A policy in TOML is refused, and these words say why.
#[track_caller]
fn check(text: &str, words: &[&str]) {
    let err = toml::from_str::<Policy>(text).expect_err("it is refused").to_string();
    for word in words {
        assert!(err.contains(word), "{word} is not in: {err}");
    }
}

/// The same for one rule, by its inside.
#[track_caller]
fn check_rule(rule: &str, words: &[&str]) {
    check(&format!("rules = [{{ {rule} }}]"), words);
}

#[test]
fn a_key_that_is_not_known_is_named() {
    check("activate = 'staged'", &["unknown field `activate`", "`activation`", "`rules`"]);
    check_rule(
        "rule = 'consecutive_failures', cuont = 3",
        &["unknown field `cuont`", "`count`", "`window`"],
    );
    check_rule("rule = 'all_failed', count = 3", &["unknown field `count`", "`at_least`"]);
}

#[test]
fn a_rule_that_is_not_known_is_named() {
    check_rule("rule = 'error_rate'", &["unknown variant `error_rate`", "`failure_rate`"]);
    check_rule("rule = 'AllFailed'", &["unknown variant `AllFailed`"]);
    check_rule("count = 3", &["missing field `rule`"]);
}

#[test]
fn an_activation_that_is_not_known_is_named() {
    check("activation = 'automatic'", &["unknown variant `automatic`", "`immediate`"]);
}

#[test]
fn a_count_is_from_1_to_what_is_remembered() {
    let words = "expected 1 to 32";
    check_rule(
        "rule = 'consecutive_failures', count = 0",
        &["consecutive_failures: count is 0", words],
    );
    check_rule("rule = 'consecutive_failures', count = 33", &["count is 33", words]);
    check_rule("rule = 'all_failed', at_least = 0", &["all_failed: at_least is 0", words]);
    check_rule("rule = 'all_failed', at_least = 33", &["at_least is 33", words]);
    check_rule("rule = 'signature_errors', count = 0", &["signature_errors: count is 0", words]);
}

#[test]
fn a_rule_cannot_ask_for_more_than_it_looks_at() {
    check_rule(
        "rule = 'signature_errors', count = 5, among = 4",
        &["signature_errors: among is 4: expected 5 to 32"],
    );
    check_rule("rule = 'signature_errors', among = 33", &["among is 33: expected 2 to 32"]);
}

#[test]
fn a_count_is_a_whole_number() {
    for count in ["-1", "2.5", "'3'", "4294967296", "true"] {
        check_rule(&format!("rule = 'consecutive_failures', count = {count}"), &["invalid"]);
    }
}

#[test]
fn a_window_is_from_1_second_to_30_days() {
    let words = "is not from 1 second to 30 days";
    for window in ["0s", "999ms", "720h 1s", "10000h"] {
        for rule in ["consecutive_failures", "signature_errors", "all_failed"] {
            check_rule(&format!("rule = '{rule}', window = '{window}'"), &[rule, words]);
        }
    }
}

#[test]
fn a_window_is_a_length_of_time() {
    for window in ["", "5", "five minutes", "-5m", "30d", "1mo", "5m ago"] {
        check_rule(
            &format!("rule = 'all_failed', window = '{window}'"),
            &[&format!("\"{window}\" is not a length of time: expected 5m or 1h 30m")],
        );
    }
    check_rule("rule = 'all_failed', window = 300", &["invalid type: integer `300`"]);
}

#[test]
fn what_could_never_hold_is_refused_of_whoever_writes_it_and_read_of_whoever_kept_it() {
    for rule in [
        "rule = 'failure_rate', threshold = 1",
        "rule = 'degraded', metric = 'success_rate', mode = 'points', threshold = 15",
        "rule = 'degraded', metric = 'success_rate', mode = 'relative', threshold = 1, operator = '>'",
        "rule = 'worse', objective = 0.9, min_effect = 0.91",
    ] {
        let text = format!("rules = [{{ {rule} }}]");
        let written: WrittenPolicy = toml::from_str(&text).expect("it is well formed");
        let said = written.checked().expect_err(rule).to_string();
        assert!(said.contains("so that the rule could never hold"), "{said}");
        assert!(toml::from_str::<Policy>(&text).is_ok(), "an older program took it");
    }
    for rule in [
        "rule = 'failure_rate', threshold = 1, operator = '>='",
        "rule = 'degraded', metric = 'duration', mode = 'relative', threshold = 2",
        "rule = 'degraded', metric = 'success_rate', mode = 'relative', threshold = 1",
        "rule = 'worse', objective = 0.9, min_effect = 0.9",
        "rule = 'worse', min_effect = 0.99",
    ] {
        let text = format!("rules = [{{ {rule} }}]");
        let written: WrittenPolicy = toml::from_str(&text).expect("it is well formed");
        assert!(written.checked().is_ok(), "{rule}");
    }
}

#[test]
fn a_rule_stands_once() {
    check(
        "rules = [{ rule = 'all_failed' }, { rule = 'all_failed', at_least = 6 }]",
        &["all_failed stands twice in the policy"],
    );
}

#[test]
fn a_policy_has_a_rule() {
    check(
        "rules = []",
        &["the policy has no rules: to watch nothing, turn the policy off instead"],
    );
}

#[test]
fn a_rule_that_looks_for_errors_names_some() {
    check_rule(
        "rule = 'signature_errors', classes = []",
        &["signature_errors: classes is empty, so the rule could never hold"],
    );
    check_rule("rule = 'signature_errors', classes = ['Type Error']", &["is not an error class"]);
}

#[test]
fn json_is_refused_alike() {
    let said = json_problem::<Policy>(r#"{"rules":[{"rule":"all_failed","atleast":5}]}"#);
    assert!(said.starts_with("unknown field `atleast`"), "{said}");
    let said = json_problem::<Policy>(r#"{"rules":[],"rules":[]}"#);
    assert_eq!(said, "duplicate field `rules`");
    let said = json_problem::<PolicySetting>("\"on\"");
    assert!(said.contains("unit variant"), "{said}");
    let said = json_problem::<PolicySetting>("\"OFF\"");
    assert!(said.contains("unknown variant `OFF`"), "{said}");
    let said = json_problem::<PolicySetting>(r#"{"from":"strict"}"#);
    assert!(said.contains("\"strict\" is not"), "{said}");
}

#[test]
fn code_is_refused_alike() {
    let make = |rules| Policy::new(Activation::Staged, rules);
    assert_eq!(make(Vec::new()), Err(PolicyError::NoRules));
    let rule = RuleName::ConsecutiveFailures;
    let in_a_row = |count, window| vec![Rule::ConsecutiveFailures { count, window }];
    let found = Duration::MAX;
    assert_eq!(make(in_a_row(3, found)), Err(PolicyError::Window { rule, found }));
    let second = Duration::from_secs(1);
    assert_eq!(
        make(in_a_row(33, second)),
        Err(PolicyError::Count { rule, field: "count", found: 33, least: 1, most: 32 })
    );
    let twice = [in_a_row(3, second), in_a_row(3, second)].concat();
    assert_eq!(make(twice), Err(PolicyError::Twice { rule: rule.into() }));
}
