//! What is live, in memory: reading it costs no I/O.
//!
//! The table is loaded once and then fed by the feed. A commit that moves several pointers is
//! applied under one lock, so that a reader who takes several answers at once sees all of it or
//! nothing. While the feed cannot be read, the table answers as of where it came to, says so, and
//! tries again. Where what it has not seen was let go by a compaction, it is loaded anew, and says
//! how often that was.

mod table;

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sternway_provider::{Ids, Stopwatch};
use sternway_store::{Store, StoreError};
use sternway_types::{
    Applied, ArtifactId, Commit, EnvironmentId, Generation, NamespaceId, Revision, VersionNumber,
};
use tokio::{sync::watch, task::JoinHandle};

use self::table::{Table, apply_change, apply_move, load_newest};
use crate::{
    Control, ControlError,
    deploy::{Resolved, Targeting},
    watch::Watch,
};

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

/// How long to wait before reading again after the first failure, and at most: the pause doubles
/// until a commit was read.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// What is live everywhere, in memory.
#[derive(Debug)]
pub struct LiveTable {
    shared: Arc<Shared>,
    /// Where runs without a key are drawn.
    ids: Arc<dyn Ids>,
    /// Rings after each commit and at each trouble; closed when nothing follows any more.
    bell: watch::Receiver<Standing>,
    stop: watch::Sender<bool>,
    follower: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

/// How far the table is, and why it may be no further.
#[derive(Clone, Debug)]
struct Standing {
    revision: Revision,
    trouble: Option<ControlError>,
    /// When that began.
    since: Option<Stopwatch>,
    reloads: u64,
}

impl Standing {
    /// It is at this revision, and nothing is wrong.
    fn reach(&mut self, revision: Revision) {
        (self.revision, self.trouble, self.since) = (revision, None, None);
    }

    fn stumble(&mut self, trouble: ControlError) {
        self.trouble = Some(trouble);
        self.since.get_or_insert_with(Stopwatch::start);
    }
}

#[derive(Debug)]
struct Shared {
    table: RwLock<Table>,
    revision: AtomicU64,
}

impl LiveTable {
    /// What is live of an artifact in an environment. No I/O, no allocation. Where the table is
    /// in trouble, it answers as of the revision that it is at.
    #[must_use]
    pub fn get(&self, artifact: &ArtifactId, environment: &EnvironmentId) -> Option<Live> {
        let table = self.shared.table.read().unwrap_or_else(PoisonError::into_inner);
        table.get(environment)?.get(artifact).map(|here| here.live)
    }

    /// Which version a run takes: what it carries goes before its key, and the same key, such as a user's name,
    /// is given the same version, and keeps a candidate while its share grows. Without a key it is drawn by
    /// chance. No I/O, and with a key no allocation.
    #[must_use]
    pub fn resolve(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        run: &Targeting<'_>,
    ) -> Option<Resolved> {
        let table = self.shared.table.read().unwrap_or_else(PoisonError::into_inner);
        table.get(environment)?.get(artifact).map(|here| here.resolve(run, self.ids.as_ref()))
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
        let live = |artifact| environment?.get(artifact).map(|here| here.live);
        artifacts.iter().map(live).collect()
    }

    /// The revision that the table is at.
    #[must_use]
    pub fn revision(&self) -> Revision {
        Revision::new(self.shared.revision.load(Ordering::Acquire))
    }

    /// Why the table may be behind: what reading the feed ended with. It is read again after a
    /// while, and once that works, nothing is wrong any more. A table that nothing feeds any more
    /// says that the store is closed.
    #[must_use]
    pub fn trouble(&self) -> Option<ControlError> {
        self.bell.borrow().trouble.clone()
    }

    /// For how long the feed could not be read; nothing if nothing is wrong. The table is as old as that,
    /// and by how long a loss takes to be seen.
    #[must_use]
    pub fn unread_for(&self) -> Option<Duration> {
        self.bell.borrow().since.map(Stopwatch::elapsed)
    }

    /// How often the table was loaded anew, since commits that it had not seen were let go. It went
    /// over them in one step: whoever wants each of them reads the feed.
    #[must_use]
    pub fn reloads(&self) -> u64 {
        self.bell.borrow().reloads
    }

    /// Returns when the table is at this revision or a later one.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store is closed before that, or the feed cannot be read: the
    /// table is not there and goes on trying, so the same call may succeed later.
    pub async fn at_least(&self, revision: Revision) -> Result<Revision, ControlError> {
        let mut bell = self.bell.clone();
        let told =
            |standing: &Standing| standing.revision >= revision || standing.trouble.is_some();
        let standing = bell.wait_for(told).await.map_err(|_| StoreError::Closed)?;
        match &standing.trouble {
            Some(trouble) if standing.revision < revision => Err(trouble.clone()),
            _ => Ok(standing.revision),
        }
    }

    async fn load(
        store: Arc<dyn Store>,
        namespace: &NamespaceId,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, ControlError> {
        let (revision, table) = load_newest(store.as_ref(), namespace).await?;
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared {
            table: RwLock::new(table),
            revision: AtomicU64::new(revision.get()),
        });
        let (ringer, bell) =
            watch::channel(Standing { revision, trouble: None, since: None, reloads: 0 });
        let feed = Watch::new(store, namespace.clone(), revision);
        #[expect(
            clippy::disallowed_methods,
            reason = "the task is owned by the table and awaited when it stops"
        )]
        let follower = tokio::spawn(follow(Arc::clone(&shared), feed, ringer, stopped));
        Ok(Self { shared, ids, bell, stop, follower: tokio::sync::Mutex::new(Some(follower)) })
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

/// Keeps the table up to date until it is stopped or the store is closed. It alone holds the
/// ringer, so that whoever waits learns when it ends.
async fn follow(
    shared: Arc<Shared>,
    feed: Watch,
    ringer: watch::Sender<Standing>,
    mut stopped: watch::Receiver<bool>,
) {
    tokio::select! {
        () = keep_up(&shared, feed, &ringer) => (),
        _ = stopped.wait_for(|stopped| *stopped) => (),
    }
    ringer.send_modify(|standing| standing.stumble(StoreError::Closed.into()));
}

/// Applies commit after commit until the store is closed. Where one cannot be read, the next try
/// begins with it.
async fn keep_up(shared: &Shared, mut feed: Watch, ringer: &watch::Sender<Standing>) {
    let (shortest, longest) = PAUSES;
    let mut pause = shortest;
    loop {
        let troubled = ringer.borrow().trouble.is_some();
        // After a failure it is news, too, that nothing was missed.
        let read = if troubled { feed.try_next().await } else { feed.next().await.map(Some) };
        match read {
            Ok(Some(commit)) => {
                shared.apply(&commit);
                ringer.send_modify(|standing| standing.reach(commit.revision));
                pause = shortest;
                // A table that is far behind lets others work, and hears that it is stopped.
                tokio::task::coop::consume_budget().await;
            }
            Ok(None) => ringer.send_modify(|standing| standing.reach(standing.revision)),
            Err(ControlError::Store(StoreError::Closed)) => return,
            Err(err) => {
                let gone = matches!(err, ControlError::Store(StoreError::Compacted { .. }));
                if gone && shared.reload(&mut feed, ringer).await {
                    continue;
                }
                ringer.send_modify(|standing| standing.stumble(err));
                wait(pause).await;
                pause = longest.min(2 * pause);
            }
        }
    }
}

async fn wait(pause: Duration) {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing tells when the store can be read again, and no outcome depends on it"
    )]
    tokio::time::sleep(pause).await;
}

impl Shared {
    /// Loads the table anew, since what comes next in the feed was let go. Says whether it could be.
    async fn reload(&self, feed: &mut Watch, ringer: &watch::Sender<Standing>) -> bool {
        let (store, namespace) = feed.source();
        let Ok((revision, loaded)) = load_newest(store, namespace).await else { return false };
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        *table = loaded;
        self.revision.store(revision.get(), Ordering::Release);
        drop(table);
        feed.resume(revision);
        ringer.send_modify(|standing| {
            standing.reach(revision);
            standing.reloads += 1;
        });
        true
    }

    fn apply(&self, commit: &Commit) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        for applied in &commit.applied {
            match applied {
                Applied::PointerMoved(moved) => apply_move(&mut table, moved),
                Applied::RecordChanged(change) => apply_change(&mut table, change),
                Applied::NamespaceCreated | Applied::VersionAdded(_) => (),
            }
        }
        self.revision.store(commit.revision.get(), Ordering::Release);
    }
}

impl Control {
    /// What is live everywhere, in memory. The first call loads it and begins to follow the feed,
    /// on a runtime whose timer is on: a feed that cannot be read is read again after a pause.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn live(&self) -> Result<&LiveTable, ControlError> {
        let load =
            || LiveTable::load(Arc::clone(&self.store), &self.namespace, Arc::clone(&self.ids));
        self.live.get_or_try_init(load).await
    }
}
