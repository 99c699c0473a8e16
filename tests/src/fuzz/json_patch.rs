//! JSON Patch, applied by a strict reading of RFC 6902.

use serde_json::Value;
use sternway::diff::json::same;

/// Applies a patch, or says that it does not fit.
pub(super) fn apply(patch: &Value, document: &Value) -> Option<Value> {
    let mut document = document.clone();
    for operation in patch.as_array()? {
        let (path, value) = (operation.get("path")?.as_str()?, operation.get("value"));
        match operation.get("op")?.as_str()? {
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
    let (parent, last) = parent(document, path)?;
    if let Value::Object(members) = parent {
        return members.insert(last, value).is_none().then_some(());
    }
    let (elements, position) = (parent.as_array_mut()?, last.parse().ok()?);
    (position <= elements.len()).then(|| elements.insert(position, value))
}

fn take(document: &mut Value, path: &str) -> Option<()> {
    let (parent, last) = parent(document, path)?;
    if let Value::Object(members) = parent {
        return members.remove(&last).map(drop);
    }
    let (elements, position) = (parent.as_array_mut()?, last.parse().ok()?);
    (position < elements.len()).then(|| drop(elements.remove(position)))
}
