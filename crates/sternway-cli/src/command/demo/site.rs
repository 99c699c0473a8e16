//! Where the demo works. In a file it makes its store again each time. In a database, which others use
//! too, it works in a namespace of its own, and a new one each time: nothing is ever deleted there.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use sternway::{
    Missing,
    api::ProblemCode,
    redb::make_folder,
    types::{EnvironmentId, IdError, NamespaceId},
};

use super::{folder::Folder, namespace, tool};
use crate::{
    context::Context,
    error::CliError,
    format::shell::quoted,
    place::{self, Found, Place},
    settings::key::Key,
};

/// The folder, unless the person named another.
const FOLDER: &str = "sternway-demo";

/// Where the demo works.
#[derive(Debug)]
pub(super) struct Site {
    folder: Folder,
    store: Found,
    /// The flags that lead from where the person is to the store.
    flags: String,
    /// The text that the tool reads, for who types those.
    input: String,
    /// Whether the demo made the store before.
    again: bool,
}

impl Site {
    /// The store that was named, or one in `sternway-demo` here.
    pub(super) fn of(context: &Context) -> Self {
        let Some(place) = context.named_place() else { return Self::here(context) };
        match place::find(Some(place)) {
            Found::File(file) | Found::Nothing(file) => {
                let folder = Folder::at(file.parent().unwrap_or(&file));
                Self::in_file(folder, file)
            }
            store @ Found::Database(_) => {
                let folder = Folder::at(Path::new(FOLDER));
                let flags = context.store_flag(place).unwrap_or_default();
                let input = typed(&folder.input());
                Self { folder, store, flags, input, again: false }
            }
        }
    }

    fn here(context: &Context) -> Self {
        let folder = Folder::at(Path::new(FOLDER));
        let file = folder.path().join(".sternway").join(place::FILE);
        let flags = format!(" -C {}", typed(folder.path()));
        let found = Self::in_file(folder, file);
        // A store that is set goes before one that is only found.
        if context.settings.is_set(Key::StoreUrl) {
            return found;
        }
        Self { flags, input: tool::INPUT.to_owned(), ..found }
    }

    fn in_file(folder: Folder, file: PathBuf) -> Self {
        let (flags, input) = (format!(" --store {}", typed(&file)), typed(&folder.input()));
        let again = folder.is_again() && file.exists();
        Self { folder, store: Found::File(file), flags, input, again }
    }

    /// The store as it is shown.
    pub(super) fn shown(&self) -> String {
        self.store.shown()
    }

    /// The store as people name it.
    pub(super) fn place(&self) -> Place {
        match &self.store {
            Found::File(file) | Found::Nothing(file) => Place::Path(file.clone()),
            Found::Database(address) => Place::Database(address.clone()),
        }
    }

    /// Whether others use the store, too.
    pub(super) const fn is_shared(&self) -> bool {
        matches!(self.store, Found::Database(_))
    }

    /// Whether the demo made the store before.
    pub(super) const fn is_again(&self) -> bool {
        self.again
    }

    /// The text that the tool reads.
    pub(super) fn input(&self) -> PathBuf {
        self.folder.input()
    }

    /// How that text is named by who follows the flags.
    pub(super) fn typed_input(&self) -> &str {
        &self.input
    }

    /// The flags that lead from where the person is to what the demo did.
    pub(super) fn flags(&self, context: &Context, namespace: &NamespaceId) -> String {
        let is_set = |key| context.settings.is_set(key);
        let named = self.is_shared() || is_set(Key::Namespace);
        let namespace = named.then(|| format!(" --namespace {namespace}"));
        let environment = EnvironmentId::production();
        let environment = is_set(Key::Environment).then(|| format!(" -e {environment}"));
        let Self { flags, .. } = self;
        format!("{flags}{}{}", namespace.unwrap_or_default(), environment.unwrap_or_default())
    }

    /// What the demo makes, if it works in this namespace.
    pub(super) fn made(&self, namespace: &NamespaceId) -> String {
        let folder = format!("the folder {}", typed(self.folder.path()));
        if !self.is_shared() {
            return folder;
        }
        format!("the namespace {namespace} in {}, and {folder}", self.shown())
    }

    /// The namespace that it would work in now. Nothing is made.
    ///
    /// # Errors
    ///
    /// [`CliError`] if the folder is not the demo's, or a database cannot be asked.
    pub(super) async fn look(&self, context: &Context) -> Result<NamespaceId, CliError> {
        self.check()?;
        if !self.is_shared() {
            return Ok(alone()?);
        }
        match context.look_around(async |store| namespace::free(store.as_ref()).await).await {
            Err(CliError::NoStore { .. }) => Ok(namespace::first()?),
            found => found,
        }
    }

    /// Makes everything that the demo begins with, and says in which namespace it is.
    ///
    /// # Errors
    ///
    /// [`CliError`] if the folder is not the demo's or cannot be written, or the store is in use or
    /// cannot be made.
    pub(super) async fn make(&self, context: &Context) -> Result<NamespaceId, CliError> {
        self.check()?;
        match &self.store {
            Found::File(file) | Found::Nothing(file) => self.make_file(context, file).await,
            Found::Database(_) => self.make_namespace(context).await,
        }
    }

    fn check(&self) -> Result<(), CliError> {
        self.folder.check(&if self.is_shared() {
            format!("go to another folder for it: sternway -C FOLDER{} demo", self.flags)
        } else {
            "name a new folder for it: sternway --store FOLDER demo".to_owned()
        })
    }

    async fn make_file(&self, context: &Context, file: &Path) -> Result<NamespaceId, CliError> {
        let namespace = alone()?;
        let context = context.within(namespace.clone());
        let_go(&context, file).await?;
        self.folder.make()?;
        let folder = file.parent().unwrap_or(file);
        make_folder(folder).map_err(|err| CliError::file(folder, err))?;
        if let Err(err) = fs::remove_file(file)
            && err.kind() != io::ErrorKind::NotFound
        {
            return Err(CliError::file(file, err));
        }
        let made = context.open_at(Found::File(file.into()), Missing::Create).await?;
        made.shutdown().await?;
        Ok(namespace)
    }

    /// The folder comes first: what is in a database stays there, so it is made last.
    async fn make_namespace(&self, context: &Context) -> Result<NamespaceId, CliError> {
        let store = context.open_store().await?;
        let made = match self.folder.make() {
            Ok(()) => namespace::claim(&store).await,
            Err(err) => Err(err),
        };
        let closed = store.close().await;
        let namespace = made?;
        closed?;
        Ok(namespace)
    }
}

/// The namespace in a store that the demo has for itself.
fn alone() -> Result<NamespaceId, IdError> {
    "default".parse()
}

/// Who works on the store of an earlier demo keeps it.
async fn let_go(context: &Context, file: &Path) -> Result<(), CliError> {
    if !file.exists() {
        return Ok(());
    }
    match context.open_at(Found::File(file.into()), Missing::Create).await {
        Ok(sternway) => Ok(sternway.shutdown().await?),
        Err(err) if err.code() == ProblemCode::StoreBusy => Err(err),
        // Whatever is wrong with it goes away with it.
        Err(_) => Ok(()),
    }
}

/// A path as it is typed where the person is: `-C` took us elsewhere without them.
fn typed(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let theirs = env::var_os("PWD").and_then(|folder| fs::canonicalize(folder).ok());
    let same = theirs.is_some() && theirs == fs::canonicalize(&here).ok();
    let path = if same { path.to_path_buf() } else { here.join(path) };
    quoted(path.as_os_str())
}
