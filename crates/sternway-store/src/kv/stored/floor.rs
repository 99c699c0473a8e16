//! Where a namespace begins, as it is stored.

use serde::{Deserialize, Serialize};
use sternway_types::{Digest, Revision, Timestamp};

use crate::Floor;

/// How many rows of each table there are that history below the floor made: what `verify` cannot
/// count any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredRows {
    pub(in crate::kv) artifacts: u64,
    pub(in crate::kv) versions: u64,
    pub(in crate::kv) dependents: u64,
    pub(in crate::kv) pointers: u64,
    pub(in crate::kv) in_environments: u64,
    pub(in crate::kv) moves: u64,
    pub(in crate::kv) records: u64,
    pub(in crate::kv) past_records: u64,
}

/// The floor of a namespace, and how far the work below it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredFloor {
    /// The oldest revision that can be asked for.
    revision: u64,
    /// When it was committed.
    at: i64,
    /// The oldest commit that has a row: below the floor while a compaction is under way.
    pub(in crate::kv) kept: u64,
    /// The chain up to the commit before that one.
    chain: [u8; 32],
    /// The time of that one.
    before_at: i64,
    /// What the commits before it made, as far as it is left.
    pub(in crate::kv) rows: StoredRows,
}

impl StoredFloor {
    /// That of a namespace of which nothing was let go.
    pub(in crate::kv) fn none() -> Self {
        Self {
            revision: 0,
            at: Timestamp::MIN.as_micros(),
            kept: 1,
            chain: *Digest::ZERO.as_bytes(),
            before_at: Timestamp::MIN.as_micros(),
            rows: StoredRows::default(),
        }
    }

    /// Nothing if nothing was ever let go.
    pub(in crate::kv) fn floor(&self) -> Option<Floor> {
        let (revision, at) = (Revision::new(self.revision), Timestamp::from_micros(self.at));
        (self.revision > 0).then_some(Floor { revision, at })
    }

    /// Goes up.
    pub(in crate::kv) fn raise(&mut self, floor: Floor) {
        (self.revision, self.at) = (floor.revision.get(), floor.at.as_micros());
    }

    /// Whether commits below it still have rows.
    pub(in crate::kv) const fn is_behind(&self) -> bool {
        self.kept < self.revision
    }

    /// The oldest commit goes.
    pub(in crate::kv) fn pass(&mut self, chain: &Digest, at: Timestamp) {
        self.kept += 1;
        (self.chain, self.before_at) = (*chain.as_bytes(), at.as_micros());
    }

    /// The chain and the time of the commit before the oldest that has a row.
    pub(in crate::kv) fn before(&self) -> (Digest, Timestamp) {
        (Digest::from_bytes(self.chain), Timestamp::from_micros(self.before_at))
    }
}
