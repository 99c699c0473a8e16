//! Opening the store for one command, and closing it again.
//!
//! The file is held by one process at a time, so a command opens it as late and closes it as soon
//! as it can. In a dry run the store is wrapped so that every write is only rehearsed. Who wants to
//! know what is wrong with a store opens it as it is, and judges nothing.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sternway::{
    Builder, Missing, Sternway,
    control::ControlError,
    postgres::Connect,
    provider::Stopwatch,
    redb::{RedbKv, RedbOptions, make_folder},
    store::{AsOf, KvStore, MemoryKv, Rehearsal, Store, StoreError, Traced},
    types::{At, Subject},
};

use crate::{
    context::Context,
    error::{CliError, nearest},
    format::visible,
    input::moment::Moment,
    place::{self, Address, Found},
    render::style,
    settings::key::Key,
    view,
};

/// How long to wait between two tries to open a store that another process holds.
const PAUSE: Duration = Duration::from_millis(10);

impl Context {
    /// Opens the store that was named, or the nearest one. What a dead process left unjudged is
    /// judged before this returns, and said.
    ///
    /// # Errors
    ///
    /// [`CliError::NoStore`] or [`CliError::NoNamespace`] if there is none and none is to be made,
    /// and [`CliError::Sternway`] if it cannot be opened.
    pub(crate) async fn open(&self, missing: Missing) -> Result<Sternway, CliError> {
        self.open_at(place::find(self.place.as_ref()), missing).await
    }

    /// Opens the store in a place.
    ///
    /// # Errors
    ///
    /// As [`Context::open`].
    pub(crate) async fn open_at(
        &self,
        found: Found,
        missing: Missing,
    ) -> Result<Sternway, CliError> {
        let sternway = self.open_unsaid(found, missing).await?;
        if self.at.is_none() {
            self.say_swept(&sternway);
        }
        Ok(sternway)
    }

    /// Opens the store in a place, and leaves it to the caller to say what was judged.
    ///
    /// # Errors
    ///
    /// As [`Context::open`].
    pub(crate) async fn open_unsaid(
        &self,
        found: Found,
        missing: Missing,
    ) -> Result<Sternway, CliError> {
        let builder = Sternway::builder()
            .with_namespace(self.namespace.clone())
            .with_actor(self.actor.clone())
            .with_validators(self.validators())
            .with_probes(self.probes())
            .with_routers(self.routers(&found))
            .with_driver(self.driver.to_string());
        let store = match (self.open_found(&found).await, missing) {
            (Err(CliError::NoStore { .. }), Missing::Create) if self.dry_run => {
                return Ok(builder.in_memory().await?);
            }
            (Err(CliError::NoStore { .. }), Missing::Create) => self.make(&found).await?,
            (store, _) => store?,
        };
        if let Some(moment) = self.at {
            return self.open_past(builder, store, moment).await;
        }
        let is_there = store.head(&self.namespace, At::Head).await?.is_some();
        if !is_there && missing == Missing::Refuse {
            return Err(self.no_namespace(store.as_ref()).await?);
        }
        let sternway = match (self.dry_run, is_there) {
            (false, _) => builder.on(told(store)).await?,
            (true, true) => builder.on(Arc::new(Rehearsal::new(told(store)))).await?,
            (true, false) => {
                store.close().await?;
                builder.in_memory().await?
            }
        };
        Ok(sternway)
    }

    /// Shows a store as it was.
    async fn open_past(
        &self,
        builder: Builder,
        store: Arc<dyn Store>,
        moment: Moment,
    ) -> Result<Sternway, CliError> {
        if store.head(&self.namespace, At::Head).await?.is_none() {
            return Err(self.no_namespace(store.as_ref()).await?);
        }
        let at = moment.in_store(store.as_ref(), &self.namespace).await?;
        let at = at.ok_or_else(|| {
            CliError::invalid("no operation has that id").with_help("sternway op log")
        })?;
        let past = AsOf::new(told(store), at);
        if past.head(&self.namespace, At::Head).await?.is_none() {
            let problem = format!("the namespace {} was not there yet", self.namespace);
            return Err(CliError::invalid(problem).with_help("sternway op log"));
        }
        Ok(builder.if_missing(Missing::Refuse).on(Arc::new(past)).await?)
    }

    /// Opens the store, does some work on it, and closes it, whatever came of the work.
    ///
    /// # Errors
    ///
    /// As [`Context::open`], and what the work fails with, with a hint at what exists instead.
    pub(crate) async fn with<T>(
        &self,
        missing: Missing,
        work: impl AsyncFnOnce(&Sternway) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let sternway = self.open(missing).await?;
        self.finish(sternway, work).await
    }

    /// Does some work on an open store, and closes it, whatever came of the work.
    ///
    /// # Errors
    ///
    /// As [`Context::with`].
    pub(crate) async fn finish<T>(
        &self,
        sternway: Sternway,
        work: impl AsyncFnOnce(&Sternway) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let done = match work(&sternway).await {
            Ok(done) => Ok(done),
            Err(err) => Err(err.with_hint(&sternway).await),
        };
        self.say_untold(&sternway);
        self.say_taken(sternway.control().take_taken());
        let closed = sternway.shutdown().await;
        let done = done?;
        closed?;
        Ok(done)
    }

    /// Opens the store that was named, or the nearest one, looks into it as it is, and closes it.
    /// Nothing is judged, so that no damage keeps anybody from looking.
    ///
    /// # Errors
    ///
    /// As [`Context::open`], and what the look fails with.
    pub(crate) async fn look<T>(
        &self,
        look: impl AsyncFnOnce(&Arc<dyn Store>) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let looked = self.look_around(async |store| {
            // A namespace of which that cannot be read is there.
            if let Ok(None) = store.head(&self.namespace, At::Head).await {
                return Err(self.no_namespace(store.as_ref()).await?);
            }
            look(store).await
        });
        looked.await
    }

    /// The same, whether or not the namespace is there.
    ///
    /// # Errors
    ///
    /// As [`Context::look`].
    pub(crate) async fn look_around<T>(
        &self,
        look: impl AsyncFnOnce(&Arc<dyn Store>) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let store = self.open_found(&place::find(self.place.as_ref())).await?;
        let looked = look(&store).await;
        let closed = store.close().await;
        let looked = looked?;
        closed?;
        Ok(looked)
    }

    /// Opens the store that was named, or the nearest one, or makes one, and nothing in it: no
    /// namespace is founded, and nothing is judged.
    ///
    /// # Errors
    ///
    /// As [`Context::open`].
    pub(crate) async fn open_store(&self) -> Result<Arc<dyn Store>, CliError> {
        let found = place::find(self.place.as_ref());
        match self.open_found(&found).await {
            Err(CliError::NoStore { .. }) if self.dry_run => {
                Ok(Arc::new(KvStore::open(MemoryKv::new())?))
            }
            Err(CliError::NoStore { .. }) => self.make(&found).await,
            store => store,
        }
    }

    /// Opens what is there.
    async fn open_found(&self, found: &Found) -> Result<Arc<dyn Store>, CliError> {
        match found {
            Found::File(file) => self.open_file(file).await,
            Found::Nothing(file) => Err(self.no_store(file)),
            Found::Database(address) => {
                let connect = self.connect(address);
                match connect.existing().open().await {
                    Ok(store) => Ok(Arc::new(store)),
                    Err(StoreError::NoStore { .. }) => {
                        Err(CliError::NoStore { looked: format!("in {}", found.shown()) })
                    }
                    Err(err) => Err(self.at(found.shown(), err)),
                }
            }
        }
    }

    fn connect(&self, address: &Address) -> Connect {
        let connect = address.connect().wait_for_connection(self.lock_timeout);
        // What the address says itself goes first, where nobody says otherwise.
        let is_said = self.settings.is_set(Key::PoolSize);
        if is_said { connect.with_connections(self.pool_size.get().into()) } else { connect }
    }

    /// Whether the store that was named has yet to be made.
    ///
    /// # Errors
    ///
    /// If a database cannot be asked.
    pub(crate) async fn is_missing(&self, found: &Found) -> Result<bool, CliError> {
        match found {
            Found::File(_) => Ok(false),
            Found::Nothing(_) => Ok(true),
            Found::Database(_) => match self.open_found(found).await {
                Ok(store) => {
                    store.close().await?;
                    Ok(false)
                }
                Err(CliError::NoStore { .. }) => Ok(true),
                Err(err) => Err(err),
            },
        }
    }

    /// Makes the store that is not there, and opens it.
    async fn make(&self, found: &Found) -> Result<Arc<dyn Store>, CliError> {
        match found {
            Found::File(file) | Found::Nothing(file) => {
                self.make_place(file)?;
                self.open_file(file).await
            }
            Found::Database(address) => {
                let connect = self.connect(address);
                let store = connect.open().await.map_err(|err| self.at(found.shown(), err))?;
                self.console.note(&format!("created {} (postgres)", found.shown()));
                Ok(Arc::new(store))
            }
        }
    }

    fn make_place(&self, file: &Path) -> Result<(), CliError> {
        let folder = file.parent().unwrap_or(file);
        make_folder(folder).map_err(|err| CliError::file(folder, err))?;
        self.console.note(&format!("created {} (redb)", Self::shown(file)));
        Ok(())
    }

    async fn open_file(&self, file: &Path) -> Result<Arc<dyn Store>, CliError> {
        let open = || sternway::redb::open(file, RedbOptions::default());
        Ok(Arc::new(self.waiting_for(file, open).await?))
    }

    /// Opens the file that was named, or the nearest one, whatever the layout of the store in it, and
    /// says where it is. Nothing else is opened meanwhile.
    ///
    /// # Errors
    ///
    /// [`CliError::NoStore`] if there is none, and [`CliError::Open`] if it cannot be opened.
    pub(crate) async fn open_map(&self) -> Result<(PathBuf, RedbKv), CliError> {
        let file = match place::find(self.place.as_ref()) {
            Found::File(file) => file,
            Found::Nothing(file) => return Err(self.no_store(&file)),
            Found::Database(_) => {
                let why = "a store in a database is upgraded by whoever opens it";
                return Err(CliError::invalid(why).with_help("sternway init"));
            }
        };
        let map = self.waiting_for(&file, || RedbKv::open(&file, RedbOptions::default())).await?;
        Ok((file, map))
    }

    /// Opens a file, waiting a while for another process to let go of it.
    async fn waiting_for<T>(
        &self,
        file: &Path,
        open: impl Fn() -> Result<T, StoreError>,
    ) -> Result<T, CliError> {
        let waiting = Stopwatch::start();
        loop {
            match open() {
                Err(StoreError::Busy) if waiting.elapsed() < self.lock_timeout => {
                    pause(PAUSE).await;
                }
                opened => return opened.map_err(|err| self.at(Self::shown(file), err)),
            }
        }
    }

    /// Closes the store, which does not have the namespace.
    async fn no_namespace(&self, store: &dyn Store) -> Result<CliError, CliError> {
        let namespaces = store.namespaces(None, sternway::store::Limit::MAX).await?;
        let names = namespaces.iter().map(ToString::to_string);
        let near = nearest(self.namespace.as_str(), names);
        store.close().await?;
        Ok(CliError::NoNamespace { namespace: self.namespace.clone(), near })
    }

    fn no_store(&self, file: &Path) -> CliError {
        let looked = match &self.place {
            Some(_) => format!("in {}", Self::shown(file)),
            None => "here, or in a folder above".to_owned(),
        };
        CliError::NoStore { looked }
    }

    pub(crate) fn at(&self, file: String, source: StoreError) -> CliError {
        CliError::Open { file, waited: self.lock_timeout, source: source.into() }
    }

    /// A rollback that opening led to would be seen by nobody otherwise, nor that one may be owed.
    fn say_swept(&self, sternway: &Sternway) {
        let swept = match sternway.swept() {
            Ok(swept) => swept,
            Err(err) => {
                return self.warn("outcomes that nobody judged cannot be found", err, "verify");
            }
        };
        if let Some(said) = view::missed(swept.missed, self.dry_run) {
            self.console.note(&said);
        }
        for judged in &swept.judged {
            if let Some(said) = view::swept(judged, self.dry_run) {
                self.console.note(&said);
            }
        }
        for (subject, err) in &swept.failed {
            let Subject { artifact, version, environment, .. } = subject;
            let what = format!("outcomes of {artifact} {version} in {environment}");
            let next = view::after_not_judged(artifact, err);
            self.warn(&format!("{what} cannot be judged"), err, &next);
        }
    }

    fn warn(&self, what: &str, why: &ControlError, next: &str) {
        let why = CliError::from(why.clone()).chain().join(": ");
        let (warning, why) = (style::paint(style::WAITING, "warning:"), visible::line(&why));
        let next = format!("sternway{} {next}", self.flags());
        // A note is dim, and this is not.
        let reset = anstyle::Reset;
        self.console.note(&format!("{reset}{warning} {what}: {why}; next: {next}"));
    }
}

/// The same store; each of its calls is told to whoever asked for that.
fn told(store: Arc<dyn Store>) -> Arc<dyn Store> {
    Arc::new(Traced::new(store))
}

/// Waits.
pub(crate) async fn pause(time: Duration) {
    #[expect(
        clippy::disallowed_methods,
        reason = "another process is waited for, and nothing tells when it is done"
    )]
    tokio::time::sleep(time).await;
}
