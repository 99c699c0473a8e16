//! The values that most tests need, from what people write.

use std::{fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};
use sternway_types::{
    Actor, ArtifactId, Digest, EnvironmentId, Failure, Generation, Outcome, OutcomeId,
    OutcomeStatus, Subject, Timestamp, VersionNumber,
};

/// What a literal of the tests names.
#[track_caller]
pub(crate) fn parsed<T: FromStr<Err: Display>>(text: &str) -> T {
    text.parse().unwrap_or_else(|err| panic!("the test uses {text:?}: {err}"))
}

/// A value as JSON, and back.
#[track_caller]
pub(crate) fn json<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: &T,
) -> String {
    let json = serde_json::to_string(value).expect("it can be written");
    let back: T = serde_json::from_str(&json).unwrap_or_else(|err| panic!("{json}: {err}"));
    assert_eq!(&back, value, "{json} is read back as another value");
    json
}

/// Why a JSON text is no value of a type, without the place.
#[track_caller]
pub(crate) fn json_problem<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
    match serde_json::from_str::<T>(json) {
        Ok(value) => panic!("{json} is {value:?}"),
        Err(err) => {
            let text = err.to_string();
            text.rsplit_once(" at line ").map_or(text.clone(), |(problem, _)| problem.to_owned())
        }
    }
}

pub(crate) fn greeting() -> ArtifactId {
    parsed("prompts/greeting")
}

pub(crate) fn production() -> EnvironmentId {
    EnvironmentId::production()
}

pub(crate) fn alice() -> Actor {
    parsed("alice")
}

pub(crate) fn version(number: u64) -> VersionNumber {
    VersionNumber::new(number).expect("versions of tests are not zero")
}

/// So many seconds after the epoch.
pub(crate) fn second(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// The digest of `Hello`.
pub(crate) fn hello() -> Digest {
    Digest::of(b"Hello")
}

/// Version 2 of the greeting in production, in its first stay.
pub(crate) fn subject() -> Subject {
    Subject {
        artifact: greeting(),
        environment: production(),
        version: version(2),
        generation: Generation::new(1),
    }
}

/// An outcome with this name at this second.
pub(crate) fn outcome(name: &str, seconds: i64, status: OutcomeStatus) -> Outcome {
    Outcome::new(OutcomeId::from_name(name), subject(), second(seconds), status)
}

/// A failure of a class; of none if the class is empty.
pub(crate) fn failed(class: &str) -> OutcomeStatus {
    let class = (!class.is_empty()).then(|| parsed(class));
    OutcomeStatus::Failed(Failure::new(class, "it broke"))
}
