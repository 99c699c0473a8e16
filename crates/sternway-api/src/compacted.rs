//! What a compaction let go, and where a namespace begins since, as it is shown.

use serde::Serialize;
use sternway_types::{NamespaceId, Revision, Timestamp};

/// The oldest moment of a namespace that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FloorView {
    /// The oldest revision that is kept.
    pub revision: Revision,
    /// When it was committed.
    pub at: Timestamp,
}

/// Where a namespace begins of which something was let go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamespaceFloorView {
    /// Which namespace.
    pub namespace: NamespaceId,
    /// Its oldest moment.
    #[serde(flatten)]
    pub floor: FloorView,
}

/// How many bytes the file of a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FileSizeView {
    /// Before it was made smaller.
    pub before: u64,
    /// Since; `null` in a dry run, where nobody knows.
    pub after: Option<u64>,
}

/// What a compaction let go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CompactedView {
    /// Of which namespace.
    pub namespace: NamespaceId,
    /// Where it begins since; `null` if nothing of it was ever let go.
    pub floor: Option<FloorView>,
    /// How many commits went.
    pub commits: u64,
    /// How many moves of labels went.
    pub moves: u64,
    /// How many replaced states of records went.
    pub records: u64,
    /// How many bytes they took.
    pub bytes: u64,
    /// The file of the store, with all its namespaces.
    pub file: FileSizeView,
    /// Whether it was only rehearsed.
    pub dry_run: bool,
}
