//! The handle that every verb hangs on.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sternway_policy::Triggers;
use sternway_provider::{Clock, Ids, RandomIds, SystemClock};
use sternway_store::{Append, Refusal, Rehearsal, Store, StoreError};
use sternway_types::{
    Actor, At, Change, Changeset, ChangesetId, Environment, EnvironmentId, NamespaceId,
    NamespaceSettings, Reason, Receipt, Record, RecordKey, Revision, Subject, Tally, Timestamp,
};
use tokio::sync::OnceCell;

use crate::{
    ControlError,
    baseline::Baselines,
    deploy::{Others, Probes, Routers, Unsaid, Untold},
    live::LiveTable,
    policy::Released,
    remembered::Remembered,
    serve::Kept,
    validate::Validators,
};

/// Who wants something, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Who.
    pub actor: Actor,
    /// Why; empty if nobody said.
    pub reason: Reason,
    /// What the one commit that comes of it is called; a new id if nothing is said.
    pub id: Option<ChangesetId>,
}

impl Intent {
    /// Wants something without saying why.
    #[must_use]
    pub fn by(actor: Actor) -> Self {
        Self { actor, reason: Reason::default(), id: None }
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = reason;
        self
    }

    /// Wants it once: who had no answer and asks again under the same id finds out with
    /// [`Control::operation`] whether it was done, and otherwise does it. Of two who do at the same
    /// time one does it, and the other is told [`StoreError::ChangesetReused`], or is given the same
    /// answer. For verbs that commit once, which are all but imports.
    #[must_use]
    pub const fn once(mut self, id: ChangesetId) -> Self {
        self.id = Some(id);
        self
    }
}

/// Drives one namespace of one store. Cheap to share behind an [`Arc`].
#[derive(Debug)]
pub struct Control {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) namespace: NamespaceId,
    pub(crate) validators: Validators,
    pub(crate) triggers: Triggers,
    pub(crate) routers: Routers,
    pub(crate) probes: Probes,
    /// What this control is called as a driver of deployments, once it is one.
    driver: OnceLock<String>,
    pub(crate) untold: Mutex<Untold>,
    pub(crate) taken: Mutex<Unsaid>,
    /// How far subjects were judged, to be noted with the next append.
    pub(crate) marks: Mutex<HashMap<Subject, Tally>>,
    pub(crate) baselines: Baselines,
    /// Which stretches of their stays subjects are: it never changes.
    pub(crate) stretches: Remembered<u32>,
    pub(crate) others: Remembered<Others>,
    /// What beginnings of logs add up to, the shortest first.
    pub(crate) prefixes: Remembered<Arc<[Tally]>>,
    pub(crate) released: Released,
    pub(crate) live: OnceCell<LiveTable>,
    pub(crate) kept: Kept,
    /// The newest revision that was committed through this control; nothing in a rehearsal, whose
    /// revisions never come.
    written: Option<AtomicU64>,
}

impl Control {
    /// Drives a namespace, by the clock of the host and with random ids.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, namespace: NamespaceId) -> Self {
        Self {
            store,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            namespace,
            validators: Validators::default(),
            triggers: Triggers::default(),
            routers: Routers::default(),
            probes: Probes::default(),
            driver: OnceLock::new(),
            untold: Mutex::default(),
            taken: Mutex::default(),
            marks: Mutex::default(),
            baselines: Baselines::default(),
            stretches: Remembered::default(),
            others: Remembered::default(),
            prefixes: Remembered::default(),
            released: Released::default(),
            live: OnceCell::new(),
            kept: Kept::default(),
            written: Some(AtomicU64::new(0)),
        }
    }

    /// Goes by another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Draws ids elsewhere.
    #[must_use]
    pub fn with_ids(mut self, ids: Arc<dyn Ids>) -> Self {
        self.ids = ids;
        self
    }

    /// Has these validators, which policies may ask for by name.
    #[must_use]
    pub fn with_validators(mut self, validators: Validators) -> Self {
        self.validators = validators;
        self
    }

    /// Has these rules of its own, which policies may ask for by name.
    #[must_use]
    pub fn with_triggers(mut self, triggers: Triggers) -> Self {
        self.triggers = triggers;
        self
    }

    /// Has these health checks, which plans ask for by name.
    #[must_use]
    pub fn with_probes(mut self, probes: Probes) -> Self {
        self.probes = probes;
        self
    }

    /// Has these routers, which its deployments tell where runs go.
    #[must_use]
    pub fn with_routers(mut self, routers: Routers) -> Self {
        self.routers = routers;
        self
    }

    /// Is called so as a driver of deployments, and not by a name that is drawn: who opens a store again and
    /// again goes on with what it did itself, and does not wait for itself.
    #[must_use]
    pub fn with_driver(mut self, name: impl Into<String>) -> Self {
        self.driver = OnceLock::from(name.into());
        self
    }

    /// What this control is called as a driver of deployments.
    pub(crate) fn driver(&self) -> &str {
        self.driver.get_or_init(|| self.ids.changeset().to_string())
    }

    /// The same drivers, writing nothing: every verb answers what it would do.
    #[must_use]
    pub fn rehearsal(&self) -> Self {
        Self {
            store: Arc::new(Rehearsal::new(Arc::clone(&self.store))),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            namespace: self.namespace.clone(),
            validators: self.validators.clone(),
            triggers: self.triggers.clone(),
            // Nothing is told to a router that only is tried.
            routers: Routers::default(),
            probes: Probes::default(),
            driver: OnceLock::new(),
            untold: Mutex::default(),
            taken: Mutex::default(),
            marks: Mutex::default(),
            baselines: Baselines::default(),
            stretches: Remembered::default(),
            others: Remembered::default(),
            prefixes: Remembered::default(),
            released: Released::default(),
            live: OnceCell::new(),
            kept: Kept::default(),
            written: None,
        }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The namespace.
    #[must_use]
    pub const fn namespace(&self) -> &NamespaceId {
        &self.namespace
    }

    /// The time, by the clock of this control.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The ids of this control.
    #[must_use]
    pub fn ids(&self) -> &dyn Ids {
        self.ids.as_ref()
    }

    /// The validators of this host.
    #[must_use]
    pub const fn validators(&self) -> &Validators {
        &self.validators
    }

    /// Whether what is written is only tried.
    pub(crate) const fn is_rehearsal(&self) -> bool {
        self.written.is_none()
    }

    /// Brings the namespace to life, with the environment `production` as its default. Does
    /// nothing if it is there.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot write.
    pub async fn create_namespace(&self) -> Result<(), ControlError> {
        if self.store.head(&self.namespace, At::Head).await?.is_some() {
            return Ok(());
        }
        // The same id for every process that comes first: one of them creates it.
        let id = ChangesetId::from_name(&format!("create namespace {}", self.namespace));
        match self.commit(&self.first_changeset(id)).await {
            // Somebody else was first, at another moment: what was wanted is there.
            Ok(_) | Err(StoreError::ChangesetReused { .. } | StoreError::Compacted { .. }) => {
                Ok(())
            }
            Err(err) if is_there_already(&err) => Ok(()),
            Err(err) => Err(err.into()),
        }
    }

    /// Brings the namespace to life like [`Control::create_namespace`], and answers whether this call
    /// did. Of all who claim the same name at once, one is told so: what is in the namespace from then
    /// on is theirs.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot write.
    pub async fn claim_namespace(&self) -> Result<bool, ControlError> {
        match self.commit(&self.first_changeset(self.ids.changeset())).await {
            Ok(_) => Ok(true),
            Err(err) if is_there_already(&err) => Ok(false),
            Err(err) => Err(err.into()),
        }
    }

    fn first_changeset(&self, id: ChangesetId) -> Changeset {
        let production = EnvironmentId::production();
        let environment = Environment::new(production.clone());
        let settings = NamespaceSettings { default_environment: production };
        Changeset::new(id, self.namespace.clone(), self.now(), Actor::sternway())
            .then(Change::CreateNamespace)
            .then(Change::PutRecord(Box::new(Record::Environment(environment))))
            .then(Change::PutRecord(Box::new(Record::Namespace(settings))))
    }

    /// Where an artifact's first version goes live by itself.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn default_environment(&self) -> Result<EnvironmentId, ControlError> {
        let settings = self.record_at(&RecordKey::namespace(), Record::into_namespace).await?;
        let environment = settings.map(|settings| settings.default_environment);
        Ok(environment.unwrap_or_else(EnvironmentId::production))
    }

    /// Ends what was begun: notes how far outcomes were judged, stops following the feed, and
    /// closes the store.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the notes cannot be written or the store cannot be closed; the
    /// other is done all the same.
    pub async fn shutdown(&self) -> Result<(), ControlError> {
        let noted = self.note_marks().await;
        if let Some(live) = self.live.get() {
            live.stop().await;
        }
        self.store.close().await?;
        noted
    }

    /// A changeset by somebody, now.
    pub(crate) fn changeset(&self, intent: &Intent) -> Changeset {
        let (id, now) = (intent.id.unwrap_or_else(|| self.ids.changeset()), self.now());
        Changeset::new(id, self.namespace.clone(), now, intent.actor.clone())
            .because(intent.reason.clone())
    }

    /// Commits, and tells routers what was moved.
    pub(crate) async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let receipt = self.commit_alone(changeset).await?;
        if !self.routers.is_empty() {
            // Boxed, or whoever commits holds all that this may need.
            Box::pin(self.tell_routers(changeset)).await;
        }
        Ok(receipt)
    }

    /// Commits, and remembers the revision.
    pub(crate) async fn commit_alone(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let receipt = self.store.commit(changeset).await?;
        if let Some(written) = &self.written {
            written.fetch_max(receipt.revision.get(), Ordering::AcqRel);
        }
        Ok(receipt)
    }

    /// The newest revision that was committed through this control: who asks for at least this one
    /// sees what they wrote.
    #[must_use]
    pub fn written(&self) -> Revision {
        let written = self.written.as_ref().map(|written| written.load(Ordering::Acquire));
        Revision::new(written.unwrap_or_default())
    }

    /// Takes the marks that are to be noted with the next append.
    pub(crate) fn take_marks(&self) -> HashMap<Subject, Tally> {
        std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a mark until the next append. Of two callers that judged the same subject, the one that
    /// came further counts.
    pub(crate) fn keep_mark(&self, subject: Subject, judged: Tally) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = marks.entry(subject).or_default();
        if judged.total() > kept.total() {
            *kept = judged;
        }
    }

    /// How far this control judged a subject, where that is not noted yet.
    pub(crate) fn mark_of(&self, subject: &Subject) -> Option<Tally> {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.get(subject).cloned()
    }

    /// Notes how far subjects were judged. Marks that cannot be noted are kept.
    pub(crate) async fn note_marks(&self) -> Result<(), ControlError> {
        let marks = self.take_marks();
        if marks.is_empty() {
            return Ok(());
        }
        let mut append = Append::new(self.namespace.clone(), self.now(), Vec::new());
        for (subject, judged) in &marks {
            append = append.judged(subject.clone(), judged.clone());
        }
        // An append without outcomes has nothing to judge.
        let noted = self.store.append(&append).await.map(drop);
        if noted.is_err() {
            marks.into_iter().for_each(|(subject, judged)| self.keep_mark(subject, judged));
        }
        Ok(noted?)
    }
}

fn is_there_already(err: &StoreError) -> bool {
    matches!(err, StoreError::Refused(refusal) if matches!(**refusal, Refusal::NamespaceExists(_)))
}
