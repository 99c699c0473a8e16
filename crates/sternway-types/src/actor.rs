//! Who did something.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not an actor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not an actor: {problem}; expected a name, or kind:name with human, agent or system"
)]
pub struct ActorError {
    given: String,
    problem: &'static str,
}

/// What sort of actor it is. Automation is everything but a human.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A person.
    Human,
    /// An AI agent, or a program that acts for one.
    Agent,
    /// Sternway itself, or the platform around it.
    System,
}

impl ActorKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

/// Who did something: a kind and a name of at most 255 bytes. Printed as `agent:planner-7`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Actor {
    kind: ActorKind,
    // Invariant: 1 to 255 bytes, no control characters.
    name: String,
}

impl Actor {
    /// An actor of this kind.
    ///
    /// # Errors
    ///
    /// [`ActorError`] if the name is empty, longer than 255 bytes, or holds a control character.
    pub fn new(kind: ActorKind, name: impl Into<String>) -> Result<Self, ActorError> {
        let name = name.into();
        let problem = if name.trim().is_empty() {
            "the name is empty"
        } else if name.len() > 255 {
            "the name is longer than 255 bytes"
        } else if name.chars().any(char::is_control) {
            "the name holds a control character"
        } else {
            return Ok(Self { kind, name });
        };
        Err(ActorError { given: name.chars().take(80).collect(), problem })
    }

    /// Sternway itself, acting on a policy.
    #[must_use]
    pub fn sternway() -> Self {
        Self { kind: ActorKind::System, name: "sternway".into() }
    }

    /// What sort of actor it is.
    #[must_use]
    pub const fn kind(&self) -> ActorKind {
        self.kind
    }

    /// The name, without the kind.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether no person stands behind the act.
    #[must_use]
    pub fn is_automation(&self) -> bool {
        self.kind != ActorKind::Human
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.kind.as_str(), self.name))
    }
}

impl FromStr for Actor {
    type Err = ActorError;

    /// `kind:name`; a name alone is a person. The bare words `human`, `agent`, `autonomous` and
    /// `system`, which older systems store, are taken as a kind of that name.
    fn from_str(text: &str) -> Result<Self, ActorError> {
        let kind = |word: &str| match word {
            "human" => Some(ActorKind::Human),
            "agent" | "autonomous" => Some(ActorKind::Agent),
            "system" => Some(ActorKind::System),
            _ => None,
        };
        match text.split_once(':') {
            Some((word, name)) if kind(word).is_some() => {
                Self::new(kind(word).unwrap_or(ActorKind::Human), name)
            }
            _ => Self::new(kind(text).unwrap_or(ActorKind::Human), text),
        }
    }
}

impl TryFrom<String> for Actor {
    type Error = ActorError;

    fn try_from(text: String) -> Result<Self, ActorError> {
        text.parse()
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}
