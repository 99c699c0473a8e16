//! Outcomes, as they are stored.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sternway_types::{
    Answered, ErrorClass, Failure, Outcome, OutcomeId, OutcomeStatus, Score, Subject, Timestamp,
};
use uuid::Uuid;

use super::{Decoded, part};
use crate::kv::codec;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum StoredStatus {
    Succeeded,
    Failed {
        class: Option<String>,
        message: String,
    },
    Unknown,
    /// Of a copy of a run. Since format 2.
    Copied {
        other_failed: bool,
        own: StoredEnd,
    },
}

/// How a copy of a run ended: as above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum StoredEnd {
    Succeeded,
    Failed { class: Option<String>, message: String },
    Unknown,
}

impl StoredEnd {
    fn new(status: &OutcomeStatus) -> Self {
        match status {
            OutcomeStatus::Succeeded => Self::Succeeded,
            OutcomeStatus::Failed(failure) => Self::Failed {
                class: failure.class().map(ToString::to_string),
                message: failure.message().into(),
            },
            OutcomeStatus::Unknown => Self::Unknown,
        }
    }

    fn into_status(self) -> Decoded<OutcomeStatus> {
        Ok(match self {
            Self::Succeeded => OutcomeStatus::Succeeded,
            Self::Failed { class, message } => {
                OutcomeStatus::Failed(Failure::new(read_class(class)?, &message))
            }
            Self::Unknown => OutcomeStatus::Unknown,
        })
    }
}

impl StoredStatus {
    fn new(outcome: &Outcome) -> Self {
        let own = StoredEnd::new(&outcome.status);
        match (outcome.beside, own) {
            (Some(answered), own) => {
                Self::Copied { other_failed: answered == Answered::Failed, own }
            }
            (None, StoredEnd::Succeeded) => Self::Succeeded,
            (None, StoredEnd::Failed { class, message }) => Self::Failed { class, message },
            (None, StoredEnd::Unknown) => Self::Unknown,
        }
    }

    fn into_parts(self) -> Decoded<(OutcomeStatus, Option<Answered>)> {
        let (own, beside) = match self {
            Self::Succeeded => (StoredEnd::Succeeded, None),
            Self::Failed { class, message } => (StoredEnd::Failed { class, message }, None),
            Self::Unknown => (StoredEnd::Unknown, None),
            Self::Copied { other_failed: true, own } => (own, Some(Answered::Failed)),
            Self::Copied { other_failed: false, own } => (own, Some(Answered::Succeeded)),
        };
        Ok((own.into_status()?, beside))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct StoredOutcome {
    id: [u8; 16],
    at: i64,
    status: StoredStatus,
    duration: Option<Duration>,
    cost: Option<f64>,
    scores: Vec<(String, f64)>,
    trace_id: Option<String>,
}

impl StoredOutcome {
    fn new(outcome: &Outcome) -> Self {
        Self {
            id: *outcome.id.as_uuid().as_bytes(),
            at: outcome.at.as_micros(),
            status: StoredStatus::new(outcome),
            duration: outcome.duration,
            cost: outcome.cost.map(Score::get),
            scores: outcome
                .scores
                .iter()
                .map(|(name, score)| (name.clone(), score.get()))
                .collect(),
            trace_id: outcome.trace_id.clone(),
        }
    }

    fn into_outcome(self, subject: &Subject) -> Decoded<Outcome> {
        let (status, beside) = self.status.into_parts()?;
        let scores = self.scores.into_iter().map(|(name, score)| Ok((name, Score::new(score)?)));
        Ok(Outcome {
            id: OutcomeId::from_uuid(Uuid::from_bytes(self.id)),
            subject: subject.clone(),
            at: Timestamp::from_micros(self.at),
            status,
            duration: self.duration,
            cost: part("cost", self.cost.map(Score::new).transpose())?,
            scores: part("scores", scores.collect::<Result<_, sternway_types::OutcomeError>>())?,
            trace_id: self.trace_id,
            beside,
        })
    }
}

pub(super) fn read_class(class: Option<String>) -> Decoded<Option<ErrorClass>> {
    part("error class", class.map(|class| class.parse()).transpose())
}

/// Outcomes that came in one append, under a key that holds their subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredBlock(Vec<StoredOutcome>);

impl StoredBlock {
    pub(in crate::kv) fn new(outcomes: &[&Outcome]) -> Self {
        Self(outcomes.iter().copied().map(StoredOutcome::new).collect())
    }

    /// The format that holds it: the first one has no copies of runs.
    pub(in crate::kv) fn format(&self) -> u8 {
        let is_copy = |it: &StoredOutcome| matches!(it.status, StoredStatus::Copied { .. });
        if self.0.iter().any(is_copy) { codec::FORMAT } else { codec::FIRST }
    }

    pub(in crate::kv) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::kv) fn into_outcomes(self, subject: &Subject) -> Decoded<Vec<Outcome>> {
        self.0.into_iter().map(|outcome| outcome.into_outcome(subject)).collect()
    }
}
