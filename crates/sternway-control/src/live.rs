//! What is live, in memory: reading it costs no I/O.
//!
//! The table is loaded once and then fed by the feed. A commit that moves several pointers is
//! applied under one lock, so that a reader who takes several answers at once sees all of it or
//! nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use sternway_store::{Limit, Store};
use sternway_types::{
    Applied, ArtifactId, At, Commit, EnvironmentId, Generation, NamespaceId, Pointer, PointerMove,
    PointerName, Record, RecordKind, Revision, VersionNumber,
};
use tokio::{sync::watch, task::JoinHandle};

use crate::{Control, ControlError, watch::Watch};

/// What is live of an artifact in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// The version.
    pub version: VersionNumber,
    /// The generation of the pointer: outcomes of this version name it.
    pub generation: Generation,
    /// The revision that made it live.
    pub since: Revision,
}

type Table = HashMap<EnvironmentId, HashMap<ArtifactId, Live>>;

/// What is live everywhere, in memory.
#[derive(Debug)]
pub struct LiveTable {
    shared: Arc<Shared>,
    /// Rings with the revision after each commit; closed when nothing follows any more.
    bell: watch::Receiver<Revision>,
    stop: watch::Sender<bool>,
    follower: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    table: RwLock<Table>,
    revision: AtomicU64,
}

impl LiveTable {
    /// What is live of an artifact in an environment. No I/O, no allocation.
    #[must_use]
    pub fn get(&self, artifact: &ArtifactId, environment: &EnvironmentId) -> Option<Live> {
        let table = self.shared.table.read().unwrap_or_else(PoisonError::into_inner);
        table.get(environment)?.get(artifact).copied()
    }

    /// What is live of several artifacts in an environment, at one revision.
    #[must_use]
    pub fn get_all(
        &self,
        artifacts: &[ArtifactId],
        environment: &EnvironmentId,
    ) -> Vec<Option<Live>> {
        let table = self.shared.table.read().unwrap_or_else(PoisonError::into_inner);
        let environment = table.get(environment);
        artifacts.iter().map(|artifact| environment?.get(artifact).copied()).collect()
    }

    /// The revision that the table is at.
    #[must_use]
    pub fn revision(&self) -> Revision {
        Revision::new(self.shared.revision.load(Ordering::Acquire))
    }

    /// Returns when the table is at this revision or a later one.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store is closed before that.
    pub async fn at_least(&self, revision: Revision) -> Result<Revision, ControlError> {
        let mut bell = self.bell.clone();
        let reached = bell.wait_for(|reached| *reached >= revision).await;
        let reached = reached.map(|reached| *reached);
        reached.map_err(|_| ControlError::Store(sternway_store::StoreError::Closed))
    }

    async fn load(store: Arc<dyn Store>, namespace: &NamespaceId) -> Result<Self, ControlError> {
        let head = store.head(namespace).await?;
        let revision = head.map_or(Revision::ZERO, |head| head.revision);
        let table = load_table(store.as_ref(), namespace, revision).await?;
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared {
            table: RwLock::new(table),
            revision: AtomicU64::new(revision.get()),
        });
        let (ringer, bell) = watch::channel(revision);
        let feed = Watch::new(store, namespace.clone(), revision);
        #[expect(
            clippy::disallowed_methods,
            reason = "the task is owned by the table and awaited when it stops"
        )]
        let follower = tokio::spawn(follow(Arc::clone(&shared), feed, ringer, stopped));
        Ok(Self { shared, bell, stop, follower: tokio::sync::Mutex::new(Some(follower)) })
    }

    /// Ends following the feed. The table stays as it is.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        if let Some(follower) = self.follower.lock().await.take() {
            // A follower that panicked is gone, which is all that is wanted here.
            drop(follower.await);
        }
    }
}

async fn load_table(
    store: &dyn Store,
    namespace: &NamespaceId,
    revision: Revision,
) -> Result<Table, ControlError> {
    let mut table = Table::new();
    let mut after: Option<String> = None;
    loop {
        let kind = RecordKind::Environment;
        let page = store.records(namespace, kind, "", after.as_deref(), Limit::MAX).await?;
        let Some(last) = page.last() else { return Ok(table) };
        after = Some(last.key.name().to_owned());
        for entry in page {
            if let Some(Record::Environment(environment)) = entry.record {
                let live = load_environment(store, namespace, &environment.id, revision).await?;
                table.insert(environment.id, live);
            }
        }
    }
}

async fn load_environment(
    store: &dyn Store,
    namespace: &NamespaceId,
    environment: &EnvironmentId,
    revision: Revision,
) -> Result<HashMap<ArtifactId, Live>, ControlError> {
    let mut live = HashMap::new();
    let mut after: Option<ArtifactId> = None;
    let at = At::Revision(revision);
    loop {
        let page =
            store.environment(namespace, environment, at, after.as_ref(), Limit::MAX).await?;
        let Some(last) = page.last() else { return Ok(live) };
        after = Some(last.artifact.clone());
        live.extend(page.into_iter().filter_map(of_pointer));
    }
}

fn of_pointer(pointer: Pointer) -> Option<(ArtifactId, Live)> {
    let Pointer { artifact, version, generation, revision, .. } = pointer;
    Some((artifact, Live { version: version?, generation, since: revision }))
}

/// Applies commit after commit until it is stopped or the store is closed. It alone holds the
/// ringer, so that whoever waits learns when it ends.
async fn follow(
    shared: Arc<Shared>,
    mut feed: Watch,
    ringer: watch::Sender<Revision>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let commit = tokio::select! {
            commit = feed.next() => commit,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        // An error means that the store is closed or gone: the table says how far it came.
        let Ok(commit) = commit else { return };
        shared.apply(&commit);
        ringer.send_replace(commit.revision);
    }
}

impl Shared {
    fn apply(&self, commit: &Commit) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        for applied in &commit.applied {
            match applied {
                Applied::PointerMoved(moved) => apply_move(&mut table, moved),
                Applied::NamespaceCreated
                | Applied::VersionAdded(_)
                | Applied::RecordChanged(_) => (),
            }
        }
        self.revision.store(commit.revision.get(), Ordering::Release);
    }
}

fn apply_move(table: &mut Table, moved: &PointerMove) {
    let PointerName::Environment(environment) = &moved.name else { return };
    let live = table.entry(environment.clone()).or_default();
    match moved.to {
        Some(version) => {
            let (generation, since) = (moved.generation, moved.revision);
            live.insert(moved.artifact.clone(), Live { version, generation, since });
        }
        None => drop(live.remove(&moved.artifact)),
    }
}

impl Control {
    /// What is live everywhere, in memory. The first call loads it and begins to follow the feed.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn live(&self) -> Result<&LiveTable, ControlError> {
        let load = || LiveTable::load(Arc::clone(&self.store), &self.namespace);
        self.live.get_or_try_init(load).await
    }
}
