//! JSON, compared by structure.
//!
//! Equality is that of JSON: numbers by value (`1` is `1.0`), `true` is not `1`, `null` is neither
//! absent nor `{}`, and the order of an object's keys says nothing.
//!
//! The elements of an array are matched in two passes. Equal ones are kept where they are, so that
//! an element put in front is one addition. Between those, an element is compared with one of the
//! same identity: an object's `id`, `name` or `key` (the first of them that is a text or a
//! number), or else just its kind. What is left over is compared in order, and what finds no
//! partner was added or removed. An element that moved is removed here and added there.
//!
//! Limits: values are walked by recursion and come from a parser that refuses more than 128
//! levels, as `serde_json` does; one built by hand should keep to that. Time is linear in the size
//! of the values, times the depth of arrays inside arrays that differ; the crate's front page says
//! what happens to large arrays.

mod equality;
mod leaf;
mod patch;
mod pointer;
mod walk;

use std::fmt;

use serde_json::{Map, Value, json};

pub(crate) use self::walk::kept_leaves;
pub use self::{equality::same, leaf::leaves, pointer::Pointer};
use self::{patch::operations, walk::Edit};

/// The differences between two JSON values.
#[derive(Clone)]
pub struct JsonDiff<'a> {
    old: &'a Value,
    new: &'a Value,
    edits: Vec<Edit<'a>>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<'a> {
    /// Only the new value has it.
    Added {
        /// Where it is in the new value.
        pointer: Pointer,
        /// What was added.
        value: &'a Value,
    },
    /// Only the old value has it.
    Removed {
        /// Where it was in the old value.
        pointer: Pointer,
        /// What was removed.
        value: &'a Value,
    },
    /// Something else is in its place.
    Changed {
        /// Where it is in the new value. In the old one it may have been elsewhere, if an array
        /// above it shifted.
        pointer: Pointer,
        /// What was there.
        from: &'a Value,
        /// What is there now.
        to: &'a Value,
    },
}

impl Change<'_> {
    /// Where the difference is.
    #[must_use]
    pub const fn pointer(&self) -> &Pointer {
        match self {
            Self::Added { pointer, .. }
            | Self::Removed { pointer, .. }
            | Self::Changed { pointer, .. } => pointer,
        }
    }
}

impl<'a> JsonDiff<'a> {
    /// Compares two values.
    #[must_use]
    pub fn new(old: &'a Value, new: &'a Value) -> Self {
        Self { old, new, edits: walk::compare(old, new) }
    }

    /// Whether the two values are the [same].
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The differences: in an object first what the old one has, in its order, then what only the
    /// new one has; in an array from front to back.
    #[must_use]
    pub fn changes(&self) -> impl ExactSizeIterator<Item = &Change<'a>> {
        self.edits.iter().map(|edit| &edit.change)
    }

    /// The differences as a JSON Patch (RFC 6902) that turns the old value into the new one.
    ///
    /// Each `remove` and `replace` comes after a `test` for what it takes away, so that the patch
    /// fails on any value but the one it was made for, where it matters.
    #[must_use]
    pub fn to_patch(&self) -> Value {
        self.edits.iter().flat_map(operations).collect()
    }

    /// The differences of the outermost keys: `{added: {key: value}, removed: {key: value},
    /// changed: {key: {from, to}}}`. Nothing if one of the two values is not an object.
    #[must_use]
    pub fn top_level(&self) -> Option<Value> {
        let (old, new) = (self.old.as_object()?, self.new.as_object()?);
        let changed: Map<String, Value> = old
            .iter()
            .filter_map(|(key, from)| Some((key, from, new.get(key)?)))
            .filter(|(_, from, to)| !same(from, to))
            .map(|(key, from, to)| (key.clone(), json!({"from": from, "to": to})))
            .collect();
        Some(json!({"added": lacking(old, new), "removed": lacking(new, old), "changed": changed}))
    }
}

impl fmt::Debug for JsonDiff<'_> {
    /// Shows the count only: a content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonDiff").field("changes", &self.edits.len()).finish_non_exhaustive()
    }
}

/// The members of `from` whose keys `object` lacks.
fn lacking(object: &Map<String, Value>, from: &Map<String, Value>) -> Map<String, Value> {
    from.iter()
        .filter(|(key, _)| !object.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
