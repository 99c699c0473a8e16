//! Runs that are open, as they are stored.

use serde::{Deserialize, Serialize};
use sternway_types::{Assigned, Generation, OpenRun, OutcomeId, Subject, Timestamp, VersionNumber};
use uuid::Uuid;

use super::{Decoded, part};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredRun {
    id: [u8; 16],
    artifact: String,
    environment: String,
    version: u64,
    generation: u64,
    opened: i64,
    due: i64,
    /// Nothing: nobody said it. A bucket, or -1 for chance.
    assigned: Option<i16>,
}

impl StoredRun {
    pub(in crate::kv) fn new(run: &OpenRun) -> Self {
        Self {
            id: *run.id.as_uuid().as_bytes(),
            artifact: run.subject.artifact.to_string(),
            environment: run.subject.environment.to_string(),
            version: run.subject.version.get(),
            generation: run.subject.generation.get(),
            opened: run.opened.as_micros(),
            due: run.due.as_micros(),
            assigned: run.assigned.map(Assigned::code),
        }
    }

    pub(in crate::kv) fn into_run(self) -> Decoded<OpenRun> {
        let assigned = self.assigned.map(|code| Assigned::of_code(code).ok_or("there is no such"));
        Ok(OpenRun {
            id: OutcomeId::from_uuid(Uuid::from_bytes(self.id)),
            subject: Subject {
                artifact: part("artifact", self.artifact.parse())?,
                environment: part("environment", self.environment.parse())?,
                version: VersionNumber::new(self.version).ok_or("its version is 0")?,
                generation: Generation::new(self.generation),
            },
            opened: Timestamp::from_micros(self.opened),
            due: Timestamp::from_micros(self.due),
            assigned: part("bucket", assigned.transpose())?,
        })
    }
}
