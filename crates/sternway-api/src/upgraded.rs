//! What bringing a store to the newest layout led to, as it is shown.

use serde::Serialize;

/// What an upgrade did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpgradedView {
    /// The layout that the store had.
    pub from: u8,
    /// The layout that it has now.
    pub to: u8,
    /// How many contents got a head of their own.
    pub heads: u64,
    /// Of how many stays of versions the outcomes were added up anew.
    pub tallies: u64,
    /// How many contents or sums are damaged and were left as they are.
    pub damaged: u64,
    /// What came of keeping contents smaller; nothing if that was not asked for.
    pub repacked: Option<RepackedView>,
    /// How many bytes the file has now.
    pub file_bytes: u64,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What came of keeping contents smaller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepackedView {
    /// How many contents are deltas now that were not.
    pub deltas: u64,
    /// How many contents are in chunks now that were not.
    pub chunked: u64,
    /// How many bytes all contents took before, with their keys.
    pub bytes_before: u64,
    /// How many they take now; an estimate if nothing was written.
    pub bytes_after: u64,
}
