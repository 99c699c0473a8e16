//! When two JSON values mean the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Number, Value};

/// Whether two values mean the same: numbers by value, keys in any order.
#[must_use]
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => number(left) == number(right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}

/// An array's element, hashed once so that unequal ones are told apart without a walk.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    value: &'a Value,
    fingerprint: u64,
}

impl<'a> Element<'a> {
    pub(super) fn new(value: &'a Value) -> Self {
        Self { value, fingerprint: fingerprint(value) }
    }

    pub(super) const fn value(self) -> &'a Value {
        self.value
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && same(self.value, other.value)
    }
}

impl Eq for Element<'_> {}

impl Hash for Element<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

/// A hash that agrees with [`same`].
fn fingerprint(value: &Value) -> u64 {
    match value {
        Value::Null => hash_of(0),
        Value::Bool(bool) => hash_of((1, bool)),
        Value::Number(n) => hash_of((2, number(n))),
        Value::String(text) => hash_of((3, text)),
        Value::Array(elements) => {
            hash_of((4, elements.iter().map(fingerprint).collect::<Vec<u64>>()))
        }
        // A sum, because the order of keys says nothing.
        Value::Object(members) => hash_of((
            5,
            members
                .iter()
                .map(|(key, value)| hash_of((key, fingerprint(value))))
                .fold(0, u64::wrapping_add),
        )),
    }
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A number by its value, however it was written.
#[derive(Debug, PartialEq, Eq, Hash)]
enum ByValue {
    Integer(i128),
    /// The bits, for a number that is not whole or is beyond 64 bits.
    Float(u64),
    /// The digits, should the parser ever keep numbers that no `f64` holds.
    Written(String),
}

fn number(number: &Number) -> ByValue {
    if let Some(integer) = number.as_i128() {
        return ByValue::Integer(integer);
    }
    match number.as_f64().filter(|float| float.is_finite()) {
        Some(float) if float.fract() == 0.0 && float.abs() < BEYOND_INTEGERS => {
            ByValue::Integer(whole(float))
        }
        Some(float) => ByValue::Float(float.to_bits()),
        None => ByValue::Written(number.to_string()),
    }
}

/// 2⁶⁴: no integer that a parser yields is larger, so a larger float equals only floats.
const BEYOND_INTEGERS: f64 = 18_446_744_073_709_551_616.0;

#[expect(clippy::cast_possible_truncation, reason = "whole, and well inside the range of i128")]
const fn whole(float: f64) -> i128 {
    float as i128
}
