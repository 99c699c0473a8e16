//! Outcomes, as they are stored.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sternway_types::{
    Answered, Assigned, ErrorClass, Failure, Outcome, OutcomeId, OutcomeStatus, Score, Subject,
    Timestamp,
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
    /// Of a copy of a run, or one that says how it was assigned. Since format 2.
    More {
        own: StoredEnd,
        other_failed: Option<bool>,
        /// Nothing: nobody said it. A bucket, or -1 for chance.
        assigned: Option<i16>,
    },
}

/// How such a run ended: as above.
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
        let other_failed = outcome.beside.map(|answered| answered == Answered::Failed);
        let assigned = outcome.assigned.map(Assigned::code);
        match (own, other_failed, assigned) {
            (StoredEnd::Succeeded, None, None) => Self::Succeeded,
            (StoredEnd::Failed { class, message }, None, None) => Self::Failed { class, message },
            (StoredEnd::Unknown, None, None) => Self::Unknown,
            (own, other_failed, assigned) => Self::More { own, other_failed, assigned },
        }
    }

    fn into_parts(self) -> Decoded<(OutcomeStatus, Option<Answered>, Option<Assigned>)> {
        let (own, other_failed, assigned) = match self {
            Self::Succeeded => (StoredEnd::Succeeded, None, None),
            Self::Failed { class, message } => (StoredEnd::Failed { class, message }, None, None),
            Self::Unknown => (StoredEnd::Unknown, None, None),
            Self::More { own, other_failed, assigned } => (own, other_failed, assigned),
        };
        let answered = |failed| if failed { Answered::Failed } else { Answered::Succeeded };
        let assigned = assigned.map(|code| Assigned::of_code(code).ok_or("its bucket is none"));
        Ok((own.into_status()?, other_failed.map(answered), assigned.transpose()?))
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
        let (status, beside, assigned) = self.status.into_parts()?;
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
            assigned,
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

    /// The format that holds it: the first one has no copies of runs, and nothing assigned.
    pub(in crate::kv) fn format(&self) -> u8 {
        let says_more = |it: &StoredOutcome| matches!(it.status, StoredStatus::More { .. });
        if self.0.iter().any(says_more) { codec::SECOND } else { codec::FIRST }
    }

    pub(in crate::kv) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::kv) fn into_outcomes(self, subject: &Subject) -> Decoded<Vec<Outcome>> {
        self.0.into_iter().map(|outcome| outcome.into_outcome(subject)).collect()
    }
}
