//! What is in a folder, without what is left out of it.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsStr,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use ignore::{
    DirEntry, WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};
use sternway_types::{
    FileMode, LinkTarget, MAX_CONTENT, Tree, TreeEntry, TreeFile, TreePath, TreePathError,
};

use crate::{FolderError, system};

/// The file that says what is left out of the folder it lies in, as a `.gitignore` does.
pub const IGNORE_FILE: &str = ".sternwayignore";

/// The folders of version control: they hold the past of a folder, and are no part of it.
const VERSION_CONTROL: [&str; 3] = [".git", ".hg", ".jj"];

/// What is left out of a folder, beyond the folders of version control and what [`IGNORE_FILE`]
/// says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclude {
    patterns: Vec<String>,
}

impl Exclude {
    /// Leaves out what fits one of these patterns, each written as a line of a `.gitignore` is.
    #[must_use]
    pub fn new(patterns: Vec<String>) -> Self {
        Self { patterns }
    }

    fn matcher(&self, root: &Path) -> Result<Gitignore, FolderError> {
        let mut builder = GitignoreBuilder::new(root);
        for pattern in &self.patterns {
            if pattern.trim().is_empty() || pattern.starts_with('#') {
                return Err(FolderError::exclude(format!("{pattern:?}"), "it fits nothing"));
            }
            builder
                .add_line(None, pattern)
                .map_err(|err| FolderError::exclude(format!("{pattern:?}"), err))?;
        }
        builder.build().map_err(|err| FolderError::exclude("--exclude", err))
    }
}

/// What is at a path, as it was found. What a file holds is looked at when it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    File,
    Link(LinkTarget),
}

/// What is in a folder: the paths of its files and links, and none of their bytes.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    found: BTreeMap<TreePath, Found>,
    without_files: usize,
}

impl Folder {
    /// Looks through a folder. Everything in it is taken, hidden files too, except the folders of
    /// version control (`.git`, `.hg`, `.jj`) and what is left out by a [`IGNORE_FILE`] in it or by
    /// `exclude`. Links are kept as links, and never followed.
    ///
    /// # Errors
    ///
    /// [`FolderError`] with the first thing that cannot be kept, or cannot be read.
    pub fn scan(root: &Path, exclude: &Exclude) -> Result<Self, FolderError> {
        let metadata = fs::metadata(root).map_err(FolderError::io("read", root))?;
        if !metadata.is_dir() {
            return Err(FolderError::NotAFolder(root.into()));
        }
        let mut folder = Self { root: root.into(), found: BTreeMap::new(), without_files: 0 };
        let mut folders = Vec::new();
        for entry in walk(root, exclude)? {
            let entry = entry.map_err(|err| unreadable(root, err))?;
            if let Some(err) = entry.error() {
                return Err(FolderError::exclude(entry.path().join(IGNORE_FILE).display(), err));
            }
            if entry.depth() > 0 {
                folder.take(&entry, &mut folders)?;
            }
        }
        if folder.found.is_empty() {
            return Err(FolderError::Empty(root.into()));
        }
        let used: HashSet<&str> = folder.found.keys().flat_map(TreePath::folders).collect();
        folder.without_files = folders.iter().filter(|path| !used.contains(path.as_str())).count();
        Ok(folder)
    }

    fn take(&mut self, entry: &DirEntry, folders: &mut Vec<TreePath>) -> Result<(), FolderError> {
        let path = tree_path(&self.root, entry.path())?;
        let kind = entry.file_type().ok_or_else(|| special(entry.path(), "no file"))?;
        if kind.is_dir() {
            folders.push(path);
            return Ok(());
        }
        let found = if kind.is_symlink() {
            Found::Link(target(entry.path(), &path)?)
        } else if kind.is_file() {
            Found::File
        } else {
            return Err(special(entry.path(), system::kind(kind)));
        };
        self.found.insert(path, found);
        if self.found.len() > Tree::MAX_ENTRIES {
            return Err(FolderError::TooMany(self.root.clone()));
        }
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The paths of its files and links, in the order of a tree.
    #[must_use]
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &TreePath> {
        self.found.keys()
    }

    /// How many folders in it have no file that was taken, so that nothing of them is kept.
    #[must_use]
    pub const fn without_files(&self) -> usize {
        self.without_files
    }

    /// What is at one of its paths, with its bytes; a link has none.
    ///
    /// # Errors
    ///
    /// [`FolderError`] if it cannot be read, is too large, is no longer what was found, or changed
    /// while it was read.
    pub fn read(&self, path: &TreePath) -> Result<(TreeEntry, Vec<u8>), FolderError> {
        let place = self.root.join(path.as_str());
        match self.found.get(path) {
            Some(Found::Link(target)) => Ok((TreeEntry::Link(target.clone()), Vec::new())),
            Some(Found::File) => {
                let (mode, bytes) = read_file(&place)?;
                Ok((TreeEntry::File(TreeFile::of(mode, &bytes)), bytes))
            }
            None => Err(FolderError::Changed(place)),
        }
    }

    /// The tree that it is, file by file.
    ///
    /// # Errors
    ///
    /// As [`Folder::read`], and [`FolderError::Tree`] if its files cannot stand in one tree.
    pub fn tree(&self) -> Result<Tree, FolderError> {
        let mut entries = Vec::with_capacity(self.found.len());
        for path in self.paths() {
            entries.push((path.clone(), self.read(path)?.0));
        }
        self.tree_of(entries)
    }

    /// The tree with what was read of it.
    ///
    /// # Errors
    ///
    /// [`FolderError::Tree`] if that cannot stand in one tree.
    pub fn tree_of(
        &self,
        entries: impl IntoIterator<Item = (TreePath, TreeEntry)>,
    ) -> Result<Tree, FolderError> {
        let tree = Tree::new(entries);
        tree.map_err(|source| FolderError::Tree { path: self.root.clone(), source })
    }
}

/// Every entry below a folder that is not left out, and the folder itself.
fn walk(root: &Path, exclude: &Exclude) -> Result<ignore::Walk, FolderError> {
    let exclude = exclude.matcher(root)?;
    let kept = move |entry: &DirEntry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let is_control = VERSION_CONTROL.iter().any(|name| entry.file_name() == OsStr::new(name));
        entry.depth() == 0 || (!is_control && !exclude.matched(entry.path(), is_folder).is_ignore())
    };
    Ok(WalkBuilder::new(root)
        .standard_filters(false)
        .parents(false)
        .follow_links(false)
        .add_custom_ignore_filename(IGNORE_FILE)
        .filter_entry(kept)
        .build())
}

fn unreadable(root: &Path, err: ignore::Error) -> FolderError {
    let path = path_of(&err).unwrap_or(root).to_owned();
    match err.into_io_error() {
        Some(err) => FolderError::io("read", path)(err),
        None => FolderError::exclude(path.display(), "it cannot be read"),
    }
}

/// Where an error happened, if it says so.
fn path_of(err: &ignore::Error) -> Option<&Path> {
    match err {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Partial(_)
        | ignore::Error::Loop { .. }
        | ignore::Error::Io(_)
        | ignore::Error::Glob { .. }
        | ignore::Error::UnrecognizedFileType(_)
        | ignore::Error::InvalidDefinition => None,
    }
}

fn special(path: &Path, kind: &'static str) -> FolderError {
    FolderError::Special { path: path.into(), kind }
}

fn refused(path: &Path) -> impl FnOnce(TreePathError) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Path { path, source }
}

/// The path in the tree of what was found in the folder.
fn tree_path(root: &Path, path: &Path) -> Result<TreePath, FolderError> {
    let below = path.strip_prefix(root).unwrap_or(path);
    let mut names = Vec::new();
    for name in below {
        names.push(name.to_str().ok_or_else(|| FolderError::NotUtf8(path.into()))?);
    }
    names.join("/").parse().map_err(refused(path))
}

/// Where a link leads, if that is in the tree.
fn target(place: &Path, path: &TreePath) -> Result<LinkTarget, FolderError> {
    let target = fs::read_link(place).map_err(FolderError::io("read the link", place))?;
    let target = target.to_str().ok_or_else(|| FolderError::NotUtf8(target.clone()))?;
    LinkTarget::new(path, &system::with_slashes(target)).map_err(refused(place))
}

/// The bytes of a file as they were at one moment. That nobody wrote to it meanwhile is seen by its
/// size and its time of change, which every write moves on.
fn read_file(place: &Path) -> Result<(FileMode, Vec<u8>), FolderError> {
    let read = || FolderError::io("read", place);
    let file = system::open_file(place).map_err(read())?;
    let before = file.metadata().map_err(read())?;
    if !before.is_file() {
        return Err(FolderError::Changed(place.into()));
    }
    if before.len() > MAX_CONTENT as u64 {
        return Err(FolderError::TooLarge { path: place.into(), found: before.len() });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default());
    (&file).take(MAX_CONTENT as u64 + 1).read_to_end(&mut bytes).map_err(read())?;
    let after = file.metadata().map_err(read())?;
    let is_whole = bytes.len() as u64 == after.len();
    if !is_whole || system::stamp(&before) != system::stamp(&after) {
        return Err(FolderError::Changed(place.into()));
    }
    Ok((system::mode(&before), bytes))
}
