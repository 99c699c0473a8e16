//! Outcomes and what they add up to, as they are stored.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sternway_types::{
    ErrorClass, Failure, Outcome, OutcomeId, OutcomeStatus, Recent, Score, Subject, Tally,
    Timestamp,
};
use uuid::Uuid;

use super::{Decoded, part};
use crate::Tallies;

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

fn read_class(class: Option<String>) -> Decoded<Option<ErrorClass>> {
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredRecent {
    id: [u8; 16],
    at: i64,
    failed: bool,
    class: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredTally {
    succeeded: u64,
    failed: u64,
    unknown: u64,
    recent: Vec<StoredRecent>,
}

impl StoredTally {
    fn new(tally: &Tally) -> Self {
        let recent = tally.recent().iter().map(|one| StoredRecent {
            id: *one.id.as_uuid().as_bytes(),
            at: one.at.as_micros(),
            failed: one.failed,
            class: one.class.as_ref().map(ToString::to_string),
        });
        Self {
            succeeded: tally.succeeded,
            failed: tally.failed,
            unknown: tally.unknown,
            recent: recent.collect(),
        }
    }

    fn into_tally(self) -> Decoded<Tally> {
        let recent = self.recent.into_iter().map(|one| {
            Ok(Recent {
                id: OutcomeId::from_uuid(Uuid::from_bytes(one.id)),
                at: Timestamp::from_micros(one.at),
                failed: one.failed,
                class: read_class(one.class)?,
            })
        });
        let recent = recent.collect::<Decoded<_>>()?;
        Ok(Tally::from_parts(self.succeeded, self.failed, self.unknown, recent))
    }
}

/// What is known of a subject. When everything was judged, the tally is stored once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredTallies {
    tally: StoredTally,
    judged: Option<StoredTally>,
}

impl StoredTallies {
    pub(in crate::kv) fn new(tallies: &Tallies) -> Self {
        let behind = tallies.judged != tallies.tally;
        Self {
            tally: StoredTally::new(&tallies.tally),
            judged: behind.then(|| StoredTally::new(&tallies.judged)),
        }
    }

    pub(in crate::kv) fn into_tallies(self) -> Decoded<Tallies> {
        let tally = self.tally.into_tally()?;
        let judged = match self.judged {
            Some(judged) => judged.into_tally()?,
            None => tally.clone(),
        };
        Ok(Tallies { tally, judged })
    }
}
