//! Strict JSON: what is read alike by every reader is taken, and the rest is refused.

use proptest::prelude::*;
use serde_json::Value;
use sternway_types::{JsonProblem, MAX_JSON_DEPTH, check_json};

/// What is said to a text, in one line; `strict` to one that is taken.
fn said(text: &[u8]) -> String {
    check_json(text).map_or_else(|err| err.to_string(), |()| "strict".into())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(said(text.as_bytes()), expected, "{text}");
}

/// So many arrays, one in the other.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn every_json_value_may_stand_at_the_top() {
    for text in ["null", "true", "0", "-0", "1.0", "1e2", "\"\"", "[]", "{}", " \t\r\n[1] \n"] {
        check(text, "strict");
    }
}

#[test]
fn a_nul_may_be_escaped() {
    check(r#"{"a\u0000b": "\u0000"}"#, "strict");
    check(
        "\"\0\"",
        "not valid JSON at the top: control character (\\u0000-\\u001F) found while parsing a string (line 1, column 2)",
    );
}

#[test]
fn a_number_may_have_more_digits_than_any_reader_keeps() {
    check("123456789012345678901234567890", "strict");
    check("-123456789012345678901234567890.5", "strict");
    check("0.1000000000000000055511151231257827021181583404541015625", "strict");
}

#[test]
fn a_number_beyond_the_range_of_a_double_is_refused() {
    check("1e308", "strict");
    check("1e400", "not valid JSON at the top: number out of range (line 1, column 5)");
    check(
        r#"{"n": [0, -1e400]}"#,
        "not valid JSON at /n/1: number out of range (line 1, column 16)",
    );
    check("1e-400", "strict");
}

#[test]
fn a_member_is_named_once() {
    check(r#"{"a":1,"a":1}"#, "a member is named twice at /a (line 1, column 10)");
    check(r#"{"a":1,"\u0061":1}"#, "a member is named twice at /a (line 1, column 15)");
    check("{\"\":1,\n \"\":2}", "a member is named twice at / (line 2, column 3)");
}

#[test]
fn the_place_of_a_second_member_is_a_pointer() {
    check(
        r#"{"list":[{},{"a/b~c":{"x":1,"x":2}}]}"#,
        "a member is named twice at /list/1/a~1b~0c/x (line 1, column 31)",
    );
}

#[test]
fn the_same_member_of_different_objects_is_fine() {
    check(r#"{"a":{"a":1},"b":{"a":2},"c":[{"a":3},{"a":4}]}"#, "strict");
    check(r#"{"a":1,"A":2,"a ":3}"#, "strict");
    check("{\"\u{e1}\":1,\"a\u{301}\":2}", "strict");
}

#[test]
fn a_document_has_at_most_127_levels() {
    assert_eq!(MAX_JSON_DEPTH, 127);
    check(&nested(127), "strict");
    check(&nested(128), "nested deeper than 127 levels (line 1, column 128)");
    check(&nested(200), "nested deeper than 127 levels (line 1, column 128)");
    let objects = |levels| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    check(&objects(127), "strict");
    check(&objects(128), "nested deeper than 127 levels (line 1, column 636)");
}

#[test]
fn a_bomb_of_brackets_is_refused_at_once() {
    check(&"[".repeat(1_000_000), "nested deeper than 127 levels (line 1, column 128)");
}

#[test]
fn a_surrogate_needs_its_partner() {
    check(r#""\ud83d\ude00""#, "strict");
    for text in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#"{"\ud83d":1}"#] {
        let err = check_json(text.as_bytes()).unwrap_err();
        assert!(
            matches!(&err.problem, JsonProblem::Syntax(it) if it.contains("escape") || it.contains("surrogate")),
            "{err}"
        );
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    assert!(said(b"\"\xff\"").contains("not valid JSON"));
    assert!(said(b"{\"\xed\xa0\x80\":1}").contains("not valid JSON"));
    assert!(said(b"\xff").contains("not valid JSON"));
}

#[test]
fn nothing_may_follow_the_document() {
    check("{} {}", "not valid JSON at the top: trailing characters (line 1, column 4)");
    check("1 // one", "not valid JSON at the top: trailing characters (line 1, column 3)");
    check("[1,]", "not valid JSON at /1: trailing comma (line 1, column 4)");
}

#[test]
fn a_mark_of_byte_order_is_refused() {
    check("\u{feff}{}", "not valid JSON at the top: expected value (line 1, column 1)");
}

#[test]
fn what_only_some_readers_take_is_refused() {
    for text in ["NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "'a'", "{a:1}", "\"\t\""] {
        assert!(said(text.as_bytes()).starts_with("not valid JSON"), "{text}");
    }
}

#[test]
fn an_unfinished_document_is_refused_where_it_ends() {
    check("", "not valid JSON at the top: EOF while parsing a value (line 1, column 0)");
    check("{\"a\":\n[1", "not valid JSON at /a/1: EOF while parsing a list (line 2, column 2)");
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,4}|[\\x00-\\x20\"\\\\]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[ab]{0,2}", inner), 0..5)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Text made of what JSON is made of.
fn almost_documents() -> impl Strategy<Value = String> {
    let pieces = vec![
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"", "\\u00", "\\ud800", "1", "-", "0",
        ".5", "e4", "e400", "null", "tru", " ", "\n", "\u{feff}",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_is_written_as_json_is_taken(document in documents()) {
        prop_assert_eq!(said(document.to_string().as_bytes()), "strict");
        prop_assert_eq!(said(format!("{document:#}").as_bytes()), "strict");
    }

    #[test]
    fn whatever_is_taken_can_be_read_and_has_no_other_reading(text in almost_documents()) {
        let read = serde_json::from_str::<Value>(&text);
        match check_json(text.as_bytes()) {
            Ok(()) => prop_assert!(read.is_ok(), "{text} is taken and cannot be read"),
            Err(err) if read.is_ok() => {
                prop_assert_eq!(err.problem, JsonProblem::DuplicateMember, "{}", text);
            }
            Err(err) => prop_assert!(err.line >= 1 && err.line <= text.lines().count().max(1) + 1),
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>) {
        let taken = check_json(&bytes).is_ok();
        prop_assert_eq!(taken, serde_json::from_slice::<Value>(&bytes).is_ok());
    }
}
