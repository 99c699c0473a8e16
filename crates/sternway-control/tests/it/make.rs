//! The values that most stories need, and what an error says.

use std::{error::Error, fmt::Debug};

use sternway_control::{ControlError, Intent};
use sternway_types::{
    Activation, ArtifactId, Content, EnvironmentId, Generation, Policy, PolicySetting, Reference,
    Revision, Rule, VersionNumber,
};

pub(crate) fn greeting() -> ArtifactId {
    artifact("prompts/greeting")
}

pub(crate) fn artifact(name: &str) -> ArtifactId {
    name.parse().expect("an artifact")
}

pub(crate) fn production() -> EnvironmentId {
    EnvironmentId::production()
}

pub(crate) fn staging() -> EnvironmentId {
    "staging".parse().expect("an environment")
}

pub(crate) fn reference(text: &str) -> Reference {
    text.parse().expect("a reference")
}

pub(crate) fn text(text: &str) -> Content {
    Content::text(text, None).expect("a text")
}

pub(crate) fn version(number: u64) -> VersionNumber {
    VersionNumber::new(number).expect("versions of tests are not zero")
}

pub(crate) fn versions<const N: usize>(numbers: [u64; N]) -> [VersionNumber; N] {
    numbers.map(version)
}

pub(crate) const fn generation(number: u64) -> Generation {
    Generation::new(number)
}

pub(crate) const fn revision(number: u64) -> Revision {
    Revision::new(number)
}

/// A person.
pub(crate) fn alice() -> Intent {
    by("alice")
}

/// A program.
pub(crate) fn robot() -> Intent {
    by("agent:robot")
}

pub(crate) fn by(actor: &str) -> Intent {
    Intent::by(actor.parse().expect("an actor"))
}

pub(crate) fn because(reason: &str) -> Intent {
    alice().because(reason.parse().expect("a reason"))
}

/// A policy with the built-in rules.
pub(crate) fn activating(activation: Activation) -> PolicySetting {
    let rules = Policy::default().rules().to_vec();
    PolicySetting::On(Policy::new(activation, rules).expect("the built-in rules"))
}

/// A policy that takes a version back after so many failures in a row.
pub(crate) fn in_a_row(count: u32) -> PolicySetting {
    let rule = Rule::ConsecutiveFailures { count, window: super::world::MINUTE };
    PolicySetting::On(Policy::new(Activation::Staged, vec![rule]).expect("one rule"))
}

/// An error and what caused it, in one line, after its code.
pub(crate) fn said<T: Debug>(result: Result<T, ControlError>) -> String {
    let err = result.expect_err("it cannot be done");
    let mut said = format!("{}: {err}", err.code());
    let mut source = err.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
}
