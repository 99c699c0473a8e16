//! What happened when a version ran.

mod open_run;

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

pub use self::open_run::{OpenRun, OpenRunError};
use crate::{
    Answered, ArtifactId, Assigned, EnvironmentId, Generation, OutcomeId, Timestamp, VersionNumber,
};

/// The longest class of an error, in bytes.
const MAX_CLASS: usize = 200;
/// The longest message of a failure that is kept, in bytes; longer ones are cut.
const MAX_MESSAGE: usize = 4_096;
/// The longest trace id, in bytes.
const MAX_TRACE: usize = 255;
/// The longest name of a score, in bytes.
const MAX_SCORE_NAME: usize = 100;
/// The most scores of one outcome.
const MAX_SCORES: usize = 64;

/// Why a part of an outcome is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OutcomeError {
    /// A class of errors is a word, such as `TypeError`.
    #[error("{given:?} is not an error class: expected 1 to 200 characters without spaces")]
    Class {
        /// What was given, cut.
        given: String,
    },
    /// A score is a finite number.
    #[error("{0} is not a score: expected a finite number")]
    Score(f64),
    /// A cost is not negative.
    #[error("{0} is not a cost: expected a number that is not negative")]
    Cost(f64),
    /// A trace id is a short text.
    #[error("the trace id is not 1 to 255 printable characters")]
    Trace,
    /// The name of a score is a short word or a few.
    #[error("{given:?} does not name a score: expected 1 to 100 bytes of printable characters")]
    ScoreName {
        /// What was given, cut.
        given: String,
    },
    /// More scores than are taken.
    #[error("the outcome has {0} scores: the limit is 64")]
    TooManyScores(usize),
}

/// The class of an error, such as `TypeError`: the structured kind that a runtime gives it, never a
/// word found in its message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ErrorClass(Arc<str>);

impl ErrorClass {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ErrorClass {
    type Err = OutcomeError;

    fn from_str(text: &str) -> Result<Self, OutcomeError> {
        let word = !text.is_empty()
            && text.len() <= MAX_CLASS
            && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if word {
            return Ok(Self(text.into()));
        }
        Err(OutcomeError::Class { given: text.chars().take(80).collect() })
    }
}

impl TryFrom<String> for ErrorClass {
    type Error = OutcomeError;

    fn try_from(text: String) -> Result<Self, OutcomeError> {
        text.parse()
    }
}

impl From<ErrorClass> for String {
    fn from(class: ErrorClass) -> Self {
        class.0.as_ref().into()
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A finite number.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Score(f64);

impl Score {
    /// Takes a number.
    ///
    /// # Errors
    ///
    /// [`OutcomeError::Score`] if it is infinite or not a number.
    pub fn new(score: f64) -> Result<Self, OutcomeError> {
        if score.is_finite() { Ok(Self(score + 0.0)) } else { Err(OutcomeError::Score(score)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

// A score is never NaN, so its equality is reflexive.
impl Eq for Score {}

impl TryFrom<f64> for Score {
    type Error = OutcomeError;

    fn try_from(score: f64) -> Result<Self, OutcomeError> {
        Self::new(score)
    }
}

impl From<Score> for f64 {
    fn from(score: Score) -> Self {
        score.0
    }
}

/// What went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RawFailure")]
pub struct Failure {
    class: Option<ErrorClass>,
    // Invariant: at most MAX_MESSAGE bytes, no NUL.
    message: String,
}

#[derive(Deserialize)]
struct RawFailure {
    class: Option<ErrorClass>,
    message: String,
}

impl From<RawFailure> for Failure {
    fn from(raw: RawFailure) -> Self {
        Self::new(raw.class, &raw.message)
    }
}

impl Failure {
    /// A failure of a class, if it is known, with a message that is cut to 4,096 bytes.
    #[must_use]
    pub fn new(class: Option<ErrorClass>, message: &str) -> Self {
        let end = message.floor_char_boundary(MAX_MESSAGE);
        let mut message = message.get(..end).unwrap_or_default().replace('\0', "\u{fffd}");
        // What stands for a NUL is longer than a NUL.
        message.truncate(message.floor_char_boundary(MAX_MESSAGE));
        Self { class, message }
    }

    /// The class of the error, if it is known.
    #[must_use]
    pub const fn class(&self) -> Option<&ErrorClass> {
        self.class.as_ref()
    }

    /// What the program said.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeStatus {
    /// Well.
    Succeeded,
    /// Not well.
    Failed(Failure),
    /// Nobody knows: it is counted, and no rule looks at it.
    Unknown,
}

/// What an outcome is about: a version, where it was live, and in which stay of it there. A late
/// failure of one version can never count against another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// Whose version ran.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// The version.
    pub version: VersionNumber,
    /// The generation of the environment's pointer when it ran; [`Generation::ZERO`] for a version
    /// that ran without being live.
    pub generation: Generation,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}@{} in {} (generation {})",
            self.artifact, self.version, self.environment, self.generation
        )
    }
}

/// The result of one execution of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its name: the same outcome reported twice is counted once.
    pub id: OutcomeId,
    /// What ran.
    pub subject: Subject,
    /// When it ended, by the clock of who ran it.
    pub at: Timestamp,
    /// How it ended.
    pub status: OutcomeStatus,
    /// How long it took.
    pub duration: Option<Duration>,
    /// What it cost, in the user's own unit.
    pub cost: Option<Score>,
    /// Further measurements by name.
    pub scores: BTreeMap<String, Score>,
    /// Where to look for more.
    pub trace_id: Option<String>,
    /// If it is of a copy of a run that another version answered: how that one ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Answered>,
    /// How it came to its version, if that shared the runs with others and it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
}

impl Outcome {
    /// An outcome with nothing but how it ended.
    #[must_use]
    pub fn new(id: OutcomeId, subject: Subject, at: Timestamp, status: OutcomeStatus) -> Self {
        Self {
            id,
            subject,
            at,
            status,
            duration: None,
            cost: None,
            scores: BTreeMap::new(),
            trace_id: None,
            beside: None,
            assigned: None,
        }
    }

    /// When it began: so long before it ended as it took, and when it ended if nobody said how long that was.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        self.at.saturating_sub(self.duration.unwrap_or_default())
    }

    /// Whether it failed.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self.status, OutcomeStatus::Failed(_))
    }

    /// Checks what needs no store to be checked.
    ///
    /// # Errors
    ///
    /// [`OutcomeError`] if the cost is negative, there are too many scores, or the name of one or the
    /// trace id is not one.
    pub fn check(&self) -> Result<(), OutcomeError> {
        if let Some(cost) = self.cost.filter(|cost| cost.get() < 0.0) {
            return Err(OutcomeError::Cost(cost.get()));
        }
        if self.scores.len() > MAX_SCORES {
            return Err(OutcomeError::TooManyScores(self.scores.len()));
        }
        if let Some(name) = self.scores.keys().find(|name| !is_line(name, MAX_SCORE_NAME)) {
            return Err(OutcomeError::ScoreName { given: name.chars().take(80).collect() });
        }
        if self.trace_id.as_ref().is_some_and(|id| !is_line(id, MAX_TRACE)) {
            return Err(OutcomeError::Trace);
        }
        Ok(())
    }
}

/// Whether a text is one line of something, up to a length in bytes.
fn is_line(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && !text.chars().any(char::is_control)
}
