//! The demo's folder, which it makes again each time. A folder that it did not make is not touched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sternway::redb::make_folder;

use super::tool;
use crate::{context::Context, error::CliError};

/// Says that the demo made the folder.
const MARKER: &str = ".made-by-sternway-demo";

/// A folder of the demo's own.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Whether the demo was here before.
    again: bool,
}

impl Folder {
    /// The folder of this path, whether or not it is there.
    pub(super) fn at(path: &Path) -> Self {
        // A file that is named alone is here. No path at all would be no folder, and so an empty one.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Self { path: path.into(), again: path.join(MARKER).exists() }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The text that the tool reads.
    pub(super) fn input(&self) -> PathBuf {
        self.path.join(tool::INPUT)
    }

    /// Whether the demo was here before.
    pub(super) const fn is_again(&self) -> bool {
        self.again
    }

    /// Looks whether the folder may be written.
    ///
    /// # Errors
    ///
    /// [`CliError`] if it holds something and the demo did not make it, with this to do otherwise.
    pub(super) fn check(&self, otherwise: &str) -> Result<(), CliError> {
        if self.again || self.is_empty()? {
            return Ok(());
        }
        let folder = Context::shown(&self.path);
        let why = format!("{folder} is not empty, and the demo did not make it");
        Err(CliError::invalid(why).with_help(otherwise))
    }

    fn is_empty(&self) -> Result<bool, CliError> {
        match fs::read_dir(&self.path) {
            Ok(mut entries) => Ok(entries.next().is_none()),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(err) => Err(CliError::file(&self.path, err)),
        }
    }

    /// Makes the folder, and the text that the tool reads.
    ///
    /// # Errors
    ///
    /// [`CliError`] if it cannot be written.
    pub(super) fn make(&self) -> Result<(), CliError> {
        self.write().map_err(|err| CliError::file(&self.path, err))
    }

    fn write(&self) -> io::Result<()> {
        make_folder(&self.path)?;
        fs::write(self.path.join(MARKER), "`sternway demo` makes this folder again each time.\n")?;
        fs::write(self.input(), tool::TEXT)
    }
}
