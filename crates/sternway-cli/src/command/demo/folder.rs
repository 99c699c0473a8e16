//! Where the demo works: a folder of its own, which it makes again each time. A folder that it did
//! not make is not touched.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use sternway::{Missing, api::ProblemCode, redb::make_folder};

use super::tool;
use crate::{
    context::Context,
    error::CliError,
    format::shell::quoted,
    place::{self, Found, Place},
};

/// The folder, unless the person named a store.
const FOLDER: &str = "sternway-demo";

/// Says that the demo made the folder.
const MARKER: &str = ".made-by-sternway-demo";

/// Where the demo works.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    store: PathBuf,
    /// The flags that lead from here to the store.
    flags: String,
    /// Whether the demo was here before.
    again: bool,
}

impl Folder {
    /// The folder of the store that was named, or `sternway-demo` here.
    ///
    /// # Errors
    ///
    /// [`CliError`] if that is in a database.
    pub(super) fn of(context: &Context) -> Result<Self, CliError> {
        let Some(place) = context.named_place() else {
            let path = PathBuf::from(FOLDER);
            let flags = format!("-C {}", shown(&path));
            return Ok(Self::at(path.join(".sternway").join("store.redb"), path, flags));
        };
        let found = place::find(Some(place));
        let Some(store) = found.file().map(Path::to_path_buf) else {
            let invalid = "the demo makes its store again each time, and takes none in a database";
            return Err(CliError::invalid(invalid).with_help("sternway demo"));
        };
        // A file that is named alone is here. No path at all would be no folder, and so an empty one.
        let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty());
        let path = folder.unwrap_or(Path::new(".")).to_path_buf();
        let flags = format!("--store {}", shown(&store));
        Ok(Self::at(store, path, flags))
    }

    fn at(store: PathBuf, path: PathBuf, flags: String) -> Self {
        let again = path.join(MARKER).exists();
        Self { path, store, flags, again }
    }

    /// The store.
    pub(super) fn store(&self) -> &Path {
        &self.store
    }

    /// The store as people name it.
    pub(super) fn place(&self) -> Result<Place, CliError> {
        let invalid = |problem: &str| CliError::invalid(format!("{:?}: {problem}", self.store));
        let store = self.store.to_str().ok_or_else(|| invalid("the demo needs a UTF-8 path"))?;
        format!("redb:{store}").parse::<Place>().map_err(|err| invalid(&err.to_string()))
    }

    /// The text that the tool reads.
    pub(super) fn input(&self) -> PathBuf {
        self.path.join(tool::INPUT)
    }

    /// How that text is named by who follows the flags.
    pub(super) fn input_for(&self, flags: &str) -> String {
        if flags.starts_with("-C") { tool::INPUT.into() } else { shown(&self.input()) }
    }

    /// The flags that lead to the store from where the person is.
    pub(super) fn flags(&self) -> &str {
        &self.flags
    }

    /// Whether the demo was here before.
    pub(super) const fn is_again(&self) -> bool {
        self.again
    }

    /// Looks whether the folder may be written.
    ///
    /// # Errors
    ///
    /// [`CliError`] if it holds something and the demo did not make it.
    pub(super) fn check(&self) -> Result<(), CliError> {
        if self.again || self.is_empty()? { Ok(()) } else { Err(self.not_ours()) }
    }

    /// Makes the folder, or makes it as good as new.
    ///
    /// # Errors
    ///
    /// [`CliError`] if it is not ours, in use, or cannot be written.
    pub(super) async fn make(&self, context: &Context) -> Result<(), CliError> {
        self.check()?;
        self.let_go(context).await?;
        self.write().map_err(|err| CliError::file(&self.path, err))
    }

    fn is_empty(&self) -> Result<bool, CliError> {
        match fs::read_dir(&self.path) {
            Ok(mut entries) => Ok(entries.next().is_none()),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(err) => Err(CliError::file(&self.path, err)),
        }
    }

    fn not_ours(&self) -> CliError {
        let folder = Context::shown(&self.path);
        CliError::invalid(format!("{folder} is not empty, and the demo did not make it"))
            .with_help("name a new folder for it: sternway --store FOLDER demo")
    }

    /// Who works on the store of an earlier demo keeps it.
    async fn let_go(&self, context: &Context) -> Result<(), CliError> {
        if !self.store.exists() {
            return Ok(());
        }
        match context.open_at(Found::File(self.store.clone()), Missing::Create).await {
            Ok(sternway) => Ok(sternway.shutdown().await?),
            Err(err) if err.code() == ProblemCode::StoreBusy => Err(err),
            // Whatever is wrong with it goes away with it.
            Err(_) => Ok(()),
        }
    }

    fn write(&self) -> io::Result<()> {
        let folder = self.store.parent().unwrap_or(&self.path);
        make_folder(folder)?;
        fs::write(self.path.join(MARKER), "`sternway demo` makes this folder again each time.\n")?;
        fs::write(self.input(), tool::TEXT)?;
        match fs::remove_file(&self.store) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err),
            _ => Ok(()),
        }
    }
}

/// A path as it is typed where the person is: `-C` took us elsewhere without them.
fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let theirs = env::var_os("PWD").and_then(|folder| fs::canonicalize(folder).ok());
    let same = theirs.is_some() && theirs == fs::canonicalize(&here).ok();
    let path = if same { path.to_path_buf() } else { here.join(path) };
    quoted(path.as_os_str())
}
