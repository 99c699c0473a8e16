//! What is a schema, and what is said of what is none.

use serde_json::{Value, json};
use sternway_validate::{Schema, SchemaError};

#[track_caller]
fn refused(schema: &Value, expected: &str) {
    let said = Schema::compile(schema).expect_err("it is refused").to_string();
    assert!(said.starts_with("the schema does not compile") && said.contains(expected), "{said}");
}

#[test]
fn what_is_no_schema_is_refused_where_it_is_wrong() {
    let slip = json!({"properties": {"tone": {"type": "strnig"}}});
    refused(&slip, "at /properties/tone/type: \"strnig\" is not valid");
    refused(&json!("a text"), "\"a text\" is not of types \"boolean\", \"object\"");
    refused(&json!({"pattern": "("}), "at /pattern: \"(\" is not a \"regex\"");
}

#[test]
fn nothing_is_fetched() {
    for uri in ["https://example.com/tone.json", "file:///etc/passwd"] {
        let put = format!("nothing is fetched: put {uri} under \"$defs\" of the schema");
        refused(&json!({"$ref": uri}), &put);
    }
    refused(&json!({"$ref": "tone.json"}), "Resource 'tone.json' is not present");
    refused(&json!({"$schema": "https://example.com/dialect"}), "https://example.com/dialect");
    refused(&json!({"$ref": "#/$defs/missing"}), "/$defs/missing");
}

#[test]
fn a_meta_schema_is_known_without_being_fetched() {
    let any_schema = json!({"$ref": "https://json-schema.org/draft/2020-12/schema"});
    let schemas = Schema::compile(&any_schema).unwrap();
    assert!(schemas.check(br#"{"type": "string"}"#).is_empty());
    assert!(!schemas.check(br#"{"type": "strnig"}"#).is_empty());
}

#[test]
fn what_takes_more_than_linear_time_is_no_pattern() {
    refused(&json!({"pattern": "(?=a)b"}), "at /pattern: \"(?=a)b\" is not a \"regex\"");
}

#[test]
fn the_bytes_of_a_schema_are_strict_json() {
    assert!(Schema::parse(br#"{"type": "object"}"#).is_ok());
    let twice = Schema::parse(br#"{"type": "object", "type": "array"}"#).unwrap_err();
    assert!(matches!(twice, SchemaError::Json(_)), "{twice}");
}
