//! Opening and closing.

use std::{sync::Arc, time::Duration};

use sternway_control::{
    Control, ControlError,
    deploy::{Probes, Routers},
    supervise::Supervisor,
    sweep::Swept,
    validate::Validators,
    watch::Watch,
};
use sternway_policy::{Trigger, Triggers};
use sternway_provider::{Clock, Ids, Validator};
use sternway_store::{Compaction, KvStore, MemoryKv, Store, StoreError};
use sternway_types::{Actor, At, NamespaceId, Revision, TriggerId, ValidatorId};

#[cfg(feature = "redb")]
use crate::embedded;
use crate::{ArtifactHandle, Error};

/// What to do when there is no store where one is to be opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Make one.
    #[default]
    Create,
    /// Answer [`Error::NoStore`].
    Refuse,
}

/// How a [`Sternway`] is opened.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    namespace: Option<NamespaceId>,
    actor: Option<Actor>,
    clock: Option<Arc<dyn Clock>>,
    ids: Option<Arc<dyn Ids>>,
    validators: Validators,
    probes: Probes,
    triggers: Triggers,
    routers: Routers,
    driver: Option<String>,
    missing: Missing,
    wait: Duration,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            namespace: None,
            actor: None,
            clock: None,
            ids: None,
            validators: Validators::default(),
            probes: Probes::default(),
            triggers: Triggers::default(),
            routers: Routers::default(),
            driver: None,
            missing: Missing::Create,
            wait: Duration::from_secs(5),
        }
    }
}

impl Builder {
    /// Works in a namespace; `default` if none is named.
    pub fn with_namespace(mut self, namespace: NamespaceId) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// Acts in somebody's name; `agent:sternway` if nobody is named.
    pub fn with_actor(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Goes by another clock than the host's.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Draws ids elsewhere than at random.
    pub fn with_ids(mut self, ids: Arc<dyn Ids>) -> Self {
        self.ids = Some(ids);
        self
    }

    /// Has a validator, which policies may ask for by this name. A policy that asks for one that is
    /// not here publishes nothing from here.
    pub fn with_validator(mut self, name: ValidatorId, validator: Arc<dyn Validator>) -> Self {
        self.validators = self.validators.with(name, validator);
        self
    }

    /// Has a rule of its own, which policies may ask for by this name, in place of one of the same name. Who
    /// records and does not have it counts outcomes, and leaves the judging to a program that has it.
    ///
    /// ```
    /// use sternway::{
    ///     Outcome, Sternway,
    ///     control::Intent,
    ///     policy::{Trigger, View},
    ///     types::{Policy, PolicyScope, PolicySetting},
    /// };
    ///
    /// /// A version may not fail twice in its first ten runs.
    /// #[derive(Debug)]
    /// struct GoodStart;
    ///
    /// impl Trigger for GoodStart {
    ///     fn against(&self, stay: &View<'_>) -> Option<String> {
    ///         let (failed, runs) = (stay.tally().failed, stay.tally().known());
    ///         (failed >= 2 && runs <= 10).then(|| format!("{failed} of the first {runs} runs failed"))
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sw = Sternway::builder().with_trigger("good-start".parse()?, GoodStart).in_memory().await?;
    /// let policy: Policy =
    ///     serde_json::from_str(r#"{"rules": [{"rule": "custom", "trigger": "good-start"}]}"#)?;
    /// let intent = Intent::by(sw.actor().clone());
    /// sw.control().set_policy(PolicyScope::Namespace, PolicySetting::On(policy), &intent).await?;
    ///
    /// let search = sw.artifact("tools/search");
    /// search.publish("one").await?;
    /// search.publish("two").promote().await?;
    /// let live = search.live().await?;
    /// for outcome in [Outcome::failed("no"), Outcome::ok(), Outcome::failed("no")] {
    ///     live.record(outcome).await?;
    /// }
    /// assert_eq!(search.live().await?.number().get(), 1, "the second version was taken back");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_trigger(mut self, name: TriggerId, trigger: impl Trigger + 'static) -> Self {
        self.triggers = self.triggers.with(name, trigger);
        self
    }

    /// Has these health checks, which the plans of deployments ask for by name.
    pub fn with_probes(mut self, probes: Probes) -> Self {
        self.probes = probes;
        self
    }

    /// Has these validators, in place of those that were added before.
    pub fn with_validators(mut self, validators: Validators) -> Self {
        self.validators = validators;
        self
    }

    /// Has these routers, in place of those that were given before. Whatever moves what is live through this
    /// handle tells them; what they did not follow, [`Control::take_untold`] says.
    pub fn with_routers(mut self, routers: Routers) -> Self {
        self.routers = routers;
        self
    }

    /// Is called so as a driver of deployments, and not by a name that is drawn: who opens a store again and
    /// again does not wait for what it began itself.
    pub fn with_driver(mut self, name: impl Into<String>) -> Self {
        self.driver = Some(name.into());
        self
    }

    /// Says what to do when there is no store, or no such namespace in it; [`Missing::Create`] if
    /// nothing is said.
    pub const fn if_missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// How long to wait while another process holds the store; 5 seconds if nothing is said.
    pub const fn wait_for_lock(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Opens the store in a folder, which is made if need be.
    ///
    /// # Errors
    ///
    /// [`Error::NoStore`] if there is none and none is to be made, and [`Error::Control`] if it
    /// cannot be opened: held by another process for too long, damaged, newer, or no store.
    #[cfg(feature = "redb")]
    pub async fn open(self, folder: impl AsRef<std::path::Path>) -> Result<Sternway, Error> {
        let file = embedded::file_in(folder.as_ref(), self.missing)?;
        let store = embedded::open(&file, self.wait).await?;
        self.on(Arc::new(store)).await
    }

    /// Opens the store in a PostgreSQL database, such as `postgres://app@db.internal/agents`, which many
    /// processes and hosts may share. Its schema is made if need be. What else can be said of it, such
    /// as how many sessions it may have, is said to [`Connect`](sternway_postgres::Connect), whose store
    /// goes to [`Builder::on`].
    ///
    /// # Errors
    ///
    /// [`Error::NoStore`] if there is none and none is to be made, and [`Error::Control`] if it cannot
    /// be opened: not reached, not ours, newer.
    #[cfg(feature = "postgres")]
    pub async fn connect(self, url: impl Into<String>) -> Result<Sternway, Error> {
        let connect = sternway_postgres::Connect::to(url).wait_for_connection(self.wait);
        let store = match self.missing {
            Missing::Create => connect.open().await?,
            Missing::Refuse => match connect.existing().open().await {
                Err(StoreError::NoStore { place }) => return Err(Error::NoStore(place)),
                store => store?,
            },
        };
        self.on(Arc::new(store)).await
    }

    /// Opens an empty store in memory, which ends with the process.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if its thread cannot be started.
    pub async fn in_memory(self) -> Result<Sternway, Error> {
        let store = KvStore::open(MemoryKv::new())?;
        self.on(Arc::new(store)).await
    }

    /// Works on any store. What a process that died left unjudged is judged first;
    /// [`Sternway::swept`] says what came of it.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if the store cannot be read or written.
    pub async fn on(self, store: Arc<dyn Store>) -> Result<Sternway, Error> {
        let namespace = match self.namespace {
            Some(namespace) => namespace,
            None => "default".parse()?,
        };
        let mut control = Control::new(store, namespace)
            .with_validators(self.validators)
            .with_probes(self.probes)
            .with_triggers(self.triggers)
            .with_routers(self.routers);
        if let Some(driver) = self.driver {
            control = control.with_driver(driver);
        }
        if let Some(clock) = self.clock {
            control = control.with_clock(clock);
        }
        if let Some(ids) = self.ids {
            control = control.with_ids(ids);
        }
        match self.missing {
            Missing::Create => control.create_namespace().await?,
            Missing::Refuse => known_namespace(&control).await?,
        }
        // What a process that died left unjudged is judged before anything is read. A store of
        // which that cannot be read can still be looked into.
        let swept = control.sweep().await;
        let actor = match self.actor {
            Some(actor) => actor,
            None => "agent:sternway".parse()?,
        };
        Ok(Sternway { control: Arc::new(control), actor, swept: Arc::new(swept) })
    }
}

async fn known_namespace(control: &Control) -> Result<(), Error> {
    let head = control.store().head(control.namespace(), At::Head).await?;
    head.map(drop).ok_or_else(|| StoreError::NoNamespace(control.namespace().clone()).into())
}

/// A namespace of a store, with everything that can be done in it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sternway {
    control: Arc<Control>,
    actor: Actor,
    swept: Arc<Result<Swept, ControlError>>,
}

impl Sternway {
    /// Opens the store in a folder such as `.sternway`, which is made if need be.
    ///
    /// # Errors
    ///
    /// As [`Builder::open`].
    #[cfg(feature = "redb")]
    pub async fn open(folder: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        Self::builder().open(folder).await
    }

    /// Opens the store in a PostgreSQL database, such as `postgres://app@db.internal/agents`, which many
    /// processes and hosts may share. Its schema is made if need be.
    ///
    /// # Errors
    ///
    /// As [`Builder::connect`].
    #[cfg(feature = "postgres")]
    pub async fn connect(url: impl Into<String>) -> Result<Self, Error> {
        Self::builder().connect(url).await
    }

    /// Opens an empty store in memory, which ends with the process.
    ///
    /// # Errors
    ///
    /// As [`Builder::in_memory`].
    pub async fn in_memory() -> Result<Self, Error> {
        Self::builder().in_memory().await
    }

    /// Says how to open.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// An artifact by its name, such as `prompts/greeting`, in the environment `production`. A name
    /// that is not one is an error of the first call on the handle.
    #[must_use]
    pub fn artifact(&self, name: &str) -> ArtifactHandle {
        ArtifactHandle::new(Arc::clone(&self.control), self.actor.clone(), name)
    }

    /// The drivers behind this handle, for everything that it has no shorthand for.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// In whose name calls act.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What opening judged since a process had died before it could, and what it could not judge.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store could not tell what nobody had judged.
    pub fn swept(&self) -> Result<&Swept, &ControlError> {
        self.swept.as_ref().as_ref()
    }

    /// Judges what nobody judged, round after round, until this handle is shut down: a round now,
    /// one whenever something is committed, and one every so often. Programs that record judge what
    /// they record, so this is for what processes that died left behind.
    pub fn supervise(&self, every: Duration) -> Supervisor<'_> {
        self.control.supervise(every)
    }

    /// Lets go of what was before a moment: afterwards the state of that moment is the oldest that can
    /// be asked for. Versions, contents and outcomes stay, and rollbacks work as before. The room is
    /// used again; [`Control::shrink`] gives it back.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if there is no such revision yet, or the store cannot write.
    pub async fn compact(&self, before: At) -> Result<Compaction, Error> {
        let oldest = self.control.oldest_for(before).await?;
        Ok(self.control.compact(oldest).await?)
    }

    /// Follows every commit after a revision; [`Revision::ZERO`] for all of them.
    #[must_use]
    pub fn watch(&self, after: Revision) -> Watch {
        self.control.watch(after)
    }

    /// Ends what was begun, and closes the store. Every clone of this handle is closed with it.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if the last notes cannot be written or the store cannot be closed; the
    /// other is done all the same.
    pub async fn shutdown(&self) -> Result<(), Error> {
        Ok(self.control.shutdown().await?)
    }
}
