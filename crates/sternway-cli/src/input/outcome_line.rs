//! One outcome as a line of JSON: who writes a log of runs writes it like this.
//!
//! The members are those of a single `record` and of the outcomes that programs are shown. What is
//! not known is refused with the nearest name, since a misspelled member would lose its value in
//! silence.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use sternway::{
    Outcome,
    types::{
        Answered, ArtifactId, Assigned, EnvironmentId, IdError, OutcomeError, Timestamp,
        VersionNumber, check_json,
    },
};

use super::lines::MAX_LINE;
use crate::error::nearest;

/// Why a line is no outcome.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum LineError {
    /// It is too long to be read.
    #[error("it is longer than {MAX_LINE} bytes")]
    TooLong,
    /// It is no JSON object.
    #[error("it is no JSON object: each line is one, such as {{\"ok\":true}}")]
    NoObject,
    /// It is not JSON, or not of this shape.
    #[error("{0}")]
    Json(String),
    /// A member is not known.
    #[error("there is no member {given:?}: {meant}")]
    Unknown {
        /// What it is called.
        given: String,
        /// What is called nearly like that, or else what there is.
        meant: String,
    },
    /// A name in it is not one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// It does not say how the run ended.
    #[error("it does not say how the run ended: expected \"ok\": true or false, or \"status\"")]
    NoEnd,
    /// It says twice how the run ended.
    #[error("it says how the run ended twice: leave out \"ok\" or \"status\"")]
    TwoEnds,
    /// It has an error, and did not fail.
    #[error("it has an \"error\" and did not fail")]
    ErrorWithoutFailure,
    /// Its duration is none.
    #[error("{0} is not a duration in milliseconds")]
    Duration(f64),
    /// Nobody says whose version ran.
    #[error("it names no \"artifact\", and no REF was given for such lines")]
    NoArtifact,
    /// A part of the outcome is not taken.
    #[error(transparent)]
    Outcome(#[from] OutcomeError),
    /// It names itself nothing.
    #[error("its \"id\" is empty: leave it out, or give it one")]
    EmptyId,
}

/// What a line is about, as far as it says; the rest is as it is for the whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Target {
    /// Whose version ran.
    pub(crate) artifact: Option<ArtifactId>,
    /// Which.
    pub(crate) version: Option<VersionNumber>,
    /// Where.
    pub(crate) environment: Option<EnvironmentId>,
}

/// One outcome, as its line tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutcomeLine {
    /// What ran.
    pub(crate) target: Target,
    /// What the run is called.
    pub(crate) id: Option<String>,
    /// How it went.
    pub(crate) outcome: Outcome,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    artifact: Option<String>,
    version: Option<RawVersion>,
    environment: Option<String>,
    ok: Option<bool>,
    status: Option<Status>,
    error: Option<RawError>,
    duration_ms: Option<f64>,
    cost: Option<f64>,
    scores: Option<BTreeMap<String, f64>>,
    trace_id: Option<String>,
    beside: Option<Beside>,
    assigned: Option<Assigned>,
    at: Option<Timestamp>,
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a version is a number, or a text such as \"v2\"")]
enum RawVersion {
    Number(VersionNumber),
    Text(String),
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Status {
    Succeeded,
    Failed,
    Unknown,
}

/// How what answered ended, of whose run this one is a copy.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Beside {
    #[serde(alias = "success")]
    Succeeded,
    #[serde(alias = "failure")]
    Failed,
}

impl From<Beside> for Answered {
    fn from(beside: Beside) -> Self {
        match beside {
            Beside::Succeeded => Self::Succeeded,
            Beside::Failed => Self::Failed,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawError {
    class: Option<String>,
    message: Option<String>,
}

impl OutcomeLine {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`LineError`] with what is wrong with it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, LineError> {
        if bytes.first() != Some(&b'{') {
            return Err(LineError::NoObject);
        }
        let raw: Raw = serde_json::from_slice(bytes).map_err(|err| explain(&err))?;
        // The members of the line itself cannot be named twice; those of its scores could.
        if raw.scores.is_some() {
            check_json(bytes).map_err(|err| LineError::Json(err.to_string()))?;
        }
        let target = raw.target()?;
        let mut outcome = raw.end()?;
        if let Some(duration) = raw.duration_ms {
            let took = Duration::try_from_secs_f64(duration / 1e3);
            outcome = outcome.took(took.map_err(|_| LineError::Duration(duration))?);
        }
        if let Some(cost) = raw.cost {
            outcome = outcome.cost(cost);
        }
        for (name, score) in raw.scores.into_iter().flatten() {
            outcome = outcome.score(name, score);
        }
        if let Some(trace) = raw.trace_id {
            outcome = outcome.trace(trace);
        }
        if let Some(beside) = raw.beside {
            outcome = outcome.beside(beside.into());
        }
        if let Some(assigned) = raw.assigned {
            outcome = outcome.assigned(assigned);
        }
        if let Some(at) = raw.at {
            outcome = outcome.at(at);
        }
        if raw.id.as_ref().is_some_and(String::is_empty) {
            return Err(LineError::EmptyId);
        }
        Ok(Self { target, id: raw.id, outcome })
    }
}

impl Raw {
    fn target(&self) -> Result<Target, LineError> {
        let version = match &self.version {
            None => None,
            Some(RawVersion::Number(number)) => Some(*number),
            Some(RawVersion::Text(text)) => {
                let number = text.parse();
                Some(number.map_err(|err: sternway::types::NumberError| {
                    LineError::Json(err.to_string())
                })?)
            }
        };
        Ok(Target {
            artifact: self.artifact.as_deref().map(str::parse).transpose()?,
            version,
            environment: self.environment.as_deref().map(str::parse).transpose()?,
        })
    }

    fn end(&self) -> Result<Outcome, LineError> {
        let status = match (self.ok, self.status) {
            (None, None) => return Err(LineError::NoEnd),
            (Some(_), Some(_)) => return Err(LineError::TwoEnds),
            (Some(true), None) => Status::Succeeded,
            (Some(false), None) => Status::Failed,
            (None, Some(status)) => status,
        };
        if self.error.is_some() && status != Status::Failed {
            return Err(LineError::ErrorWithoutFailure);
        }
        Ok(match status {
            Status::Succeeded => Outcome::ok(),
            Status::Unknown => Outcome::unknown(),
            Status::Failed => {
                let error = self.error.as_ref();
                let message = error.and_then(|error| error.message.clone());
                let failed = Outcome::failed(message.unwrap_or_default());
                match error.and_then(|error| error.class.clone()) {
                    Some(class) => failed.class(class),
                    None => failed,
                }
            }
        })
    }
}

/// What the parser says, without the line that it counts for itself, and with a better hint.
fn explain(err: &serde_json::Error) -> LineError {
    let text = err.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    let message = text.get(..end).unwrap_or_default();
    if message.starts_with("unknown field") {
        // The parser names the unknown member first, and then those that it knows.
        let mut names = message.split('`').skip(1).step_by(2).map(str::to_owned);
        let given = names.next().unwrap_or_default();
        let there: Vec<_> = names.collect();
        let meant = match nearest(&given, there.iter().cloned()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("expected {}", there.join(", ")),
        };
        return LineError::Unknown { given, meant };
    }
    LineError::Json(format!("{message} (column {})", err.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str, expected: &str) {
        let problem = OutcomeLine::parse(line.as_bytes()).unwrap_err().to_string();
        assert!(problem.contains(expected), "{problem}");
    }

    fn taken(line: &str) -> OutcomeLine {
        OutcomeLine::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn a_line_says_how_it_ended_and_no_more_than_it_knows() {
        assert_eq!(taken(r#"{"ok":true}"#).outcome, Outcome::ok());
        assert_eq!(taken(r#"{"status":"unknown"}"#).outcome, Outcome::unknown());
        assert_eq!(taken(r#"{"ok":false,"id":null}"#).outcome, Outcome::failed(""));
        assert_eq!(taken(r#"{"ok":true}"#).target, Target::default());
    }

    #[test]
    fn everything_that_can_be_said_arrives() {
        let line = taken(
            r#"{"artifact":"tools/search","version":"v2","environment":"staging","status":"failed",
            "error":{"class":"TypeError","message":"no q"},"duration_ms":90.5,"cost":0.25,
            "scores":{"help":1},"trace_id":"t","beside":"success","assigned":4711,"at":"2026-11-20T16:00:00Z","id":"run-7"}"#,
        );
        let expected = Outcome::failed("no q")
            .class("TypeError")
            .took(Duration::from_micros(90_500))
            .cost(0.25)
            .score("help", 1.0)
            .trace("t")
            .beside(Answered::Succeeded)
            .assigned("4711".parse().unwrap())
            .at("2026-11-20T16:00:00Z".parse().unwrap());
        assert_eq!(line.outcome, expected);
        assert_eq!(line.id.as_deref(), Some("run-7"));
        assert_eq!(line.target.version, VersionNumber::new(2));
        assert_eq!(taken(r#"{"ok":true,"version":2}"#).target.version, VersionNumber::new(2));
    }

    #[test]
    fn what_is_misspelled_is_named_with_what_was_meant() {
        refused(r#"{"ok":true,"eror":{}}"#, r#"there is no member "eror": did you mean "error"?"#);
        refused(r#"{"ok":false,"error":{"clas":"E"}}"#, r#"did you mean "class"?"#);
        refused(
            r#"{"ok":true,"zzz":1}"#,
            r#"there is no member "zzz": expected artifact, version, environment, ok, status, error"#,
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        refused("[]", "it is no JSON object: each line is one, such as {\"ok\":true}");
        refused("{\"ok\":true", "EOF while parsing");
        refused(r#"{"ok":1}"#, "expected a boolean (column");
        refused(r#"{"ok":true,"ok":false}"#, "duplicate field `ok`");
        refused(r#"{"ok":true,"scores":{"a":1,"a":2}}"#, "a member is named twice at /scores/a");
        refused(r#"{"artifact":"greeting","ok":true}"#, "it has no collection");
        refused(r#"{"version":0,"ok":true}"#, "a version is a number");
        refused(r#"{"version":"live","ok":true}"#, "is not a version number");
        refused(r#"{}"#, "it does not say how the run ended");
        refused(r#"{"ok":true,"status":"failed"}"#, "twice");
        refused(r#"{"ok":true,"error":{}}"#, "did not fail");
        refused(r#"{"ok":true,"duration_ms":-1}"#, "-1 is not a duration");
        refused(r#"{"ok":true,"at":"yesterday"}"#, "is not a time");
        refused(r#"{"ok":true,"id":""}"#, "empty");
        refused(r#"{"ok":true,"beside":true}"#, "column");
        refused(r#"{"ok":true,"assigned":10000}"#, "a bucket from 0 to 9999");
        refused(r#"{"ok":true,"assigned":true}"#, "a bucket from 0 to 9999");
        refused(
            r#"{"ok":true,"beside":"well"}"#,
            "unknown variant `well`, expected one of `succeeded`",
        );
    }
}
