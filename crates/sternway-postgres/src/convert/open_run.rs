//! Rows of open runs to what they say, and back.

use sternway_store::StoreError;
use sternway_types::{Assigned, Generation, OpenRun, OutcomeId, Subject, Timestamp, VersionNumber};

use super::{part, signed};
use crate::{error::corrupt, rows::OpenRunRow};

impl OpenRunRow {
    pub(crate) fn new(run: &OpenRun) -> Self {
        Self {
            id: run.id.as_uuid(),
            artifact: run.subject.artifact.to_string(),
            environment: run.subject.environment.to_string(),
            version: signed(run.subject.version.get()),
            generation: signed(run.subject.generation.get()),
            opened: run.opened.as_micros(),
            due: run.due.as_micros(),
            bucket: run.assigned.map(Assigned::code),
        }
    }

    pub(crate) fn open_run(&self) -> Result<OpenRun, StoreError> {
        let place = || format!("open run {}", self.id);
        let version = u64::try_from(self.version).ok().and_then(VersionNumber::new);
        let assigned = |code| Assigned::of_code(code).ok_or("there is no such bucket");
        Ok(OpenRun {
            id: OutcomeId::from_uuid(self.id),
            subject: Subject {
                artifact: part(&place, "artifact", self.artifact.parse())?,
                environment: part(&place, "environment", self.environment.parse())?,
                version: version.ok_or_else(|| corrupt(place(), "its version is not one"))?,
                generation: Generation::new(part(
                    &place,
                    "generation",
                    u64::try_from(self.generation),
                )?),
            },
            opened: Timestamp::from_micros(self.opened),
            due: Timestamp::from_micros(self.due),
            assigned: part(&place, "bucket", self.bucket.map(assigned).transpose())?,
        })
    }
}
