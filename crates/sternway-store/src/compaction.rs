//! Letting go of the past: what a compaction does, and how far back a namespace can be read since.

use sternway_types::{Revision, Timestamp};

/// The oldest revision of a namespace that can be asked for. What was before it was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// Its state and its commit, and all that came after, are there.
    pub revision: Revision,
    /// When it was committed: the oldest moment that can be asked for.
    pub at: Timestamp,
}

/// What a compaction let go, or would let go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "it says how far back the namespace can be read"]
pub struct Compaction {
    /// Where the namespace begins since; nothing if nothing was ever let go.
    pub floor: Option<Floor>,
    /// How many commits went from the feed.
    pub commits: u64,
    /// How many moves of labels went that were over.
    pub moves: u64,
    /// How many states of records went that were replaced.
    pub records: u64,
    /// How many bytes all of that took, keys and values together. The room is used again; the file
    /// gets no smaller by it.
    pub bytes: u64,
}

impl Compaction {
    /// Adds what another part of the same work let go.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.floor = other.floor;
        self.commits += other.commits;
        self.moves += other.moves;
        self.records += other.records;
        self.bytes += other.bytes;
    }
}

/// How much room a store takes where it is kept, before and after it was made smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shrunk {
    /// Bytes before.
    pub before: u64,
    /// Bytes after.
    pub after: u64,
}
