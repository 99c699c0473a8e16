//! JSON Patch (RFC 6902).

use serde_json::{Value, json};

use super::{Change, walk::Edit};

/// The operations that make one edit.
pub(super) fn operations(edit: &Edit<'_>) -> Vec<Value> {
    let path = edit.place.as_str();
    match &edit.change {
        Change::Added { value, .. } => vec![json!({"op": "add", "path": path, "value": value})],
        Change::Removed { value, .. } => {
            vec![test(path, value), json!({"op": "remove", "path": path})]
        }
        Change::Changed { from, to, .. } => {
            vec![test(path, from), json!({"op": "replace", "path": path, "value": to})]
        }
    }
}

fn test(path: &str, value: &Value) -> Value {
    json!({"op": "test", "path": path, "value": value})
}
