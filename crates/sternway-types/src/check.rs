//! Checks as data: what a content must hold to before it is published, and what one found.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{LabelId, MAX_JSON_DEPTH, Reference, ReferenceError, ValidatorId, json::is_within};

/// How deep the schema of a check may be nested: a record, and what shows it, is around it.
const MAX_DEPTH: usize = MAX_JSON_DEPTH - 12;

/// Why a check is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// It does not say by what it is done, or says it more than once.
    #[error("the check {name} needs one of schema, schema_from, validator and off: it has {found}")]
    Kind {
        /// Which check.
        name: LabelId,
        /// How many of them it has.
        found: usize,
    },
    /// The schema cannot be read back from a store.
    #[error("the schema of the check {name} is nested deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// Which check.
        name: LabelId,
    },
    /// Where the schema is kept is not said as a reference.
    #[error("the check {name}: {problem}")]
    SchemaFrom {
        /// Which check.
        name: LabelId,
        /// What is wrong.
        problem: ReferenceError,
    },
    /// Two checks have one name.
    #[error("the check {name} stands twice in the policy")]
    Twice {
        /// Which check.
        name: LabelId,
    },
    /// There are more than anybody would wait for.
    #[error("the policy has {found} checks: the limit is {limit}", limit = ContentCheck::MAX)]
    TooMany {
        /// How many there are.
        found: usize,
    },
}

/// By what a content is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// A JSON Schema, as it stands here.
    Schema(Value),
    /// A JSON Schema that is another artifact's content. What is live is what is live in the
    /// namespace's default environment, wherever the checked version goes.
    SchemaFrom(Reference),
    /// What the publisher's own host calls by this name. A policy is shared, and never says what is
    /// run: a host that knows no such validator publishes nothing.
    Validator(ValidatorId),
    /// None: a check of this name that is set in a wider scope does not hold here.
    Off,
}

/// What a failed check leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// Nothing is published.
    #[default]
    Refuse,
    /// The version is added and staged, and its content condemned where it would go live.
    Condemn,
}

/// A check of every content that is published in the scope of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawCheck", into = "RawCheck")]
pub struct ContentCheck {
    name: LabelId,
    kind: CheckKind,
    on_failure: OnFailure,
}

impl ContentCheck {
    /// The most checks that a policy may have.
    pub const MAX: usize = 32;

    /// A check that refuses what fails it.
    ///
    /// # Errors
    ///
    /// [`CheckError::TooDeep`] if the schema cannot be read back from a store.
    pub fn new(name: LabelId, kind: CheckKind) -> Result<Self, CheckError> {
        if let CheckKind::Schema(schema) = &kind
            && !is_within(MAX_DEPTH, schema)
        {
            return Err(CheckError::TooDeep { name });
        }
        Ok(Self { name, kind, on_failure: OnFailure::Refuse })
    }

    /// Says what failing leads to.
    #[must_use]
    pub const fn on_failure_do(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// What it is called, and what its finding beside a version is called.
    #[must_use]
    pub const fn name(&self) -> &LabelId {
        &self.name
    }

    /// By what it is done.
    #[must_use]
    pub const fn kind(&self) -> &CheckKind {
        &self.kind
    }

    /// What failing leads to.
    #[must_use]
    pub const fn on_failure(&self) -> OnFailure {
        self.on_failure
    }
}

/// Refuses checks that exclude each other.
pub(crate) fn check_all(checks: &[ContentCheck]) -> Result<(), CheckError> {
    if checks.len() > ContentCheck::MAX {
        return Err(CheckError::TooMany { found: checks.len() });
    }
    for (index, check) in checks.iter().enumerate() {
        if checks.iter().take(index).any(|other| other.name == check.name) {
            return Err(CheckError::Twice { name: check.name.clone() });
        }
    }
    Ok(())
}

/// A check as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    name: LabelId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    validator: Option<ValidatorId>,
    #[serde(default, skip_serializing_if = "is_false")]
    off: bool,
    #[serde(default)]
    on_failure: OnFailure,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(off: &bool) -> bool {
    !*off
}

impl TryFrom<RawCheck> for ContentCheck {
    type Error = CheckError;

    fn try_from(raw: RawCheck) -> Result<Self, CheckError> {
        let RawCheck { name, schema, schema_from, validator, off, on_failure } = raw;
        let named = |problem| CheckError::SchemaFrom { name: name.clone(), problem };
        let from = schema_from.map(|from| from.parse().map_err(named)).transpose()?;
        let mut kinds = [
            schema.map(CheckKind::Schema),
            from.map(CheckKind::SchemaFrom),
            validator.map(CheckKind::Validator),
            off.then_some(CheckKind::Off),
        ]
        .into_iter()
        .flatten();
        match (kinds.next(), kinds.count()) {
            (Some(kind), 0) => Ok(Self::new(name, kind)?.on_failure_do(on_failure)),
            (first, more) => {
                Err(CheckError::Kind { name, found: usize::from(first.is_some()) + more })
            }
        }
    }
}

impl From<ContentCheck> for RawCheck {
    fn from(check: ContentCheck) -> Self {
        let ContentCheck { name, kind, on_failure } = check;
        let bare =
            Self { name, schema: None, schema_from: None, validator: None, off: false, on_failure };
        match kind {
            CheckKind::Schema(schema) => Self { schema: Some(schema), ..bare },
            CheckKind::SchemaFrom(from) => Self { schema_from: Some(from.to_string()), ..bare },
            CheckKind::Validator(validator) => Self { validator: Some(validator), ..bare },
            CheckKind::Off => Self { off: true, ..bare },
        }
    }
}
