//! Folders to try things on.

use std::{error::Error as _, fs, path::Path};

use sternway_folder::{Exclude, Folder, FolderError, NewFolder, Permissions, Replace};
use sternway_types::Tree;
use tempfile::TempDir;

pub(crate) fn place() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes files that say their own names, in this order.
pub(crate) fn with_files(paths: &[&str]) -> TempDir {
    let folder = place();
    for path in paths {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
        fs::write(file, path).expect("it can be written");
    }
    folder
}

pub(crate) fn scan(folder: &Path) -> Folder {
    Folder::scan(folder, &Exclude::default()).unwrap_or_else(|err| panic!("{}", said(&err)))
}

/// The paths that are taken.
pub(crate) fn taken(folder: &Path, exclude: &[&str]) -> Vec<String> {
    let exclude = Exclude::new(exclude.iter().map(|it| (*it).to_owned()).collect());
    let folder = Folder::scan(folder, &exclude);
    let folder = folder.unwrap_or_else(|err| panic!("{}", said(&err)));
    folder.paths().map(ToString::to_string).collect()
}

/// Everything that an error says.
pub(crate) fn said(err: &FolderError) -> String {
    err.source().map_or_else(|| err.to_string(), |source| format!("{err}: {source}"))
}

/// Copies a folder by its tree.
pub(crate) fn copy(from: &Path, to: &Path, replace: Replace) -> Result<Tree, FolderError> {
    let folder = scan(from);
    let mut copy = NewFolder::at(to, replace, Permissions::Usual)?;
    for path in folder.paths() {
        let (entry, bytes) = folder.read(path)?;
        copy.writer().write(path, &entry, &bytes)?;
    }
    copy.finish()?;
    folder.tree()
}

/// The names in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it can be read");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.map(|it| it.file_name());
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).expect("it can be read").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
