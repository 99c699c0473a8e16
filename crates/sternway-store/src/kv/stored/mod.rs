//! The structs that are stored, in format 1, and what they hold beyond it, in formats 2 and 3.
//!
//! They are not the domain types: those may change from one release to the next, these never. A
//! change of what is stored is a new format beside this one. Small records (policies, latched
//! verdicts, condemnations, …) are stored as the JSON of [`Record`](sternway_types::Record), which
//! has a stable shape of its own since people write it in files.

mod commit;
mod floor;
mod more;
mod noted;
mod outcome;
mod run;
mod spread;
mod tally;
mod version;

use serde::{Deserialize, Serialize};
use sternway_types::{Digest, RecordEntry, RecordKey, Revision, Timestamp};

pub(super) use self::{
    commit::{StoredCommit, StoredMove, StoredPointer},
    floor::{StoredFloor, StoredRows},
    more::StoredMore,
    noted::StoredNoted,
    outcome::StoredBlock,
    run::StoredRun,
    spread::StoredSpread,
    tally::{StoredSums, StoredTallies, StoredWhole},
    version::{StoredArtifact, StoredVersion},
};

/// A stored value whose parts do not make a domain value: the text says which part.
pub(super) type Decoded<T> = Result<T, String>;

/// Says which part of a stored value could not be understood.
fn part<T, E: std::fmt::Display>(name: &str, parsed: Result<T, E>) -> Decoded<T> {
    parsed.map_err(|err| format!("its {name} cannot be understood ({err})"))
}

/// The header of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredHeader {
    /// Always [`StoredHeader::MAGIC`].
    pub(super) magic: String,
    /// The layout of the keys.
    pub(super) layout: u8,
}

impl StoredHeader {
    pub(super) const MAGIC: &str = "sternway store";
    /// The layout that is written: 3 was the first one that was kept, 4 gave contents heads, and 5
    /// tallies their errors and blocks.
    pub(super) const LAYOUT: u8 = 5;
    /// The oldest layout that is brought to it.
    pub(super) const OLDEST: u8 = 3;
}

/// Where a namespace stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredHead {
    pub(super) revision: u64,
    pub(super) at: i64,
    pub(super) chain: [u8; 32],
}

impl From<StoredHead> for crate::Head {
    fn from(head: StoredHead) -> Self {
        Self {
            revision: Revision::new(head.revision),
            at: Timestamp::from_micros(head.at),
            chain: Digest::from_bytes(head.chain),
        }
    }
}

/// What a changeset id was used for. Its commit tells a repetition from another changeset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredChangeset {
    pub(super) revision: u64,
}

/// A record, under a key that holds its kind and name as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredRecord {
    pub(super) key: String,
    pub(super) json: Option<String>,
    pub(super) generation: u64,
    pub(super) revision: u64,
    pub(super) at: i64,
}

impl StoredRecord {
    pub(super) fn new(entry: &RecordEntry) -> Decoded<Self> {
        let json = entry.record.as_ref().map(serde_json::to_string).transpose();
        Ok(Self {
            key: part("key", serde_json::to_string(&entry.key))?,
            json: part("record", json)?,
            generation: entry.generation.get(),
            revision: entry.revision.get(),
            at: entry.at.as_micros(),
        })
    }

    pub(super) fn into_entry(self) -> Decoded<RecordEntry> {
        let record = self.json.as_deref().map(serde_json::from_str).transpose();
        let key: RecordKey = part("key", serde_json::from_str(&self.key))?;
        Ok(RecordEntry {
            key,
            record: part("record", record)?,
            generation: sternway_types::Generation::new(self.generation),
            revision: Revision::new(self.revision),
            at: Timestamp::from_micros(self.at),
        })
    }
}
