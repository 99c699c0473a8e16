//! Contents against schemas.

use serde_json::{Value, json};
use sternway_validate::Schema;

/// Checks a content, and expects these violations in this order.
#[track_caller]
fn check(schema: &Value, content: &str, expected: &[&str]) {
    let violations = Schema::compile(schema).expect("a schema").check(content.as_bytes());
    let said: Vec<String> = violations.shown().iter().map(ToString::to_string).collect();
    assert_eq!(said, expected, "{content}");
    assert_eq!(violations.more(), 0);
}

#[test]
fn every_violation_has_its_pointer() {
    let schema = json!({
        "type": "object",
        "required": ["model"],
        "properties": {
            "model": {"type": "string"},
            "temperature": {"type": "number", "maximum": 2},
            "stop/words": {"type": "array", "items": {"type": "string"}},
        },
        "additionalProperties": false,
    });
    check(&schema, r#"{"model": "small", "temperature": 0.5}"#, &[]);
    check(&schema, r#"{"temperature": 0.5}"#, &["\"model\" is a required property"]);
    check(
        &schema,
        r#"{"model": "x", "temperature": 3, "stop/words": ["a", 1]}"#,
        &[
            "/temperature: 3 is greater than the maximum of 2",
            "/stop~1words/1: 1 is not of type \"string\"",
        ],
    );
    check(
        &schema,
        r#"{"model": "x", "colour": 1}"#,
        &["Additional properties are not allowed ('colour' was unexpected)"],
    );
}

#[test]
fn booleans_are_schemas() {
    check(&json!(true), "[1]", &[]);
    check(&json!(false), "1", &["False schema does not allow 1"]);
}

#[test]
fn what_is_no_strict_json_is_a_violation() {
    let anything = json!({});
    let begins = "the content is not JSON, and a JSON Schema wants it: ";
    for (content, problem) in [
        ("Hello, {{name}}!", "not valid JSON at the top: expected value (line 1, column 1)"),
        (r#"{"a":1,"a":2}"#, "a member is named twice at /a (line 1, column 10)"),
    ] {
        check(&anything, content, &[&format!("{begins}{problem}")]);
    }
    let binary = Schema::compile(&anything).unwrap().check(b"\xff\xfe");
    assert!(!binary.is_empty());
}

#[test]
fn a_document_is_not_repeated_in_what_is_said_of_it() {
    let long = json!({"text": "x".repeat(10_000)}).to_string();
    check(&json!({"type": "array"}), &long, &["value is not of type \"array\""]);
}

#[test]
fn a_hundred_violations_are_shown_and_the_rest_counted() {
    let schema = Schema::compile(&json!({"items": {"type": "string"}})).unwrap();
    let numbers = json!((0..250).collect::<Vec<u32>>()).to_string();
    let violations = schema.check(numbers.as_bytes());
    assert_eq!((violations.shown().len(), violations.more()), (100, 150));
    assert_eq!(violations.shown()[99].pointer, "/99");
}

#[test]
fn long_violations_are_cut_to_what_a_record_can_hold() {
    let schema = Schema::compile(&json!({"items": {"type": "integer"}})).unwrap();
    let texts = json!(vec!["\u{1}".repeat(9_000); 20]).to_string();
    let violations = schema.check(texts.as_bytes());
    assert_eq!(violations.shown().len() as u64 + violations.more(), 20);
    let written = serde_json::to_string(&violations).unwrap();
    assert!(written.len() < 200_000, "{}", written.len());
}

#[test]
fn older_dialects_are_known_by_their_names() {
    let draft_4 = json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "maximum": 5, "exclusiveMaximum": true,
    });
    check(&draft_4, "4", &[]);
    check(&draft_4, "5", &["5 is greater than or equal to the maximum of 5"]);
    let format = |dialect| json!({"$schema": dialect, "format": "ipv4"});
    let old = format("http://json-schema.org/draft-07/schema#");
    check(&old, r#""nowhere""#, &[r#""nowhere" is not a "ipv4""#]);
    // A format is a note in the newest dialect.
    check(&format("https://json-schema.org/draft/2020-12/schema"), r#""nowhere""#, &[]);
}

#[test]
fn references_within_the_schema_are_followed() {
    let tree = json!({
        "$defs": {"node": {
            "type": "object",
            "properties": {"children": {"items": {"$ref": "#/$defs/node"}}},
        }},
        "$ref": "#/$defs/node",
    });
    check(&tree, r#"{"children": [{"children": []}]}"#, &[]);
    check(
        &tree,
        r#"{"children": [{"children": [1]}]}"#,
        &["/children/0/children/0: 1 is not of type \"object\""],
    );
}

#[test]
fn a_pattern_takes_linear_time() {
    let schema = json!({"pattern": "^(a+)+$"});
    let hostile = json!(format!("{}!", "a".repeat(50_000))).to_string();
    assert!(!Schema::compile(&schema).unwrap().check(hostile.as_bytes()).is_empty());
}
