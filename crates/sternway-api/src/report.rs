//! What verifying found, as it is shown.

use serde::Serialize;

use crate::NamespaceFloorView;

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamageView {
    /// Where.
    pub place: String,
    /// What is wrong there.
    pub detail: String,
}

/// What a verification looked at, and what it found damaged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportView {
    /// Whether everything is as it was written.
    pub sound: bool,
    /// How many namespaces were looked at.
    pub namespaces: u64,
    /// How many revisions.
    pub revisions: u64,
    /// How many revisions were let go: what they wrote is no longer checked against the chain.
    pub compacted: u64,
    /// Where namespaces begin of which something was let go; the first of them.
    pub floors: Vec<NamespaceFloorView>,
    /// How many versions.
    pub versions: u64,
    /// How many contents.
    pub contents: u64,
    /// How many outcomes.
    pub outcomes: u64,
    /// How much damage there is, listed or not.
    pub damaged: u64,
    /// The first of it.
    pub damages: Vec<DamageView>,
}
