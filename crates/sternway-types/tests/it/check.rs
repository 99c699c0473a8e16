//! Checks in policies, and what they found: as people write them, and as stores keep them.

use std::time::Duration;

use serde_json::{Value, json};
use sternway_types::{
    Attestation, CheckKind, CheckResult, CheckedBy, ContentCheck, Finding, OnFailure, Policy,
    PolicyRecord, PolicyScope, PolicySetting, Record, Violation, Violations,
};

use crate::make::{self, alice, greeting, hello, parsed, second, version};

#[track_caller]
fn refused(check: &str, expected: &str) {
    let err =
        toml::from_str::<Policy>(&format!("checks = [{{ {check} }}]")).expect_err("it is refused");
    assert!(err.to_string().contains(expected), "{expected} is not in: {err}");
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(true), |inner, _| json!({ "not": inner }))
}

#[test]
fn a_policy_file_says_by_what_and_what_failing_leads_to() {
    let policy: Policy = toml::from_str(
        "[[checks]]\nname = 'shape'\nschema = { type = 'object' }\n\
         [[checks]]\nname = 'size'\nschema_from = 'schemas/bot@v3'\non_failure = 'condemn'\n\
         [[checks]]\nname = 'style'\nvalidator = 'lint'\n\
         [[checks]]\nname = 'wide'\noff = true\n",
    )
    .unwrap();
    let kinds: Vec<_> = policy.checks().iter().map(ContentCheck::kind).collect();
    assert_eq!(
        kinds,
        [
            &CheckKind::Schema(json!({"type": "object"})),
            &CheckKind::SchemaFrom(parsed("schemas/bot@v3")),
            &CheckKind::Validator(parsed("lint")),
            &CheckKind::Off,
        ]
    );
    let failures: Vec<_> = policy.checks().iter().map(ContentCheck::on_failure).collect();
    assert_eq!(failures.first(), Some(&OnFailure::Refuse));
    assert_eq!(failures.get(1), Some(&OnFailure::Condemn));
    assert_eq!(policy.rules(), Policy::default().rules(), "the built-in rules hold beside them");
}

#[test]
fn a_check_is_done_in_one_way() {
    let one = "the check x needs one of schema, schema_from, validator and off: it has ";
    refused("name = 'x'", &format!("{one}0"));
    refused("name = 'x', off = true, validator = 'y'", &format!("{one}2"));
    refused("name = 'x', schema = true, validator = 'y', off = true", &format!("{one}3"));
}

#[test]
fn what_is_wrong_with_a_check_is_said() {
    refused("validator = 'y'", "missing field `name`");
    refused("name = 'x', schema_from = 'nowhere'", "the check x: \"nowhere\" is not an artifact");
    refused("name = 'x', validator = 'a b'", "\"a b\" is not the name of a validator");
    refused("name = 'x', validator = 'y', on_failure = 'warn'", "unknown variant `warn`");
    refused("name = 'x', command = ['rm']", "unknown field `command`");
    refused("name = 'x', off = true }, { name = 'x', off = true", "the check x stands twice");
    let many = (0..33).map(|n| format!("name = 'x{n}', off = true"));
    refused(&many.collect::<Vec<_>>().join(" }, { "), "has 33 checks: the limit is 32");
}

#[test]
fn a_schema_is_nested_no_deeper_than_can_be_read_back() {
    let check = |levels| ContentCheck::new(parsed("x"), CheckKind::Schema(nested(levels)));
    let deepest = Policy::default().with_checks(vec![check(115).unwrap()]).unwrap();
    let (scope, setting) = (PolicyScope::Namespace, PolicySetting::On(deepest));
    make::json(&Record::Policy(PolicyRecord { scope, setting }));
    let err = check(116).unwrap_err().to_string();
    assert_eq!(err, "the schema of the check x is nested deeper than 115 levels");
}

#[test]
fn checks_are_kept_like_this() {
    let check = |name, kind| ContentCheck::new(parsed(name), kind).unwrap();
    let shape = check("shape", CheckKind::Schema(json!({"type": "object"})));
    let checks = vec![
        shape.on_failure_do(OnFailure::Condemn),
        check("size", CheckKind::SchemaFrom(parsed("schemas/bot@v3"))),
        check("style", CheckKind::Validator(parsed("lint"))),
        check("wide", CheckKind::Off),
    ];
    let policy = Policy::default().with_checks(checks).unwrap();
    let json = make::json(&policy);
    let (_, checks) = json.split_once(r#","checks":"#).unwrap();
    assert_eq!(
        checks,
        concat!(
            r#"[{"name":"shape","schema":{"type":"object"},"on_failure":"condemn"},"#,
            r#"{"name":"size","schema_from":"schemas/bot@v3","on_failure":"refuse"},"#,
            r#"{"name":"style","validator":"lint","on_failure":"refuse"},"#,
            r#"{"name":"wide","off":true,"on_failure":"refuse"}]}"#
        )
    );
}

#[test]
fn what_a_check_found_is_kept_like_this() {
    let finding = |by, violations: Vec<Violation>| {
        let took = Duration::from_micros(12_900);
        let result = CheckResult { by, violations: violations.into_iter().collect(), took };
        let attestation = Attestation {
            artifact: greeting(),
            version: version(2),
            name: parsed("shape"),
            finding: Finding::Check(Box::new(result)),
            by: alice(),
            at: second(5),
        };
        let json = serde_json::to_value(Record::Attestation(attestation)).unwrap();
        json.pointer("/attestation/finding/check").unwrap().to_string()
    };
    let pointer = "/tone".to_owned();
    let rude = Violation { pointer, message: "it is rude".into() };
    assert_eq!(
        finding(CheckedBy::Schema(hello()), vec![rude, Violation::whole("all of it")]),
        concat!(
            r#"{"by":{"schema":"sha256:185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969"},"#,
            r#""violations":{"shown":[{"pointer":"/tone","message":"it is rude"},"#,
            r#"{"message":"all of it"}],"more":0},"took_ms":12}"#
        )
    );
    assert_eq!(
        finding(CheckedBy::validator(parsed("lint"), "ruff check {file}"), vec![]),
        concat!(
            r#"{"by":{"validator":{"name":"lint","identity":"ruff check {file}"}},"#,
            r#""violations":{"shown":[],"more":0},"took_ms":12}"#
        )
    );
}

#[test]
fn violations_always_fit_a_record() {
    let hostile = "\u{1}\0é".repeat(20_000);
    let found = |count| {
        let one = Violation { pointer: hostile.clone(), message: hostile.clone() };
        std::iter::repeat_n(one, count).collect::<Violations>()
    };
    for count in [0, 1, 3, 99, 100, 101, 5_000] {
        let violations = found(count);
        let all = violations.shown().len() as u64 + violations.more();
        assert_eq!(all, u64::try_from(count).unwrap());
        assert_eq!(violations.is_empty(), count == 0);
        let json = make::json(&violations);
        assert!(json.len() < Record::MAX_BYTES - 8 * 1024, "{}", json.len());
        assert!(!json.contains("\\u0000"));
    }
    let short: Violations = (0..150).map(|n| Violation::whole(n.to_string())).collect();
    assert_eq!((short.shown().len(), short.more()), (100, 50));
}
