//! What publishing led to, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, Revision, VersionNumber};

use crate::{CheckedView, ContentView, DiffStatView, TreeSizeView, TreeStatView};

/// Where a published version is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LandingView {
    /// It was there already: nothing was committed.
    Unchanged,
    /// It is live.
    Live,
    /// It waits to be promoted.
    Staged,
    /// Its content is condemned, by a check or before: it waits.
    Condemned,
}

/// What publishing led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Its number.
    pub version: VersionNumber,
    /// Its content.
    pub content: ContentView,
    /// Where it is.
    pub landing: LandingView,
    /// Where it is live, or would have been.
    pub environment: Option<EnvironmentId>,
    /// What is live in the environment that was asked about, now.
    pub live: Option<VersionNumber>,
    /// What changed since the version before, if both are text.
    pub changes: Option<DiffStatView>,
    /// How much is in it, if it is a folder.
    pub tree: Option<TreeSizeView>,
    /// What changed since the version before, if both are folders.
    pub tree_changes: Option<TreeStatView>,
    /// What its checks found; nothing if it was there already.
    pub checks: Vec<CheckedView>,
    /// The revision that added it; nothing if it was there already.
    pub revision: Option<Revision>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
