//! What is live as a file or a folder that only its owner can read, named so that interpreters and
//! tracebacks look right. It is gone when the run is over.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use sternway::{
    control::Control,
    folder::{Permissions, Writer},
    types::{ArtifactId, Content, Tree},
};
use tempfile::TempDir;

use super::extension::file_name;
use crate::error::CliError;

/// Where a version lies, or would lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its file, if it is one.
    pub(crate) file: Option<PathBuf>,
    /// Its folder, or the one that its file lies in.
    pub(crate) dir: PathBuf,
}

impl Place {
    /// Where a version lies in a private folder.
    pub(crate) fn below(private: &Path, artifact: &ArtifactId, content: &Content) -> Self {
        if content.as_tree().is_some() {
            return Self { file: None, dir: private.join(artifact.name()) };
        }
        let file = private.join(file_name(artifact, content));
        Self { file: Some(file), dir: private.into() }
    }
}

/// What is live in a private folder of its own.
#[derive(Debug)]
#[must_use = "the copy is removed when this is dropped"]
pub(crate) struct PrivateCopy {
    // Held for its drop, which removes the folder with what the child put there.
    _folder: TempDir,
    place: Place,
}

impl PrivateCopy {
    /// Writes what is live where only this user can read it.
    ///
    /// # Errors
    ///
    /// [`CliError`] if it cannot be written there, or the files of a folder cannot be read.
    pub(crate) async fn write(
        control: &Control,
        artifact: &ArtifactId,
        content: &Content,
    ) -> Result<Self, CliError> {
        let failed = |err| CliError::file(&std::env::temp_dir(), err);
        let folder = make_folder().map_err(failed)?;
        let place = Place::below(folder.path(), artifact, content);
        match (&place.file, content.as_tree()) {
            (None, Some(tree)) => write_tree(control, &tree, &place.dir).await?,
            (Some(file), _) => write_file(file, content).map_err(failed)?,
            (None, None) => (),
        }
        Ok(Self { _folder: folder, place })
    }

    /// Writes a content that is no version yet as one file; a tree as its listing.
    pub(crate) fn write_file(artifact: &ArtifactId, content: &Content) -> io::Result<Self> {
        let folder = make_folder()?;
        let file = folder.path().join(file_name(artifact, content));
        write_file(&file, content)?;
        let place = Place { file: Some(file), dir: folder.path().into() };
        Ok(Self { _folder: folder, place })
    }

    /// Where it is.
    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }
}

/// The files of a folder may be read and run, and the folders written to: a command may have to keep
/// something beside its files.
async fn write_tree(control: &Control, tree: &Tree, dir: &Path) -> Result<(), CliError> {
    fs::create_dir(dir).map_err(|err| CliError::file(dir, err))?;
    let mut writer = Writer::new(dir.into(), Permissions::PrivateReadOnly);
    Ok(control.write_tree(tree, &mut writer).await?)
}

fn write_file(path: &Path, content: &Content) -> io::Result<()> {
    create(path, is_script(content))?.write_all(content.as_bytes())
}

/// Whether the content says itself what runs it.
fn is_script(content: &Content) -> bool {
    content.as_bytes().starts_with(b"#!")
}

#[cfg(unix)]
fn make_folder() -> io::Result<TempDir> {
    use std::os::unix::fs::PermissionsExt;

    let owner_only = fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix("sternway-").permissions(owner_only).tempdir()
}

#[cfg(unix)]
fn create(path: &Path, executable: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    let mode = if executable { 0o700 } else { 0o600 };
    fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn make_folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("sternway-").tempdir()
}

#[cfg(not(unix))]
fn create(path: &Path, _executable: bool) -> io::Result<File> {
    File::create_new(path)
}
