//! Everything that is written as a document: JSON, policies, records, and what a program printed.

use serde::{Serialize, de::DeserializeOwned};
use sternway::{
    policy::failure::classify,
    types::{Changeset, Content, Outcome, Policy, Record, check_json},
};

/// What is taken as strict JSON is JSON to the ordinary parser, and a JSON content.
///
/// # Panics
///
/// If that is not so.
pub fn json(data: &[u8]) {
    let checked = check_json(data);
    if checked.is_ok() {
        let parsed = serde_json::from_slice::<serde_json::Value>(data);
        assert!(parsed.is_ok(), "taken as JSON, and no JSON: {parsed:?}");
    }
    let Ok(text) = str::from_utf8(data) else {
        return assert!(checked.is_err(), "JSON is UTF-8");
    };
    let content = Content::json(text);
    assert_eq!(content.is_ok(), checked.is_ok(), "{content:?}, {checked:?}");
}

/// A policy means the same when it is written and read again, in TOML and in JSON.
///
/// # Panics
///
/// If that is not so.
pub fn policies(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let policy = toml::from_str::<Policy>(text).ok();
    if let Some(policy) = &policy {
        same(policy);
        let written = toml::to_string(policy).ok();
        let again = written.as_ref().and_then(|written| toml::from_str(written).ok());
        assert_eq!(again.as_ref(), Some(policy), "{written:?}");
    }
    shape::<Policy>(data);
}

/// Records and the other shapes that are stored or sent as JSON.
///
/// # Panics
///
/// If that is not so.
pub fn records(data: &[u8]) {
    shape::<Record>(data);
    shape::<Outcome>(data);
    shape::<Changeset>(data);
    if let Ok(record) = serde_json::from_slice::<Record>(data) {
        assert_eq!(record.key(), record.clone().key(), "a key follows from its record");
    }
}

fn shape<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(data: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<T>(data) {
        same(&value);
    }
}

fn same<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(value: &T) {
    let written = serde_json::to_vec(value);
    let again = written.as_ref().ok().and_then(|written| serde_json::from_slice::<T>(written).ok());
    assert_eq!(again.as_ref(), Some(value), "{written:?}");
}

/// What a program printed makes a failure that can be stored, and the same one each time.
///
/// # Panics
///
/// If that is not so.
pub fn stderr(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let failure = classify(&text);
    assert_eq!(failure, classify(&text), "it follows from the text alone");
    if let Some(failure) = failure {
        assert!(!failure.message().chars().any(char::is_control), "{:?}", failure.message());
        same(&failure);
    }
}
