//! A folder that becomes one version.

use std::path::Path;

use clap::Args;
use sternway::folder::{Exclude, Folder};

use crate::error::CliError;

/// What is left out of a folder.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FolderArgs {
    /// Leave out of a folder what fits, as a line of a .gitignore does. Can be repeated.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
}

impl FolderArgs {
    /// Looks through a folder.
    ///
    /// # Errors
    ///
    /// [`CliError`] with the first thing in it that cannot be kept, or be read.
    pub(crate) fn scan(&self, path: &Path) -> Result<Folder, CliError> {
        Ok(Folder::scan(path, &Exclude::new(self.exclude.clone()))?)
    }

    /// Whether anything is to be left out.
    pub(crate) const fn is_given(&self) -> bool {
        !self.exclude.is_empty()
    }
}
