//! What exporting a namespace led to, as it is shown.

use serde::Serialize;
use sternway_types::{Digest, NamespaceId};

/// A namespace that was written to a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedView {
    /// Which namespace.
    pub namespace: NamespaceId,
    /// The last revision that the bundle holds.
    pub revision: u64,
    /// The chain up to there.
    pub chain: Digest,
    /// The file; nothing if it was written to standard output.
    pub file: Option<String>,
    /// How many bytes the bundle has.
    pub bytes: u64,
    /// How many versions it holds.
    pub versions: u64,
    /// How many different contents.
    pub contents: u64,
    /// How many bytes those have.
    pub content_bytes: u64,
    /// How many subjects have outcomes in it.
    pub subjects: u64,
    /// How many outcomes it holds.
    pub outcomes: u64,
    /// How many subjects were left out with their outcomes, since they came after that revision.
    pub left_out: u64,
    /// Whether the head in it is signed.
    pub signed: bool,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
