//! The names that the stories are told with.

use sternway_types::{
    Actor, ArtifactId, Content, EnvironmentId, Generation, PointerName, Reason, Revision,
    VersionNumber,
};

use crate::must::{parsed, there};

pub(crate) fn artifact(name: &str) -> ArtifactId {
    parsed(name)
}

/// The artifact that most cases are about.
pub(crate) fn greeting() -> ArtifactId {
    artifact("prompts/greeting")
}

pub(crate) fn environment(name: &str) -> EnvironmentId {
    parsed(name)
}

pub(crate) fn production() -> EnvironmentId {
    environment("production")
}

pub(crate) fn staging() -> EnvironmentId {
    environment("staging")
}

/// What is live in an environment.
pub(crate) fn live(environment: &EnvironmentId) -> PointerName {
    PointerName::Environment(environment.clone())
}

pub(crate) fn label(name: &str) -> PointerName {
    PointerName::Label(parsed(name))
}

pub(crate) fn version(number: u64) -> VersionNumber {
    there(VersionNumber::new(number), "version 0")
}

pub(crate) const fn generation(number: u64) -> Generation {
    Generation::new(number)
}

pub(crate) const fn revision(number: u64) -> Revision {
    Revision::new(number)
}

/// A person.
pub(crate) fn alice() -> Actor {
    parsed("human:alice")
}

/// A program.
pub(crate) fn robot() -> Actor {
    parsed("agent:robot")
}

pub(crate) fn reason(text: &str) -> Reason {
    parsed(text)
}

pub(crate) fn text(text: &str) -> Content {
    match Content::text(text, None) {
        Ok(content) => content,
        Err(err) => panic!("the suite uses {text:?} as a content: {err}"),
    }
}
