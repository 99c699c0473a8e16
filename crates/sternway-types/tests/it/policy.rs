//! Policies as people write them, in TOML and in JSON.

use std::time::Duration;

use proptest::prelude::*;
use sternway_types::{
    Action, Activation, ErrorClass, Policy, PolicySetting, Preset, Rule, RuleName, Threshold,
};

use crate::make::{json, parsed};

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

fn in_a_row(count: u32, window: Duration) -> Rule {
    Rule::ConsecutiveFailures { count, window }
}

fn signature_errors() -> Rule {
    let classes: Vec<ErrorClass> = ["TypeError", "AttributeError"].map(parsed).into();
    Rule::SignatureErrors { count: 2, among: 10, window: minutes(5), classes }
}

#[track_caller]
fn read(text: &str) -> Policy {
    toml::from_str(text).unwrap_or_else(|err| panic!("{err}"))
}

/// A policy in TOML has these rules.
#[track_caller]
fn check(text: &str, rules: &[Rule]) {
    assert_eq!(read(text).rules(), rules);
}

#[test]
fn an_empty_policy_has_every_default() {
    let policy = read("");
    assert_eq!(policy, Policy::default());
    assert_eq!(policy.activation(), Activation::Staged);
    let new_error = Rule::NewError { alpha: Threshold::new(0.001).unwrap() };
    let expected = [signature_errors(), new_error, Rule::Worse(Box::default())];
    assert_eq!(policy.rules(), expected);
    assert_eq!((policy.action(), policy.rollbacks_per_day()), (Action::RollBack, 2));
}

#[test]
fn what_a_regression_leads_to_can_be_set() {
    let policy = read("preset = 'tiers'\naction = 'shadow'\nrollbacks_per_day = 5");
    assert_eq!(policy.rules(), Preset::Tiers.rules());
    assert_eq!((policy.action(), policy.rollbacks_per_day()), (Action::Shadow, 5));
    assert_eq!(read("action = 'pause'").action(), Action::Pause);
    let rests = read("cooldown = '6h'");
    assert_eq!(rests.cooldown().map(|it| it.get()), Some(minutes(360)));
    assert!(json(&rests).starts_with(r#"{"activation":"staged","cooldown":"6h","rules""#));
    assert_eq!(serde_json::from_str::<Policy>(&json(&rests)).unwrap(), rests);
    assert_eq!(serde_json::from_str::<Policy>(&json(&policy)).unwrap(), policy);
    assert_eq!(read("preset = 'notify-only'").action(), Action::Notify);
    assert_eq!(read("preset = 'notify-only'\naction = 'roll_back'"), Policy::default());
}

#[test]
fn what_could_never_be_meant_is_refused() {
    for (text, expected) in [
        ("rules = [{ rule = 'worse', alpha = 1 }]", "worse: alpha is 1: expected an error rate"),
        ("rules = [{ rule = 'worse', alpha = 0 }]", "0 is not a threshold"),
        ("rules = [{ rule = 'worse', alpha = nan }]", "is not a threshold"),
        ("rules = [{ rule = 'worse', alpha = -0.1 }]", "-0.1 is not a threshold"),
        ("rules = [{ rule = 'new_error', alpha = 0.51 }]", "new_error: alpha is 0.51"),
        ("rules = [{ rule = 'worse', objective = 1 }]", "worse: objective is 1: expected a share"),
        ("rules = [{ rule = 'worse', expected = 95 }]", "worse: expected is 95: expected a share"),
        ("rules = [{ rule = 'worse', min_effect = 2 }]", "worse: min_effect is 2"),
        ("rules = [{ rule = 'worse', min_baseline = 0 }]", "worse: min_baseline is 0"),
        ("rules = [{ rule = 'worse', windw = '5m' }]", "unknown field `windw`"),
        ("rules = [{ rule = 'worse' }, { rule = 'worse' }]", "worse stands twice"),
        ("rules = [{ rule = 'worse', bound = 'tight' }]", "unknown variant `tight`"),
        ("rollbacks_per_day = 0", "rollbacks_per_day is 0: expected 1 to 1,000"),
        ("cooldown = '0s'", "cooldown is 0ns: expected 1 second to 30 days"),
        ("cooldown = '31d'", "\"31d\" is not a length of time: expected 5m or 1h 30m"),
        ("cooldown = '721h'", "expected 1 second to 30 days"),
        ("action = 'panic'", "unknown variant `panic`"),
    ] {
        let said = toml::from_str::<Policy>(text).unwrap_err().to_string();
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn a_rule_needs_no_more_than_its_name() {
    check("rules = [{ rule = 'consecutive_failures' }]", &[in_a_row(3, minutes(5))]);
    check("rules = [{ rule = 'signature_errors' }]", &[signature_errors()]);
    check(
        "rules = [{ rule = 'all_failed' }]",
        &[Rule::AllFailed { at_least: 5, window: minutes(30) }],
    );
}

#[test]
fn every_number_of_a_rule_can_be_set() {
    check(
        r#"
        activation = "immediate"

        [[rules]]
        rule = "consecutive_failures"
        count = 4
        window = "10m"

        [[rules]]
        rule = "signature_errors"
        count = 3
        among = 20
        window = "1h 30m"
        classes = ["panic"]

        [[rules]]
        rule = "all_failed"
        at_least = 6
        window = "30s"
        "#,
        &[
            in_a_row(4, minutes(10)),
            Rule::SignatureErrors {
                count: 3,
                among: 20,
                window: minutes(90),
                classes: vec![parsed("panic")],
            },
            Rule::AllFailed { at_least: 6, window: Duration::from_secs(30) },
        ],
    );
}

#[test]
fn activation_is_a_word() {
    assert_eq!(read("activation = 'immediate'").activation(), Activation::Immediate);
    assert_eq!(read("activation = 'staged'").activation(), Activation::Staged);
}

#[test]
fn numbers_are_taken_up_to_their_limits() {
    for rule in ["count = 1", "count = 32", "window = '1s'", "window = '720h'"] {
        let text = format!("rules = [{{ rule = 'consecutive_failures', {rule} }}]");
        assert_eq!(read(&text).rules().len(), 1, "{rule}");
    }
    let widest = "rules = [{ rule = 'signature_errors', count = 32, among = 32 }]";
    assert_eq!(read(widest).rules().len(), 1);
}

#[test]
fn a_window_is_written_in_many_ways() {
    for (text, seconds) in [
        ("5m", 300),
        ("300s", 300),
        ("5 minutes", 300),
        ("4m 60s", 300),
        ("PT5M", 300),
        ("1h30m", 5_400),
        ("1.5h", 5_400),
    ] {
        let policy = format!("rules = [{{ rule = 'consecutive_failures', window = '{text}' }}]");
        assert_eq!(read(&policy).rules(), [in_a_row(3, Duration::from_secs(seconds))], "{text}");
    }
}

#[test]
fn a_policy_is_written_with_all_its_numbers() {
    assert_eq!(
        json(&Policy::default()),
        concat!(
            r#"{"activation":"staged","rules":["#,
            r#"{"rule":"signature_errors","count":2,"among":10,"window":"5m","classes":["TypeError","AttributeError"]},"#,
            r#"{"rule":"new_error","alpha":0.001},"#,
            r#"{"rule":"worse","alpha":0.009,"expected":0.95,"min_baseline":200,"bound":"exact"}]}"#
        )
    );
    assert_eq!(
        json(&Policy::preset(Preset::Immediate)),
        concat!(
            r#"{"activation":"staged","rules":["#,
            r#"{"rule":"signature_errors","count":2,"among":10,"window":"5m","classes":["TypeError","AttributeError"]},"#,
            r#"{"rule":"all_failed","at_least":5,"window":"30m"},"#,
            r#"{"rule":"consecutive_failures","count":3,"window":"5m"}]}"#
        )
    );
}

#[test]
fn a_policy_that_was_kept_before_bounds_had_names_stays_as_it_was() {
    let kept = json(&Policy::default()).replace(",\"bound\":\"exact\"", "");
    let policy: Policy = serde_json::from_str(&kept).unwrap();
    assert_eq!((json(&policy), policy.as_preset()), (kept, Some(Preset::Sound)));
    assert_ne!(policy, Policy::default());
    assert_eq!(policy.completed(), Policy::default());
}

#[test]
fn a_setting_is_off_a_policy_or_an_artifact() {
    assert_eq!(json(&PolicySetting::Off), "\"off\"");
    let one = Policy::new(Activation::Immediate, vec![in_a_row(3, minutes(90))]).unwrap();
    assert_eq!(
        json(&PolicySetting::On(one)),
        r#"{"on":{"activation":"immediate","rules":[{"rule":"consecutive_failures","count":3,"window":"1h 30m"}]}}"#
    );
    let from = PolicySetting::From(parsed("policies/strict"));
    assert_eq!(json(&from), r#"{"from":"policies/strict"}"#);
    let toml: PolicySetting = toml::from_str("from = 'policies/strict'").unwrap();
    assert_eq!(toml, from);
    let short: PolicySetting = serde_json::from_str(r#"{"on":{}}"#).unwrap();
    assert_eq!(short, PolicySetting::On(Policy::default()));
}

#[test]
fn a_rule_says_in_words_what_it_looks_for() {
    let said = |preset: Preset| preset.rules().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        said(Preset::Cautious),
        [
            "2 or more errors of a class that the last good version never had (alpha 0.0001)",
            "fewer runs succeed than those of the last good version (alpha 0.0009)",
        ]
    );
    assert_eq!(
        said(Preset::Immediate),
        [
            "2 of TypeError or AttributeError among the last 10 runs within 5m",
            "all of 5 or more runs failed within 30m",
            "3 failures in a row within 5m",
        ]
    );
}

#[test]
fn the_weightiest_rule_comes_first() {
    let mut names: Vec<RuleName> = Preset::Immediate.rules().iter().map(Rule::name).collect();
    names.reverse();
    names.sort_unstable();
    let words: Vec<String> = names.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["signature_errors", "all_failed", "consecutive_failures"]);
    assert_eq!(json(&RuleName::AllFailed), "\"all_failed\"");
}

fn windows() -> impl Strategy<Value = Duration> {
    let most = 30 * 24 * 60 * 60_u64;
    (1..=most, 0_u32..1_000_000_000).prop_map(move |(seconds, nanos)| {
        Duration::from_secs(seconds) + Duration::from_nanos(u64::from(nanos) % (most - seconds + 1))
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    let count = 1_u32..=32;
    (count.clone(), count.clone(), count, windows(), any::<bool>(), "[a-zA-Z.]{1,8}").prop_map(
        |(one, other, at_least, window, immediate, class)| {
            let activation = if immediate { Activation::Immediate } else { Activation::Staged };
            let classes = vec![parsed(&class)];
            let (count, among) = (one.min(other), one.max(other));
            let rules = vec![
                in_a_row(one, window),
                Rule::SignatureErrors { count, among, window, classes },
                Rule::AllFailed { at_least, window },
            ];
            Policy::new(activation, rules).expect("every number is within its limits")
        },
    )
}

proptest! {
    #[test]
    fn a_policy_comes_back_from_json_and_toml_as_it_was(policy in policies()) {
        json(&policy);
        let text = toml::to_string(&policy).expect("a policy can be written as TOML");
        prop_assert_eq!(toml::from_str::<Policy>(&text).expect("and read"), policy);
    }
}
