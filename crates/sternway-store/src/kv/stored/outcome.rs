//! Outcomes, as they are stored.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sternway_types::{
    ErrorClass, Failure, Outcome, OutcomeId, OutcomeStatus, Score, Subject, Timestamp,
};
use uuid::Uuid;

use super::{Decoded, part};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum StoredStatus {
    Succeeded,
    Failed { class: Option<String>, message: String },
    Unknown,
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
            status: match &outcome.status {
                OutcomeStatus::Succeeded => StoredStatus::Succeeded,
                OutcomeStatus::Failed(failure) => StoredStatus::Failed {
                    class: failure.class().map(ToString::to_string),
                    message: failure.message().into(),
                },
                OutcomeStatus::Unknown => StoredStatus::Unknown,
            },
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
        let status = match self.status {
            StoredStatus::Succeeded => OutcomeStatus::Succeeded,
            StoredStatus::Failed { class, message } => {
                OutcomeStatus::Failed(Failure::new(read_class(class)?, &message))
            }
            StoredStatus::Unknown => OutcomeStatus::Unknown,
        };
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

    pub(in crate::kv) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::kv) fn into_outcomes(self, subject: &Subject) -> Decoded<Vec<Outcome>> {
        self.0.into_iter().map(|outcome| outcome.into_outcome(subject)).collect()
    }
}
