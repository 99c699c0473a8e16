//! Strict JSON: what would be read differently by different readers is refused.
//!
//! The bytes themselves are stored as they came; this only decides whether they are taken.

use std::{cell::RefCell, collections::HashSet, fmt};

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// How deep arrays and objects may be nested.
pub const MAX_JSON_DEPTH: usize = 127;

/// What is wrong with a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonProblem {
    /// An object names a member twice.
    DuplicateMember,
    /// Nested deeper than [`MAX_JSON_DEPTH`].
    TooDeep,
    /// Not JSON, or a number or escape that no reader can hold; in the parser's words.
    Syntax(String),
}

/// Why a text is not taken as JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// Where in the document (RFC 6901), as far as it was understood.
    pub pointer: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the top" } else { self.pointer.as_str() };
        match &self.problem {
            JsonProblem::DuplicateMember => write!(f, "a member is named twice at {place}")?,
            JsonProblem::TooDeep => {
                write!(f, "nested deeper than {MAX_JSON_DEPTH} levels")?;
            }
            JsonProblem::Syntax(message) => write!(f, "not valid JSON at {place}: {message}")?,
        }
        write!(f, " (line {}, column {})", self.line, self.column)
    }
}

/// Checks that bytes are one JSON document that every reader understands alike.
///
/// Refused are duplicate members, nesting deeper than [`MAX_JSON_DEPTH`], numbers beyond the range
/// of a double (`1e400`), lone surrogates, invalid UTF-8 and trailing text.
///
/// # Errors
///
/// [`JsonError`] with the line, the column and the JSON pointer.
pub fn check_json(bytes: &[u8]) -> Result<(), JsonError> {
    let trail = Trail::default();
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    Checker { trail: &trail }
        .deserialize(&mut parser)
        .and_then(|()| parser.end())
        .map_err(|err| trail.explain(&err))
}

/// Whether a value is nested no deeper than this: what is written deeper cannot be read back.
pub(crate) fn is_within(levels: usize, value: &Value) -> bool {
    let inner = |value| levels.checked_sub(1).is_some_and(|levels| is_within(levels, value));
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(items) => levels > 0 && items.iter().all(inner),
        Value::Object(members) => levels > 0 && members.values().all(inner),
    }
}

/// Whether a text in some written JSON holds a NUL character, which is always escaped there.
pub(crate) fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.as_bytes().iter().take(at).rev();
        // A backslash before it may itself be escaped, or escape this one.
        before.take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

/// The way to the value being read, and what was found wrong there.
#[derive(Default)]
struct Trail {
    parts: RefCell<Vec<String>>,
    duplicate: RefCell<bool>,
}

impl Trail {
    fn pointer(&self) -> String {
        let parts = self.parts.borrow();
        parts
            .iter()
            .map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1")))
            .collect()
    }

    fn explain(&self, err: &serde_json::Error) -> JsonError {
        let text = err.to_string();
        let problem = if *self.duplicate.borrow() {
            JsonProblem::DuplicateMember
        } else if text.starts_with("recursion limit exceeded") {
            JsonProblem::TooDeep
        } else {
            let end = text.rfind(" at line ").unwrap_or(text.len());
            JsonProblem::Syntax(
                text.chars().take(text.get(..end).map_or(0, |t| t.chars().count())).collect(),
            )
        };
        let pointer = if problem == JsonProblem::TooDeep { String::new() } else { self.pointer() };
        JsonError { problem, line: err.line(), column: err.column(), pointer }
    }
}

#[derive(Clone, Copy)]
struct Checker<'a> {
    trail: &'a Trail,
}

impl<'de> DeserializeSeed<'de> for Checker<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Checker<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            self.trail.parts.borrow_mut().push(index.to_string());
            let more = items.next_element_seed(self)?;
            self.trail.parts.borrow_mut().pop();
            if more.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(MemberName(name)) = members.next_key()? {
            self.trail.parts.borrow_mut().push(name.clone());
            if !seen.insert(name) {
                self.trail.duplicate.replace(true);
                return Err(de::Error::custom("duplicate member"));
            }
            members.next_value_seed(self)?;
            self.trail.parts.borrow_mut().pop();
        }
        Ok(())
    }
}

/// A member's name. With the `arbitrary_precision` feature somewhere in the build, `serde_json`
/// shows numbers as maps with one private key, which this reads like any other.
struct MemberName(String);

impl<'de> Deserialize<'de> for MemberName {
    fn deserialize<D: Deserializer<'de>>(parser: D) -> Result<Self, D::Error> {
        String::deserialize(parser).map(Self)
    }
}
