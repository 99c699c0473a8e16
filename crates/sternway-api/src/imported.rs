//! What bringing versions from elsewhere led to, as it is shown.

use serde::Serialize;
use sternway_types::{
    Actor, ArtifactId, Digest, EnvironmentId, NamespaceId, Timestamp, VersionNumber,
};

/// A commit of git that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOutView {
    /// The commit.
    pub commit: String,
    /// Why no version came of it.
    pub why: String,
}

/// What importing the history of a file led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportedHistoryView {
    /// Whose versions.
    pub artifact: ArtifactId,
    /// How many commits touched the file.
    pub commits: u64,
    /// How many versions were added.
    pub added: u64,
    /// How many commits were imported before.
    pub known: u64,
    /// How many commits left the content as it was, such as those that only renamed the file.
    pub unchanged: u64,
    /// Commits of which no version came for another reason.
    pub left_out: Vec<LeftOutView>,
    /// The first version that was added.
    pub first: Option<VersionNumber>,
    /// The last version that was added.
    pub last: Option<VersionNumber>,
    /// The environment that was asked about.
    pub environment: EnvironmentId,
    /// What is live there now.
    pub live: Option<VersionNumber>,
    /// Whether earlier commits are missing, since the repository is a shallow clone.
    pub shallow: bool,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileStatusView {
    /// It was saved as a new version.
    Added,
    /// It is the newest version already.
    Unchanged,
    /// It was not taken.
    Refused,
}

/// One file of a folder that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportedFileView {
    /// The file, from the folder on.
    pub file: String,
    /// What became of it.
    pub status: FileStatusView,
    /// Whose version it is; nothing if the file's name makes none.
    pub artifact: Option<ArtifactId>,
    /// The version; nothing if it was not taken.
    pub version: Option<VersionNumber>,
    /// Whether the version went live by being published.
    pub live: bool,
    /// Why it was not taken.
    pub problem: Option<String>,
}

/// What importing a folder led to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportedFolderView {
    /// How many files were saved as a new version.
    pub added: u64,
    /// How many are the newest version already.
    pub unchanged: u64,
    /// How many were not taken.
    pub refused: u64,
    /// How many entries are no regular files, and were passed over.
    pub passed_over: u64,
    /// Every file, by its path.
    pub files: Vec<ImportedFileView>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What importing a bundle led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportedBundleView {
    /// The namespace that it was brought into.
    pub namespace: NamespaceId,
    /// The namespace that it was exported from.
    pub from_namespace: NamespaceId,
    /// The last revision that it holds.
    pub revision: u64,
    /// The chain up to there.
    pub chain: Digest,
    /// When it was exported.
    pub exported_at: Timestamp,
    /// Who exported it.
    pub exported_by: Actor,
    /// Whether its versions were given new numbers.
    pub renumbered: bool,
    /// How many commits were new.
    pub commits: u64,
    /// How many versions were new.
    pub versions: u64,
    /// How many versions were there already.
    pub known_versions: u64,
    /// How many outcomes were new.
    pub outcomes: u64,
    /// How many labels were set, where versions were given new numbers.
    pub labels: u64,
    /// How many labels were there already, and stayed as they were.
    pub kept_labels: u64,
    /// How many policies were set, where versions were given new numbers.
    pub policies: u64,
    /// How many policies were not set, since there was one, or no such environment.
    pub kept_policies: u64,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
