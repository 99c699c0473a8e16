//! A folder as one content, and what changed between two, as they are shown.

use std::path::PathBuf;

use serde::Serialize;
use sternway_types::{
    ArtifactId, Digest, FileMode, LinkTarget, Tree, TreeEntry, TreePath, VersionNumber,
};

use crate::DiffStatView;

/// What is at a path of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EntryKind {
    /// A file that is read.
    File,
    /// A file that may be run.
    Executable,
    /// A symbolic link.
    Link,
}

/// What is at a path of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeEntryView {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EntryKind,
    /// How many bytes a file has.
    pub size: Option<u64>,
    /// The digest of a file's bytes.
    pub digest: Option<Digest>,
    /// Where a link leads.
    pub target: Option<String>,
}

impl From<&TreeEntry> for TreeEntryView {
    fn from(entry: &TreeEntry) -> Self {
        match entry {
            TreeEntry::File(file) => {
                let kind = match file.mode {
                    FileMode::Plain => EntryKind::File,
                    FileMode::Executable => EntryKind::Executable,
                };
                let (size, digest) = (Some(file.size), Some(file.digest));
                Self { kind, size, digest, target: None }
            }
            TreeEntry::Link(target) => Self {
                kind: EntryKind::Link,
                size: None,
                digest: None,
                target: Some(LinkTarget::as_str(target).to_owned()),
            },
        }
    }
}

/// A path, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreePathView {
    /// The path, from the root of the tree.
    pub path: String,
    /// What is there.
    #[serde(flatten)]
    pub entry: TreeEntryView,
}

/// How much is in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TreeSizeView {
    /// How many files.
    pub files: u64,
    /// How many symbolic links.
    pub links: u64,
    /// How many bytes all files have together.
    pub size: u64,
}

impl From<&Tree> for TreeSizeView {
    fn from(tree: &Tree) -> Self {
        let files = tree.files().count();
        let links = tree.entries().len() - files;
        Self { files: files as u64, links: links as u64, size: tree.size() }
    }
}

/// A folder as one content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeView {
    /// How much is in it.
    #[serde(flatten)]
    pub total: TreeSizeView,
    /// What is at each path, by path.
    pub entries: Vec<TreePathView>,
}

impl From<&Tree> for TreeView {
    fn from(tree: &Tree) -> Self {
        let entry = |(path, entry): (&TreePath, &TreeEntry)| TreePathView {
            path: path.to_string(),
            entry: entry.into(),
        };
        Self { total: tree.into(), entries: tree.entries().map(entry).collect() }
    }
}

/// How many paths of two trees differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TreeStatView {
    /// Paths that only the new tree has.
    pub added: u64,
    /// Paths that only the old tree has.
    pub removed: u64,
    /// Paths with something else.
    pub changed: u64,
    /// Paths with the same.
    pub unchanged: u64,
}

/// What changed at one path.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PathDiffView {
    /// The path, from the root of the tree.
    pub path: String,
    /// What the old tree has there.
    pub from: Option<TreeEntryView>,
    /// What the new tree has there.
    pub to: Option<TreeEntryView>,
    /// How many lines changed, if both are texts that were compared.
    pub stat: Option<DiffStatView>,
    /// The unified diff, if both are texts that were compared.
    pub unified: Option<String>,
}

/// What changed between two trees.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TreeDiffView {
    /// How many paths differ.
    pub stat: TreeStatView,
    /// What changed, by path.
    pub paths: Vec<PathDiffView>,
    /// How many changed files were not opened to compare their lines, since there are too many, or
    /// they are too large.
    pub unopened: u64,
}

/// A folder that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrittenFolderView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Which.
    pub version: VersionNumber,
    /// Where it was written.
    pub folder: PathBuf,
    /// How much is in it.
    #[serde(flatten)]
    pub total: TreeSizeView,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
