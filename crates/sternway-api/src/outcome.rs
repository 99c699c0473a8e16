//! Outcomes, as they are shown.

use std::collections::BTreeMap;

use serde::Serialize;
use sternway_types::{
    ArtifactId, Assigned, EnvironmentId, Generation, Outcome, OutcomeId, OutcomeStatus, Subject,
    Timestamp, VersionNumber,
};

/// What an outcome is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubjectView {
    /// Whose version ran.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// The version.
    pub version: VersionNumber,
    /// The generation of the environment's pointer when it ran; 0 if it was not live.
    pub generation: Generation,
}

impl From<&Subject> for SubjectView {
    fn from(subject: &Subject) -> Self {
        Self {
            artifact: subject.artifact.clone(),
            environment: subject.environment.clone(),
            version: subject.version,
            generation: subject.generation,
        }
    }
}

/// The result of one execution of a version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeView {
    /// Its id.
    pub id: OutcomeId,
    /// What ran.
    pub subject: SubjectView,
    /// When it ended.
    pub at: Timestamp,
    /// `succeeded`, `failed` or `unknown`.
    pub status: &'static str,
    /// The class of the error, if it failed with a known one.
    pub error_class: Option<String>,
    /// What the program said when it failed.
    pub message: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// What it cost, in the user's own unit.
    pub cost: Option<f64>,
    /// Further measurements by name.
    pub scores: BTreeMap<String, f64>,
    /// Where to look for more.
    pub trace_id: Option<String>,
    /// If it is of a copy of a run: `succeeded` or `failed`, as what answered did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<&'static str>,
    /// How it came to its version, if that shared the runs with others: `chance`, or the bucket of its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
}

impl From<&Outcome> for OutcomeView {
    fn from(outcome: &Outcome) -> Self {
        let (status, failure) = match &outcome.status {
            OutcomeStatus::Succeeded => ("succeeded", None),
            OutcomeStatus::Failed(failure) => ("failed", Some(failure)),
            OutcomeStatus::Unknown => ("unknown", None),
        };
        let scores = outcome.scores.iter().map(|(name, score)| (name.clone(), score.get()));
        Self {
            id: outcome.id,
            subject: (&outcome.subject).into(),
            at: outcome.at,
            status,
            error_class: failure.and_then(|failure| failure.class()).map(ToString::to_string),
            message: failure.map(|failure| failure.message().to_owned()),
            duration_ms: outcome.duration.map(|duration| duration.as_secs_f64() * 1e3),
            cost: outcome.cost.map(sternway_types::Score::get),
            scores: scores.collect(),
            trace_id: outcome.trace_id.clone(),
            beside: outcome.beside.map(sternway_types::Answered::as_str),
            assigned: outcome.assigned,
        }
    }
}
