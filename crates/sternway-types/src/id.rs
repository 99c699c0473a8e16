//! Names and ids. A name is a short slug that people type; an id is a UUID that nobody types.
//!
//! Names are validated when they are made and are cheap to clone. Two names are equal when their
//! letters are equal: case matters.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The longest part of a name, in characters.
const MAX_PART: usize = 100;

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {kind}: {problem}; expected {expected}")]
pub struct IdError {
    kind: &'static str,
    given: String,
    problem: &'static str,
    expected: &'static str,
}

impl IdError {
    /// What was refused, cut to a length that can be printed.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }
}

const PART_GRAMMAR: &str =
    "1 to 100 letters, digits, `.`, `_` or `-`, beginning and ending with a letter or digit";

fn part_problem(part: &str) -> Option<&'static str> {
    let bytes = part.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return Some("it is empty");
    };
    if bytes.len() > MAX_PART {
        return Some("it is too long");
    }
    if !bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte)) {
        return Some("it has a character that is not allowed");
    }
    if !first.is_ascii_alphanumeric() || !last.is_ascii_alphanumeric() {
        return Some("it does not begin and end with a letter or digit");
    }
    if part.contains("..") {
        return Some("it has two dots in a row");
    }
    None
}

/// `v3`, `3`, `live`, `latest` and `previous` select versions, so nothing may be called that.
fn reserved_problem(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let digits = lower.strip_prefix('v').unwrap_or(&lower);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number || matches!(lower.as_str(), "live" | "latest" | "previous"))
        .then_some("it is reserved for selecting versions")
}

fn error(
    kind: &'static str,
    given: &str,
    problem: &'static str,
    expected: &'static str,
) -> IdError {
    IdError { kind, given: given.chars().take(2 * MAX_PART + 2).collect(), problem, expected }
}

/// What every name can do.
pub trait Slug: fmt::Display + FromStr<Err = IdError> {
    /// The name as it was given.
    fn as_str(&self) -> &str;
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $expected:expr, |$text:ident| $problem:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Slug for $name {
            fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str($text: &str) -> Result<Self, IdError> {
                match $problem {
                    Some(problem) => Err(error($kind, $text, problem, $expected)),
                    None => Ok(Self($text.into())),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

slug! {
    /// A tenant or project: the unit of order, with one chain of revisions.
    NamespaceId, "a namespace name", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// What a host calls one of its validators, such as `lint`.
    ValidatorId, "the name of a validator", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// What a host calls one of its health checks, such as `readiness`.
    ProbeId, "the name of a health check", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// What people agree as, such as `security`.
    RoleId, "the name of a role", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// What an environment calls one of its freeze windows, such as `weekend`.
    WindowId, "the name of a freeze window", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// What a program calls one of its own rules, such as `latency-budget`.
    TriggerId, "the name of a trigger", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// A place where versions are live, such as `production`. It is created before it is used.
    EnvironmentId, "an environment name", PART_GRAMMAR,
    |text| part_problem(text).or_else(|| reserved_problem(text))
}

slug! {
    /// A group of artifacts of one kind, such as `prompts`: the part of an artifact's name before
    /// the slash.
    CollectionId, "a collection", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// A name that a person gives to one version of an artifact, such as `before-sale`.
    LabelId, "a label", PART_GRAMMAR,
    |text| part_problem(text).or_else(|| reserved_problem(text))
}

slug! {
    /// What people call a place that is told what happens, such as `team-chat`.
    ChannelId, "the name of a channel", PART_GRAMMAR, |text| part_problem(text)
}

slug! {
    /// A named thing that changes: `collection/name`, such as `prompts/greeting`.
    ///
    /// The collection gives the kind: prompts, tools, agents, configs, plans, …
    ArtifactId, "an artifact",
    "collection/name, such as prompts/greeting, each part 1 to 100 letters, digits, `.`, `_` or `-`",
    |text| artifact_problem(text)
}

fn artifact_problem(text: &str) -> Option<&'static str> {
    match text.split_once('/') {
        None => Some("it has no collection"),
        Some((_, name)) if name.contains('/') => Some("it has more than one slash"),
        Some((collection, name)) => part_problem(collection).or_else(|| part_problem(name)),
    }
}

impl ArtifactId {
    /// The part before the slash, which gives the kind.
    #[must_use]
    pub fn collection(&self) -> &str {
        self.0.split_once('/').map_or("", |(collection, _)| collection)
    }

    /// The part after the slash.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }

    /// Whether its contents are policies: it is in the collection `policies`.
    #[must_use]
    pub fn is_policy(&self) -> bool {
        self.collection() == "policies"
    }
}

impl EnvironmentId {
    /// The environment that every namespace begins with.
    #[must_use]
    pub fn production() -> Self {
        Self("production".into())
    }
}

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {kind}: expected a UUID such as 01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e")]
pub struct UuidError {
    kind: &'static str,
    given: String,
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes an id that was drawn elsewhere.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The id that belongs to a name, always the same: a UUID of version 8 from the SHA-256 of the
            /// name. It makes work that is retried under the same name happen once.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
                let mut id = [0; 16];
                for (to, from) in id.iter_mut().zip(digest) {
                    *to = from;
                }
                Self(uuid::Builder::from_custom_bytes(id).into_uuid())
            }

            /// The UUID behind the id.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = UuidError;

            fn from_str(text: &str) -> Result<Self, UuidError> {
                Uuid::parse_str(text).map(Self).map_err(|_| UuidError {
                    kind: $kind,
                    given: text.chars().take(80).collect(),
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id! {
    /// Names one changeset, so that repeating it is answered with the first receipt.
    ChangesetId, "a changeset id"
}

uuid_id! {
    /// Names one outcome, so that it is counted exactly once however often it is reported.
    OutcomeId, "an outcome id"
}

uuid_id! {
    /// Names one attempt to make versions live in an environment.
    DeploymentId, "a deployment id"
}

uuid_id! {
    /// Names one rollback point of an environment.
    PointId, "the id of a rollback point"
}

impl OutcomeId {
    /// The id of a run that somebody named. A name belongs to its artifact and environment: the
    /// same name elsewhere is another run, and under another version it is the same one.
    ///
    /// ```
    /// use sternway_types::{ArtifactId, EnvironmentId, OutcomeId};
    ///
    /// let (search, fetch): (ArtifactId, ArtifactId) = ("tools/search".parse()?, "tools/fetch".parse()?);
    /// let production = EnvironmentId::production();
    /// let run = OutcomeId::of_run(&search, &production, "run-7");
    /// assert_eq!(run, OutcomeId::of_run(&search, &production, "run-7"));
    /// assert_ne!(run, OutcomeId::of_run(&fetch, &production, "run-7"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_run(artifact: &ArtifactId, environment: &EnvironmentId, name: &str) -> Self {
        // Neither of the first two can hold a zero byte, so different runs have different texts.
        Self::from_name(&format!("{artifact}\0{environment}\0{name}"))
    }
}
