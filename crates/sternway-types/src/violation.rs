//! What a check found: the violations, as many as can be kept.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Digest, ValidatorId};

/// The longest text of one violation, in bytes.
const MAX_MESSAGE: usize = 8 * 1024;
/// The longest path to a violation, in bytes.
const MAX_POINTER: usize = 1024;
/// All violations together, in bytes. Written as JSON, which at worst makes six of one, they leave
/// room in a record.
const MAX_TEXT: usize = 32 * 1024;
/// The longest text that says what a validator is, in bytes.
const MAX_IDENTITY: usize = 1024;

/// One thing that a content does not hold to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Where in a JSON document (RFC 6901); empty for the whole of it, or for what is no JSON.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

impl Violation {
    /// Something that is wrong with the whole content.
    #[must_use]
    pub fn whole(message: impl Into<String>) -> Self {
        Self { pointer: String::new(), message: message.into() }
    }

    fn cut(self) -> Self {
        Self { pointer: cut(self.pointer, MAX_POINTER), message: cut(self.message, MAX_MESSAGE) }
    }

    const fn len(&self) -> usize {
        self.pointer.len() + self.message.len()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}

/// A text without NUL, which not every store can carry, and no longer than this.
fn cut(mut text: String, most: usize) -> String {
    const MORE: &str = "…";
    if text.contains('\0') {
        text = text.replace('\0', "\u{fffd}");
    }
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most - MORE.len()));
        text.push_str(MORE);
    }
    text
}

/// What a content does not hold to: the first violations as they were found, and how many more
/// there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RawViolations")]
pub struct Violations {
    // Invariant: at most MAX of them, and MAX_TEXT bytes.
    shown: Vec<Violation>,
    more: u64,
}

#[derive(Deserialize)]
struct RawViolations {
    shown: Vec<Violation>,
    more: u64,
}

impl From<RawViolations> for Violations {
    fn from(raw: RawViolations) -> Self {
        let mut violations = Self::from_iter(raw.shown);
        violations.more = violations.more.saturating_add(raw.more);
        violations
    }
}

impl FromIterator<Violation> for Violations {
    fn from_iter<I: IntoIterator<Item = Violation>>(found: I) -> Self {
        let (mut violations, mut text) = (Self::default(), 0);
        for violation in found {
            // After the first that has no room, the rest is counted: what is shown is a beginning.
            if violations.more == 0 && violations.shown.len() < Self::MAX {
                let violation = violation.cut();
                text += violation.len();
                if text <= MAX_TEXT {
                    violations.shown.push(violation);
                    continue;
                }
            }
            violations.more += 1;
        }
        violations
    }
}

impl Violations {
    /// The most that are kept.
    pub const MAX: usize = 100;

    /// Whether nothing was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.shown.is_empty() && self.more == 0
    }

    /// The first of them.
    #[must_use]
    pub fn shown(&self) -> &[Violation] {
        &self.shown
    }

    /// How many there are beyond these.
    #[must_use]
    pub const fn more(&self) -> u64 {
        self.more
    }
}

/// By what a content was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckedBy {
    /// A JSON Schema with this digest.
    Schema(Digest),
    /// What the publisher's host calls by this name.
    Validator {
        /// The name.
        name: ValidatorId,
        /// What it is there, such as a command line.
        identity: String,
    },
}

impl CheckedBy {
    /// A validator of a host.
    #[must_use]
    pub fn validator(name: ValidatorId, identity: impl Into<String>) -> Self {
        Self::Validator { name, identity: cut(identity.into(), MAX_IDENTITY) }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// By what it was done.
    pub by: CheckedBy,
    /// What the content does not hold to; nothing if it passed.
    pub violations: Violations,
    /// How long it took, to the millisecond.
    #[serde(rename = "took_ms", with = "millis")]
    pub took: Duration,
}

impl CheckResult {
    /// Whether nothing was found.
    #[must_use]
    pub const fn passed(&self) -> bool {
        self.violations.is_empty()
    }
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(took: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}
