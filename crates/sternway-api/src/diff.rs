//! What changed between two contents, as it is shown.

use serde::Serialize;
use serde_json::Value;
use sternway_types::{ArtifactId, Digest, VersionNumber};

use crate::TreeDiffView;

/// How many lines changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DiffStatView {
    /// Lines that only the new text has.
    pub added: usize,
    /// Lines that only the old text has.
    pub removed: usize,
    /// Lines that both texts have.
    pub unchanged: usize,
    /// How much of the two texts is common, from 0 to 1.
    pub similarity_ratio: f64,
}

/// One side of a comparison: a version, a file or a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SideView {
    /// What it is called.
    pub name: String,
    /// Whose version, if it is one.
    pub artifact: Option<ArtifactId>,
    /// Which.
    pub version: Option<VersionNumber>,
    /// The digest of the content.
    pub digest: Digest,
}

/// How two contents were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DiffKind {
    /// By lines.
    Text,
    /// By paths: both are folders.
    Tree,
    /// By bytes: at least one of them is no text.
    Bytes,
}

/// What changed between two contents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DiffView {
    /// The old one.
    pub from: SideView,
    /// The new one.
    pub to: SideView,
    /// Whether they are the same, byte for byte.
    pub identical: bool,
    /// How they were compared.
    pub kind: DiffKind,
    /// How many lines changed, if both are text.
    pub stat: Option<DiffStatView>,
    /// The unified diff, if both are text; of folders, those of all files one after the other.
    pub unified: Option<String>,
    /// What changed path by path, if both are folders.
    pub tree: Option<TreeDiffView>,
    /// What changed as a JSON Patch (RFC 6902), if both are JSON.
    pub patch: Option<Value>,
}
