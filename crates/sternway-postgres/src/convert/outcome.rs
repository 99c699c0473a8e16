//! Rows of outcomes to what they say, and back.

use std::time::Duration;

use sternway_store::StoreError;
use sternway_types::{
    Answered, Assigned, ErrorClass, Failure, Outcome, OutcomeId, OutcomeStatus, Score, Subject,
    Timestamp,
};

use super::part;
use crate::{error::corrupt, rows::OutcomeRow};

impl OutcomeRow {
    pub(crate) fn new(outcome: &Outcome) -> Self {
        let failure = match &outcome.status {
            OutcomeStatus::Failed(failure) => Some(failure),
            OutcomeStatus::Succeeded | OutcomeStatus::Unknown => None,
        };
        Self {
            id: outcome.id.as_uuid(),
            at: outcome.at.as_micros(),
            status: match &outcome.status {
                OutcomeStatus::Succeeded => 0,
                OutcomeStatus::Failed(_) => 1,
                OutcomeStatus::Unknown => 2,
            },
            class: failure.and_then(|it| it.class()).map(ToString::to_string),
            message: failure.map(|it| it.message().to_owned()),
            seconds: outcome.duration.map(|it| it.as_secs()),
            nanos: outcome.duration.and_then(|it| i32::try_from(it.subsec_nanos()).ok()),
            cost: outcome.cost.map(Score::get),
            // Names and finite numbers.
            scores: (!outcome.scores.is_empty())
                .then(|| serde_json::to_string(&outcome.scores).unwrap_or_default()),
            trace: outcome.trace_id.clone(),
            bucket: outcome.assigned.map(Assigned::code),
            other_failed: outcome.beside.map(|it| it == Answered::Failed),
        }
    }

    pub(crate) fn outcome(&self, subject: &Subject) -> Result<Outcome, StoreError> {
        let place = || format!("outcome {} of {subject}", self.id);
        let status = match self.status {
            0 => OutcomeStatus::Succeeded,
            1 => {
                let class = self.class.as_deref().map(str::parse::<ErrorClass>).transpose();
                let message = self.message.as_deref().unwrap_or_default();
                OutcomeStatus::Failed(Failure::new(part(&place, "class", class)?, message))
            }
            2 => OutcomeStatus::Unknown,
            other => return Err(corrupt(place(), format!("{other} is no way to end"))),
        };
        let scores = self.scores.as_deref().map(serde_json::from_str).transpose();
        let duration = self.seconds.zip(self.nanos).map(|(seconds, nanos)| {
            let nanos = part(&place, "duration", u32::try_from(nanos))?;
            Ok::<_, StoreError>(Duration::new(seconds, nanos))
        });
        let assigned = |code| Assigned::of_code(code).ok_or("there is no such bucket");
        let assigned = self.bucket.map(assigned);
        Ok(Outcome {
            id: OutcomeId::from_uuid(self.id),
            subject: subject.clone(),
            at: Timestamp::from_micros(self.at),
            status,
            duration: duration.transpose()?,
            cost: part(&place, "cost", self.cost.map(Score::new).transpose())?,
            scores: part(&place, "scores", scores)?.unwrap_or_default(),
            trace_id: self.trace.clone(),
            beside: self.other_failed.map(answered),
            assigned: part(&place, "bucket", assigned.transpose())?,
        })
    }
}

const fn answered(failed: bool) -> Answered {
    if failed { Answered::Failed } else { Answered::Succeeded }
}
