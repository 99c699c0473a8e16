//! How every record is written. Stores keep records like this: what was written once must be read
//! for ever, so a change of these texts is a new stored format.

use serde_json::json;
use sternway_types::{
    Action, Against, Attestation, Beside, Condemnation, Decimal, DeploymentId, Environment,
    ErrorClasses, Evidence, Finding, FrozenBaseline, Generation, Latch, LatchAction,
    LifecycleStatus, NamespaceSettings, Observation, OutcomeId, Pairs, Policy, PolicyRecord,
    PolicyScope, PolicySetting, PolicyVersion, Preset, Ratio, Record, RecordKind, Regression, Rule,
    RuleName, TestResult, Threshold, Weight,
};

use crate::make::{
    self, alice, greeting, hello, json_problem, parsed, production, second, version,
};

#[track_caller]
fn check(record: &Record, kind: RecordKind, golden: &str) {
    assert_eq!(make::json(record), golden);
    assert_eq!(record.key().kind(), kind);
}

#[test]
fn the_settings_of_a_namespace() {
    let settings = NamespaceSettings { default_environment: production() };
    check(
        &Record::Namespace(settings),
        RecordKind::Namespace,
        r#"{"namespace":{"default_environment":"production"}}"#,
    );
}

#[test]
fn an_environment() {
    let bare = Environment::new(production());
    check(
        &Record::Environment(bare.clone()),
        RecordKind::Environment,
        r#"{"environment":{"id":"production"}}"#,
    );
    let described = Environment { description: "where it counts".into(), ..bare };
    check(
        &Record::Environment(described),
        RecordKind::Environment,
        r#"{"environment":{"id":"production","description":"where it counts"}}"#,
    );
}

#[test]
fn a_policy_that_is_off() {
    let policy = PolicyRecord { scope: PolicyScope::Namespace, setting: PolicySetting::Off };
    check(
        &Record::Policy(policy),
        RecordKind::Policy,
        r#"{"policy":{"scope":"namespace","setting":"off"}}"#,
    );
}

#[test]
fn a_policy_that_is_an_artifact() {
    let setting = PolicySetting::From(parsed("policies/strict"));
    let policy = PolicyRecord { scope: PolicyScope::Namespace, setting };
    check(
        &Record::Policy(policy),
        RecordKind::Policy,
        r#"{"policy":{"scope":"namespace","setting":{"from":"policies/strict"}}}"#,
    );
}

#[test]
fn a_policy_that_is_on() {
    let scope = PolicyScope::Artifact(greeting());
    let policy = PolicyRecord { scope, setting: PolicySetting::On(Policy::default()) };
    check(
        &Record::Policy(policy),
        RecordKind::Policy,
        concat!(
            r#"{"policy":{"scope":"artifact:prompts/greeting","setting":{"on":{"activation":"staged","rules":["#,
            r#"{"rule":"signature_errors","count":2,"among":10,"window":"5m","classes":["TypeError","AttributeError"]},"#,
            r#"{"rule":"new_error","alpha":0.001},"#,
            r#"{"rule":"worse","alpha":0.009,"expected":0.95,"min_baseline":200,"bound":"exact"}]}}}}"#
        ),
    );
}

#[test]
fn a_policy_that_acts_otherwise() {
    let policy = Policy::preset(Preset::Artifact).with_action(Action::Shadow);
    let rules = vec![Rule::NewError { alpha: Threshold::new(0.25).unwrap() }];
    let policy = Policy::new(policy.activation(), rules).unwrap().with_action(policy.action());
    let policy = policy.with_rollbacks_per_day(5).unwrap();
    let setting = PolicySetting::On(policy);
    check(
        &Record::Policy(PolicyRecord { scope: PolicyScope::Namespace, setting }),
        RecordKind::Policy,
        r#"{"policy":{"scope":"namespace","setting":{"on":{"activation":"staged","action":"shadow","rollbacks_per_day":5,"rules":[{"rule":"new_error","alpha":0.25}]}}}}"#,
    );
}

#[test]
fn a_condemnation() {
    let condemnation = Condemnation {
        artifact: greeting(),
        environment: production(),
        digest: hello(),
        version: version(2),
        reason: parsed("it was rude"),
    };
    check(
        &Record::Condemnation(condemnation),
        RecordKind::Condemnation,
        concat!(
            r#"{"condemnation":{"artifact":"prompts/greeting","environment":"production","#,
            r#""digest":"sha256:185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969","#,
            r#""version":2,"reason":"it was rude"}}"#
        ),
    );
}

#[track_caller]
fn check_finding(finding: Finding, golden: &str) {
    let attestation = Attestation {
        artifact: greeting(),
        version: version(2),
        name: parsed("security"),
        finding,
        by: alice(),
        at: second(5),
    };
    check(
        &Record::Attestation(attestation),
        RecordKind::Attestation,
        &format!(
            r#"{{"attestation":{{"artifact":"prompts/greeting","version":2,"name":"security","finding":{golden},"by":"human:alice","at":"1970-01-01T00:00:05Z"}}}}"#
        ),
    );
}

#[test]
fn an_attestation_for_every_finding() {
    check_finding(
        Finding::Tests { passed: 7, failed: 1, report: json!({"took": 3}) },
        r#"{"tests":{"passed":7,"failed":1,"report":{"took":3}}}"#,
    );
    check_finding(
        Finding::Tests { passed: 7, failed: 0, report: json!(null) },
        r#"{"tests":{"passed":7,"failed":0}}"#,
    );
    check_finding(Finding::Rating(Ratio::new(0.75).unwrap()), r#"{"rating":0.75}"#);
    check_finding(Finding::Other(json!(["x"])), r#"{"other":["x"]}"#);
    for (status, word) in [
        (LifecycleStatus::Draft, "draft"),
        (LifecycleStatus::WaitingApproval, "waiting_approval"),
        (LifecycleStatus::Active, "active"),
        (LifecycleStatus::Deprecated, "deprecated"),
    ] {
        check_finding(Finding::Status(status), &format!(r#"{{"status":"{word}"}}"#));
    }
}

/// The last of three failures in a row, of which the first had a class.
pub(crate) fn regression() -> Regression {
    let observe = |name, at, class: &str| Observation {
        outcome: OutcomeId::from_name(name),
        at: second(at),
        class: class.parse().ok(),
    };
    Regression {
        rule: Rule::ConsecutiveFailures { count: 2, window: std::time::Duration::from_secs(300) },
        matched: vec![RuleName::AllFailed.into(), RuleName::ConsecutiveFailures.into()],
        policy: None,
        evidence: Evidence {
            succeeded: 0,
            failed: 2,
            newest: second(5),
            failures: vec![observe("a", 4, "TypeError"), observe("b", 5, "")],
            measured: None,
            test: None,
            said: None,
        },
    }
}

/// The same in JSON.
pub(crate) const REGRESSION: &str = concat!(
    r#"{"rule":{"rule":"consecutive_failures","count":2,"window":"5m"},"#,
    r#""matched":["all_failed","consecutive_failures"],"#,
    r#""evidence":{"succeeded":0,"failed":2,"newest":"1970-01-01T00:00:05Z","failures":["#,
    r#"{"outcome":"ca978112-ca1b-8dca-bac2-31b39a23dc4d","at":"1970-01-01T00:00:04Z","class":"TypeError"},"#,
    r#"{"outcome":"3e23e816-0039-894a-b389-4f6564e1b134","at":"1970-01-01T00:00:05Z"}]}}"#
);

#[track_caller]
fn check_latch(action: LatchAction, golden: &str) {
    let latch = Latch {
        artifact: greeting(),
        environment: production(),
        generation: Generation::new(7),
        version: version(2),
        regression: regression(),
        action,
        candidate: false,
        at: second(5),
    };
    check(
        &Record::Latch(Box::new(latch)),
        RecordKind::Latch,
        &format!(
            r#"{{"latch":{{"artifact":"prompts/greeting","environment":"production","generation":7,"version":2,"regression":{REGRESSION},"action":{golden},"at":"1970-01-01T00:00:05Z"}}}}"#
        ),
    );
}

#[test]
fn a_latched_verdict() {
    check_latch(LatchAction::RolledBack { to: version(1) }, r#"{"rolled_back":{"to":1}}"#);
    check_latch(LatchAction::Halted, r#""halted""#);
    check_latch(LatchAction::OverBudget, r#""over_budget""#);
    check_latch(LatchAction::Notified, r#""notified""#);
    check_latch(LatchAction::Shadowed, r#""shadowed""#);
    let deployment = DeploymentId::from_name("deployment");
    check_latch(
        LatchAction::Paused { deployment },
        r#"{"paused":{"deployment":"aee50b18-a03c-89e4-883a-5acadf5c8614"}}"#,
    );
    check_latch(
        LatchAction::Withdrawn { deployment },
        r#"{"withdrawn":{"deployment":"aee50b18-a03c-89e4-883a-5acadf5c8614"}}"#,
    );
}

#[test]
fn a_verdict_by_a_policy_that_is_an_artifact() {
    let (artifact, version, digest) = (parsed("policies/strict"), version(3), hello());
    let policy = Some(PolicyVersion { artifact, version, digest });
    let golden = REGRESSION.replace(
        r#""evidence""#,
        &format!(r#""policy":{{"artifact":"policies/strict","version":3,"digest":"{digest}"}},"evidence""#),
    );
    let by = Regression { policy, ..regression() };
    assert_eq!(make::json(&by), golden);
    assert_eq!(serde_json::from_str::<Regression>(&golden).unwrap(), by);
}

#[test]
fn what_a_version_is_held_against() {
    let counts = [("TypeError".parse().unwrap(), 2)].into_iter().collect();
    let baseline = FrozenBaseline {
        artifact: greeting(),
        environment: production(),
        generation: Generation::new(7),
        candidate: version(2),
        version: version(1),
        succeeded: 950,
        failed: 50,
        errors: ErrorClasses::from_parts(counts, 1),
        quantiles: sternway_types::Quantiles::default(),
    };
    check(
        &Record::Baseline(Box::new(baseline.clone())),
        RecordKind::Baseline,
        r#"{"baseline":{"artifact":"prompts/greeting","environment":"production","generation":7,"candidate":2,"version":1,"succeeded":950,"failed":50,"errors":{"counts":{"TypeError":2},"left_out":1}}}"#,
    );
    let mut quantiles = sternway_types::Quantiles::default();
    for millis in [100, 812, 812] {
        quantiles.duration.add(Decimal::whole(millis));
    }
    let baseline = FrozenBaseline { errors: ErrorClasses::default(), quantiles, ..baseline };
    check(
        &Record::Baseline(Box::new(baseline)),
        RecordKind::Baseline,
        r#"{"baseline":{"artifact":"prompts/greeting","environment":"production","generation":7,"candidate":2,"version":1,"succeeded":950,"failed":50,"quantiles":{"duration":[[851,1],[947,2]]}}}"#,
    );
}

#[test]
fn what_a_test_found() {
    let version = version(1);
    let test = |against| TestResult {
        against,
        success_rate: "0.921875".parse().unwrap(),
        ln_e: "5.25".parse().unwrap(),
        ln_threshold: "4.961845129".parse().unwrap(),
        class: None,
        of_class: None,
    };
    let measured = test(Against::Measured { version, succeeded: 950, failed: 50 });
    assert_eq!(
        serde_json::to_string(&measured).unwrap(),
        r#"{"against":{"measured":{"version":1,"succeeded":950,"failed":50}},"success_rate":"0.921875","ln_e":"5.25","ln_threshold":"4.961845129"}"#
    );
    let success_rate = Threshold::new(0.95).unwrap();
    let declared = TestResult {
        class: "panic".parse().ok(),
        of_class: Some(2),
        ..test(Against::Expected { success_rate })
    };
    let json = serde_json::to_string(&declared).unwrap();
    assert_eq!(
        json,
        r#"{"against":{"expected":{"success_rate":0.95}},"success_rate":"0.921875","ln_e":"5.25","ln_threshold":"4.961845129","class":"panic","of_class":2}"#
    );
    assert_eq!(serde_json::from_str::<TestResult>(&json).unwrap(), declared);
    let weight = Weight::new(500).unwrap();
    let share = Beside {
        weight,
        succeeded: 3,
        failed: 4,
        baseline_succeeded: 95,
        baseline_failed: 5,
        pairs: Pairs::default(),
        counted: None,
    };
    let beside = test(Against::Beside { version, shares: vec![share] });
    assert_eq!(
        make::json(&beside),
        r#"{"against":{"beside":{"version":1,"shares":[{"weight":500,"succeeded":3,"failed":4,"baseline_succeeded":95,"baseline_failed":5}]}},"success_rate":"0.921875","ln_e":"5.25","ln_threshold":"4.961845129"}"#
    );
}

#[test]
fn a_record_is_turned_into_its_kind_and_no_other() {
    let record = Record::Namespace(NamespaceSettings { default_environment: production() });
    assert!(record.clone().into_namespace().is_some());
    assert!(record.clone().into_environment().is_none());
    assert!(record.clone().into_policy().is_none());
    assert!(record.clone().into_condemnation().is_none());
    assert!(record.clone().into_attestation().is_none());
    assert!(record.into_latch().is_none());
}

#[test]
fn a_record_with_a_key_that_is_not_known_is_refused_by_that_key() {
    let said = json_problem::<Record>(r#"{"environment":{"id":"production","descripton":"x"}}"#);
    assert!(said.starts_with("unknown field `descripton`"), "{said}");
    let said = json_problem::<Record>(r#"{"flag":{}}"#);
    assert!(said.starts_with("unknown variant `flag`"), "{said}");
}
