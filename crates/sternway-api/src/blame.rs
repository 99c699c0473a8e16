//! Who wrote each line or leaf of a version, as it is shown.

use serde::Serialize;
use serde_json::Value;
use sternway_types::{ArtifactId, VersionNumber};

use crate::VersionView;

/// What a version is blamed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BlameKind {
    /// The lines of a text.
    Lines,
    /// The leaves of a JSON document.
    Leaves,
}

/// A line or a leaf, and the version that wrote it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum WrittenView {
    /// A line of a text.
    Line {
        /// The version that wrote it.
        version: VersionNumber,
        /// Where it is, from 1.
        line: usize,
        /// What it says, without its ending.
        text: String,
    },
    /// A leaf of a JSON document.
    Leaf {
        /// The version that wrote it.
        version: VersionNumber,
        /// Where it is, as a JSON Pointer (RFC 6901).
        pointer: String,
        /// What it is.
        value: Value,
    },
}

impl WrittenView {
    /// The version that wrote it.
    #[must_use]
    pub const fn version(&self) -> VersionNumber {
        match self {
            Self::Line { version, .. } | Self::Leaf { version, .. } => *version,
        }
    }
}

/// Who wrote each line or leaf of a version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlameView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Which.
    pub version: VersionNumber,
    /// What it is blamed by.
    pub kind: BlameKind,
    /// The lines or leaves, in order.
    pub written: Vec<WrittenView>,
    /// The versions that wrote them, newest first: who, when and why.
    pub versions: Vec<VersionView>,
}
