//! Which differences two JSON values have.

use proptest::prelude::*;
use serde_json::{Value, json};
use sternway_diff::json::{Change, JsonDiff, Pointer, same};

/// Values small enough to have much in common, with everything that is awkward in them.
pub(crate) fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1_i64..3).prop_map(Value::from),
        (-1_i32..3).prop_map(|n| Value::from(f64::from(n) / 2.0)),
        "[ab/~]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof!["[ab~/]{0,2}", Just("id".into()), Just("name".into())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// The changes, each in one line.
fn changes(old: &Value, new: &Value) -> Vec<String> {
    JsonDiff::new(old, new)
        .changes()
        .map(|change| match change {
            Change::Added { pointer, value } => format!("{pointer} +{value}"),
            Change::Removed { pointer, value } => format!("{pointer} -{value}"),
            Change::Changed { pointer, from, to } => format!("{pointer} {from} > {to}"),
        })
        .collect()
}

#[expect(clippy::needless_pass_by_value, reason = "a call with `json!` reads better without `&`")]
fn check(old: Value, new: Value, expected: &[&str]) {
    assert_eq!(changes(&old, &new), expected);
}

#[test]
fn numbers_are_compared_by_value() {
    check(json!([1, 0, 1e3]), json!([1.0, -0.0, 1000]), &[]);
    check(json!({"a": 1}), json!({"a": 1.5}), &["/a 1 > 1.5"]);
    check(
        json!(u64::MAX),
        json!(18_446_744_073_709_551_615_f64),
        &[" 18446744073709551615 > 1.8446744073709552e+19"],
    );
    check(
        json!(9_007_199_254_740_993_u64),
        json!(9_007_199_254_740_992_f64),
        &[" 9007199254740993 > 9007199254740992.0"],
    );
}

#[test]
fn nothing_is_taken_for_something_else() {
    check(json!({"a": 1}), json!({"a": true}), &["/a 1 > true"]);
    check(json!({"a": 0}), json!({"a": false}), &["/a 0 > false"]);
    check(json!({"a": "1"}), json!({"a": 1}), &["/a \"1\" > 1"]);
    check(json!({"a": null}), json!({}), &["/a -null"]);
    check(json!({}), json!({"a": null}), &["/a +null"]);
    check(json!({"a": null}), json!({"a": {}}), &["/a null > {}"]);
    check(json!([]), json!({}), &[" [] > {}"]);
}

#[test]
fn the_order_of_keys_says_nothing() {
    check(json!({"a": 1, "b": [{"c": 2, "d": 3}]}), json!({"b": [{"d": 3, "c": 2}], "a": 1}), &[]);
}

#[test]
fn a_nested_difference_is_named_by_its_pointer() {
    check(
        json!({"a/b": {"~": [1, {"": 2}]}}),
        json!({"a/b": {"~": [1, {"": 3}]}}),
        &["/a~1b/~0/1/ 2 > 3"],
    );
}

#[test]
fn a_pointer_gives_its_tokens_back() {
    let (old, new) = (json!({"a/b": {"~1": 1}}), json!({"a/b": {"~1": 2}}));
    let diff = JsonDiff::new(&old, &new);
    let pointer: &Pointer = diff.changes().next().unwrap().pointer();
    assert_eq!(pointer.as_str(), "/a~1b/~01");
    assert_eq!(pointer.tokens().collect::<Vec<_>>(), ["a/b", "~1"]);
    assert_eq!(Pointer::default().tokens().count(), 0);
}

#[test]
fn an_element_put_in_front_is_one_addition() {
    check(json!([1, 2, 3]), json!([0, 1, 2, 3]), &["/0 +0"]);
}

#[test]
fn a_removed_element_is_named_by_where_it_was() {
    check(
        json!(["a", "b", "c", "d"]),
        json!(["b", "d", "e"]),
        &["/0 -\"a\"", "/2 -\"c\"", "/2 +\"e\""],
    );
}

#[test]
fn a_changed_element_is_named_by_where_it_is_now() {
    check(
        json!([{"a": 1}, "x"]),
        json!(["new", "y", {"a": 2}, "x"]),
        &["/0 +\"new\"", "/1 +\"y\"", "/2/a 1 > 2"],
    );
}

#[test]
fn elements_with_a_name_are_compared_with_their_namesakes() {
    check(
        json!([{"name": "search", "limit": 1}, {"name": "fetch", "limit": 2}]),
        json!([{"name": "fetch", "limit": 3}]),
        &["/0 -{\"name\":\"search\",\"limit\":1}", "/0/limit 2 > 3"],
    );
}

#[test]
fn an_element_without_a_namesake_is_compared_in_its_place() {
    check(
        json!([{"name": "a", "n": 1}, 5]),
        json!([{"name": "b", "n": 1}, 6]),
        &["/0/name \"a\" > \"b\"", "/1 5 > 6"],
    );
}

#[test]
fn the_top_level_shape_is_flat() {
    let old = json!({"gone": [1], "deep": {"a": 1, "b": 2}, "same": 1});
    let new = json!({"same": 1.0, "deep": {"a": 1, "b": 3}, "here": null});
    assert_eq!(
        JsonDiff::new(&old, &new).top_level(),
        Some(json!({
            "added": {"here": null},
            "removed": {"gone": [1]},
            "changed": {"deep": {"from": {"a": 1, "b": 2}, "to": {"a": 1, "b": 3}}},
        }))
    );
    assert_eq!(JsonDiff::new(&old, &json!([])).top_level(), None);
}

#[test]
fn the_deepest_value_a_parser_lets_through_is_compared() {
    let nested = |open: &str, inner: &str, close: &str| -> Value {
        let text = open.repeat(127) + inner + &close.repeat(127);
        serde_json::from_str(&text).unwrap()
    };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let (old, new) = (nested(open, "1", close), nested(open, "2", close));
        let diff = JsonDiff::new(&old, &new);
        assert_eq!(diff.changes().next().unwrap().pointer().tokens().count(), 127);
    }
}

#[test]
fn a_long_array_with_few_differences_is_compared_fast() {
    let old: Value = (0..10_000).map(|n| json!({"id": n, "tags": ["a", n]})).collect();
    let mut new = old.clone();
    let elements = new.as_array_mut().unwrap();
    elements.insert(0, json!("first"));
    elements[5_000]["tags"][1] = json!("other");
    elements.remove(9_000);
    assert_eq!(
        changes(&old, &new),
        [
            "/0 +\"first\"",
            "/5000/tags/1 4999 > \"other\"",
            "/8999 -{\"id\":8999,\"tags\":[\"a\",8999]}",
        ]
    );
}

#[test]
fn debug_output_keeps_the_content_secret() {
    let shown = format!("{:?}", JsonDiff::new(&json!("hunter2"), &json!("hunter3")));
    assert!(!shown.contains("hunter"), "{shown}");
}

proptest! {
    #[test]
    fn values_differ_exactly_when_they_are_not_the_same(old in values(), new in values()) {
        prop_assert_eq!(JsonDiff::new(&old, &new).is_empty(), same(&old, &new));
        prop_assert!(JsonDiff::new(&old, &old).is_empty());
        prop_assert_eq!(same(&old, &new), same(&new, &old));
    }

    #[test]
    fn pointers_find_what_they_name(old in values(), new in values()) {
        for change in JsonDiff::new(&old, &new).changes() {
            match change {
                Change::Added { pointer, value } => {
                    prop_assert_eq!(new.pointer(pointer.as_str()), Some(*value));
                }
                Change::Removed { pointer, value } => {
                    prop_assert_eq!(old.pointer(pointer.as_str()), Some(*value));
                }
                Change::Changed { pointer, from, to } => {
                    prop_assert_eq!(new.pointer(pointer.as_str()), Some(*to));
                    prop_assert!(!same(from, to));
                }
            }
        }
    }

    #[test]
    fn the_top_level_shape_is_empty_exactly_for_equal_objects(old in values(), new in values()) {
        let diff = JsonDiff::new(&old, &new);
        let empty = json!({"added": {}, "removed": {}, "changed": {}});
        match diff.top_level() {
            Some(shape) => prop_assert_eq!(shape == empty, diff.is_empty()),
            None => prop_assert!(!old.is_object() || !new.is_object()),
        }
    }
}
