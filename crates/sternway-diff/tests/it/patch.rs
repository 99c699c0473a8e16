//! JSON Patch, applied by a strict reading of RFC 6902.

use proptest::prelude::*;
use serde_json::{Value, json};
use sternway_diff::json::{JsonDiff, same};

use crate::json::values;

#[expect(clippy::needless_pass_by_value, reason = "a call with `json!` reads better without `&`")]
fn check(old: Value, new: Value, expected: Value) {
    let patch = JsonDiff::new(&old, &new).to_patch();
    assert_eq!(patch, expected);
    assert_eq!(apply(&patch, &old).as_ref(), Some(&new));
}

/// Applies a patch, or says that it does not fit.
fn apply(patch: &Value, document: &Value) -> Option<Value> {
    let mut document = document.clone();
    for operation in patch.as_array()? {
        let (path, value) = (operation["path"].as_str()?, operation.get("value"));
        match operation["op"].as_str()? {
            "test" => same(document.pointer(path)?, value?).then_some(())?,
            "replace" => *document.pointer_mut(path)? = value?.clone(),
            "add" => put(&mut document, path, value?.clone())?,
            "remove" => take(&mut document, path)?,
            _ => return None,
        }
    }
    Some(document)
}

fn parent<'a>(document: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let (above, last) = path.rsplit_once('/')?;
    Some((document.pointer_mut(above)?, last.replace("~1", "/").replace("~0", "~")))
}

fn put(document: &mut Value, path: &str, value: Value) -> Option<()> {
    match parent(document, path)? {
        (Value::Object(members), key) => members.insert(key, value).map_or(Some(()), |_| None),
        (Value::Array(elements), position) => {
            let position: usize = position.parse().ok()?;
            (position <= elements.len()).then(|| elements.insert(position, value))
        }
        _ => None,
    }
}

fn take(document: &mut Value, path: &str) -> Option<()> {
    match parent(document, path)? {
        (Value::Object(members), key) => members.remove(&key).map(drop),
        (Value::Array(elements), position) => {
            let position: usize = position.parse().ok()?;
            (position < elements.len()).then(|| elements.remove(position)).map(drop)
        }
        _ => None,
    }
}

#[test]
fn what_is_taken_away_is_tested_first() {
    check(
        json!({"a": 1, "b": 2, "c": 3}),
        json!({"a": 1, "b": "two", "d": 4}),
        json!([
            {"op": "test", "path": "/b", "value": 2},
            {"op": "replace", "path": "/b", "value": "two"},
            {"op": "test", "path": "/c", "value": 3},
            {"op": "remove", "path": "/c"},
            {"op": "add", "path": "/d", "value": 4},
        ]),
    );
}

#[test]
fn positions_are_those_of_the_moment_the_operation_runs() {
    check(
        json!(["a", "b", {"n": 1}, "z"]),
        json!([{"n": 2}, "z", "new"]),
        json!([
            {"op": "test", "path": "/0", "value": "a"},
            {"op": "remove", "path": "/0"},
            {"op": "test", "path": "/0", "value": "b"},
            {"op": "remove", "path": "/0"},
            {"op": "test", "path": "/0/n", "value": 1},
            {"op": "replace", "path": "/0/n", "value": 2},
            {"op": "add", "path": "/2", "value": "new"},
        ]),
    );
}

#[test]
fn a_removal_below_a_shifted_element_is_made_where_the_element_is_then() {
    check(
        json!([{"id": 1, "x": 1, "y": 2}]),
        json!(["new", {"id": 1, "x": 1}]),
        json!([
            {"op": "add", "path": "/0", "value": "new"},
            {"op": "test", "path": "/1/y", "value": 2},
            {"op": "remove", "path": "/1/y"},
        ]),
    );
}

#[test]
fn the_whole_value_can_be_replaced() {
    check(
        json!([1]),
        json!({"a": 1}),
        json!([
            {"op": "test", "path": "", "value": [1]},
            {"op": "replace", "path": "", "value": {"a": 1}},
        ]),
    );
}

#[test]
fn the_same_value_needs_no_operation() {
    check(json!({"a": [1]}), json!({"a": [1]}), json!([]));
}

#[test]
fn a_patch_refuses_a_value_it_was_not_made_for() {
    let patch = JsonDiff::new(&json!({"a": 1}), &json!({})).to_patch();
    assert_eq!(apply(&patch, &json!({"a": 2})), None);
}

proptest! {
    #[test]
    fn patching_the_old_value_gives_the_new_one(old in values(), new in values()) {
        let patch = JsonDiff::new(&old, &new).to_patch();
        let patched = apply(&patch, &old);
        prop_assert!(patched.as_ref().is_some_and(|patched| same(patched, &new)), "{}", patch);
    }

    #[test]
    fn patching_holds_where_only_elements_moved(
        elements in prop::collection::vec(values(), 0..8),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let moved: Value = match elements.len() {
            0 => json!([]),
            count => order.iter().map(|index| elements[index.index(count)].clone()).collect(),
        };
        let old = Value::from(elements);
        let patched = apply(&JsonDiff::new(&old, &moved).to_patch(), &old);
        prop_assert!(patched.is_some_and(|patched| same(&patched, &moved)));
    }
}
