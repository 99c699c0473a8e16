//! The leaves of a value: what holds no other value, which an empty object or array is too.

use serde_json::Value;

use super::{Pointer, pointer::Step};

/// Every leaf, in the order of the document.
#[must_use]
pub fn leaves(value: &Value) -> Vec<(Pointer, &Value)> {
    let mut found = Vec::new();
    collect(value, &mut Pointer::default(), &mut found);
    found
}

fn collect<'a>(value: &'a Value, at: &mut Pointer, found: &mut Vec<(Pointer, &'a Value)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                below(Step::Key(key), member, at, found);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (position, element) in elements.iter().enumerate() {
                below(Step::Position(position), element, at, found);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => found.push((at.clone(), value)),
    }
}

fn below<'a>(
    step: Step<'_>,
    value: &'a Value,
    at: &mut Pointer,
    found: &mut Vec<(Pointer, &'a Value)>,
) {
    let parent = at.enter(step);
    collect(value, at, found);
    at.leave(parent);
}
