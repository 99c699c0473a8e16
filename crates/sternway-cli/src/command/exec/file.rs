//! The content of a version as a file that only its owner can read, named so that interpreters and
//! tracebacks look right. It is gone when the run is over.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use sternway::types::{ArtifactId, Content};
use tempfile::TempDir;

use super::extension::file_name;

/// The content of a version in a private folder of its own.
#[derive(Debug)]
#[must_use = "the file is removed when this is dropped"]
pub(crate) struct PrivateFile {
    // Held for its drop, which removes the folder with what the child put there.
    _folder: TempDir,
    path: PathBuf,
}

impl PrivateFile {
    /// Writes the content where only this user can read it.
    pub(crate) fn write(artifact: &ArtifactId, content: &Content) -> io::Result<Self> {
        let folder = make_folder()?;
        let path = folder.path().join(file_name(artifact, content));
        let mut file = create(&path, is_script(content))?;
        file.write_all(content.as_bytes())?;
        Ok(Self { _folder: folder, path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether the content says itself what runs it.
fn is_script(content: &Content) -> bool {
    content.as_bytes().starts_with(b"#!")
}

#[cfg(unix)]
fn make_folder() -> io::Result<TempDir> {
    use std::os::unix::fs::PermissionsExt;

    let owner_only = std::fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix("sternway-").permissions(owner_only).tempdir()
}

#[cfg(unix)]
fn create(path: &Path, executable: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    let mode = if executable { 0o700 } else { 0o600 };
    std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn make_folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("sternway-").tempdir()
}

#[cfg(not(unix))]
fn create(path: &Path, _executable: bool) -> io::Result<File> {
    File::create_new(path)
}
