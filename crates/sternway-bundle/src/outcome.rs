//! Outcomes as lines of JSON: a line that says whose they are, and one for each.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use sternway_types::{
    Answered, Assigned, Outcome, OutcomeId, OutcomeStatus, Score, Subject, Timestamp,
};

/// Outcomes of one subject that follow each other in its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The subject.
    pub subject: Subject,
    /// How many of its outcomes, from the first one on, were judged.
    pub judged: u64,
    /// The place of the first of these in the log, from 0.
    pub from: u64,
    /// The outcomes, in the order of the log.
    pub outcomes: Vec<Outcome>,
}

/// The line before the outcomes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogShape {
    pub(crate) subject: Subject,
    pub(crate) judged: u64,
    pub(crate) from: u64,
    /// How many lines follow.
    pub(crate) outcomes: u64,
}

/// An outcome, without its subject.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutcomeShape {
    id: OutcomeId,
    at: Timestamp,
    status: OutcomeStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration: Option<Duration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost: Option<Score>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    scores: BTreeMap<String, Score>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beside: Option<Answered>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assigned: Option<Assigned>,
}

impl OutcomeShape {
    pub(crate) fn new(outcome: &Outcome) -> Self {
        Self {
            id: outcome.id,
            at: outcome.at,
            status: outcome.status.clone(),
            duration: outcome.duration,
            cost: outcome.cost,
            scores: outcome.scores.clone(),
            trace_id: outcome.trace_id.clone(),
            beside: outcome.beside,
            assigned: outcome.assigned,
        }
    }

    pub(crate) fn into_outcome(self, subject: &Subject) -> Outcome {
        Outcome {
            id: self.id,
            subject: subject.clone(),
            at: self.at,
            status: self.status,
            duration: self.duration,
            cost: self.cost,
            scores: self.scores,
            trace_id: self.trace_id,
            beside: self.beside,
            assigned: self.assigned,
        }
    }
}
