//! What undoing led to, as it is shown.

use serde::Serialize;
use sternway_types::Revision;

use crate::CommitView;

/// What undoing led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UndoneView {
    /// What was undone.
    pub undone: CommitView,
    /// What it did and stays all the same, in words.
    pub stays: Vec<String>,
    /// The revision that took it back.
    pub revision: Revision,
    /// Whether nothing was written.
    pub dry_run: bool,
}
