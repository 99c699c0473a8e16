//! Writing a folder: beside its place, and then there at once.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use sternway_types::{TreeEntry, TreeFile, TreePath};
use tempfile::TempDir;

use crate::{FolderError, system};

/// Who may do what with the files that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permissions {
    /// What files usually get: executable ones may be run, and the user's umask holds.
    #[default]
    Usual,
    /// Only the owner reads or runs a file, and nobody writes to it.
    PrivateReadOnly,
}

/// What may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replace {
    /// Nothing: the place must be free, or an empty folder.
    #[default]
    Nothing,
    /// A folder with everything in it.
    Folder,
}

/// A folder that is being written beside its place. Until [`NewFolder::finish`] there is nothing of
/// it at that place; dropped before, it is gone.
///
/// What was written is not forced to the disk: after a loss of power it is to be written again.
#[derive(Debug)]
#[must_use = "nothing is at its place until it is finished"]
pub struct NewFolder {
    /// Holds the folder until it is moved away, and what was replaced after that.
    beside: TempDir,
    content: Writer,
    /// The place as it was named.
    given: PathBuf,
    place: PathBuf,
    replace: Replace,
}

/// Where in the temporary folder the new one is written.
const CONTENT: &str = "content";

impl NewFolder {
    /// Begins a folder at a place.
    ///
    /// # Errors
    ///
    /// [`FolderError::NotEmpty`], [`FolderError::InTheWay`] or [`FolderError::Here`] if what is
    /// there may not be replaced, and [`FolderError::Io`] if nothing can be written beside it.
    pub fn at(
        place: &Path,
        replace: Replace,
        permissions: Permissions,
    ) -> Result<Self, FolderError> {
        let given = place.to_owned();
        let place = Self::check(place, replace)?;
        let parent = place.parent().unwrap_or(&place);
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}.sternway-");
        let beside = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent);
        let beside = beside.map_err(FolderError::io("write in", parent))?;
        let root = beside.path().join(CONTENT);
        fs::create_dir(&root).map_err(FolderError::io("make", &root))?;
        let content = Writer::new(root, permissions);
        Ok(Self { beside, content, given, place, replace })
    }

    /// Checks that a folder may be put at a place, and answers with that place, from the root on.
    ///
    /// # Errors
    ///
    /// As [`NewFolder::at`].
    pub fn check(place: &Path, replace: Replace) -> Result<PathBuf, FolderError> {
        let found = whole(place)?;
        check_place(&found, place, replace)?;
        Ok(found)
    }

    /// What writes the files in it.
    pub const fn writer(&mut self) -> &mut Writer {
        &mut self.content
    }

    /// Puts the folder at its place, at once. On Linux and macOS there is no moment at which neither
    /// the old nor the new one is there.
    ///
    /// # Errors
    ///
    /// [`FolderError`] if something came to that place meanwhile, or it cannot be moved there; then
    /// what is there stays.
    pub fn finish(mut self) -> Result<(), FolderError> {
        self.content.make_links()?;
        check_place(&self.place, &self.given, self.replace)?;
        let (content, place) = (&self.content.root, &self.place);
        let failed = || FolderError::io("write", &self.given);
        if self.replace == Replace::Folder && place.exists() {
            system::exchange(content, place).map_err(failed())?;
        } else {
            fs::rename(content, place).map_err(failed())?;
        }
        let left = self.beside.path().to_owned();
        self.beside.close().map_err(FolderError::io("remove", left))
    }
}

/// Writes a tree into a folder that is there and empty, such as a temporary one.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    permissions: Permissions,
    /// The folders that were made.
    folders: BTreeSet<String>,
    /// Made last, so that nothing is ever written through a link.
    links: Vec<(PathBuf, String)>,
}

impl Writer {
    /// Begins to write into a folder in which nobody else is at work.
    #[must_use]
    pub const fn new(root: PathBuf, permissions: Permissions) -> Self {
        Self { root, permissions, folders: BTreeSet::new(), links: Vec::new() }
    }

    /// Writes what is at a path of the tree.
    ///
    /// # Errors
    ///
    /// [`FolderError::OtherBytes`] if the bytes are not those of the file, and [`FolderError::Io`]
    /// if they cannot be written.
    pub fn write(
        &mut self,
        path: &TreePath,
        entry: &TreeEntry,
        bytes: &[u8],
    ) -> Result<(), FolderError> {
        for folder in path.folders() {
            if !self.folders.contains(folder) {
                let place = self.root.join(folder);
                fs::create_dir(&place).map_err(FolderError::io("make", &place))?;
                self.folders.insert(folder.to_owned());
            }
        }
        let place = self.root.join(path.as_str());
        match entry {
            TreeEntry::Link(target) => self.links.push((place, target.as_str().to_owned())),
            TreeEntry::File(file) => {
                if TreeFile::of(file.mode, bytes) != *file {
                    return Err(FolderError::OtherBytes(path.to_string()));
                }
                let mut written = system::create_file(&place, file.mode, self.permissions)
                    .map_err(FolderError::io("make", &place))?;
                written.write_all(bytes).map_err(FolderError::io("write", &place))?;
            }
        }
        Ok(())
    }

    /// Makes the links, when every file is written.
    ///
    /// # Errors
    ///
    /// [`FolderError::Io`] if one cannot be made.
    pub fn make_links(&mut self) -> Result<(), FolderError> {
        for (place, target) in self.links.drain(..) {
            system::make_link(&target, &place).map_err(FolderError::io("make the link", &place))?;
        }
        Ok(())
    }
}

/// A place in words that mean the same whatever happens: its folder without links, and its name.
fn whole(place: &Path) -> Result<PathBuf, FolderError> {
    let read = || FolderError::io("find", place);
    let Some(name) = place.file_name() else {
        return fs::canonicalize(place).map_err(read());
    };
    let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).map_err(read())?;
    Ok(parent.join(name))
}

/// Refuses a place where the folder may not be put, as it was named.
fn check_place(place: &Path, given: &Path, replace: Replace) -> Result<(), FolderError> {
    let found = match fs::symlink_metadata(place) {
        Ok(found) => found,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(err) => return Err(FolderError::io("look at", given)(err)),
    };
    if !found.is_dir() {
        let kind = if found.is_symlink() { "a link" } else { "no folder" };
        return Err(FolderError::InTheWay { path: given.into(), kind });
    }
    let mut entries = fs::read_dir(place).map_err(FolderError::io("read", given))?;
    if entries.next().is_none() {
        return Ok(());
    }
    if replace == Replace::Nothing {
        return Err(FolderError::NotEmpty(given.into()));
    }
    // Whoever is in it would find themselves nowhere; so nobody loses their home by a slip.
    let here = env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
    if here.starts_with(place) { Err(FolderError::Here(given.into())) } else { Ok(()) }
}
