//! Group commit: many callers, one durable write.
//!
//! A caller decides its own job, one caller at a time, on top of what was decided before it; what is
//! decided gathers in a batch. One thread makes batches durable, one after the other, and answers
//! who waits for them. While one batch becomes durable, the next gathers on top of it; so the more
//! callers wait, the more of them share the price of a durable write. If a batch cannot be written,
//! what was decided on top of it is answered with the same error. Deciding never waits for anything,
//! so that a caller that goes away has decided or has not.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
};

use sternway_types::{Changeset, Digest, Receipt};
use tokio::sync::{Mutex, OwnedSemaphorePermit, oneshot, watch};

use super::{
    answer::{Answer, Waiting},
    apply, bulk,
    newest::Newest,
    port::{Batch, Kv, KvError},
    stage::{Decided, Stage},
};
use crate::{Append, Appended, Cause, StoreError};

/// What callers and the committing thread share.
pub(super) struct Shared {
    kv: Arc<dyn Kv>,
    newest: Newest,
    stage: Mutex<Stage>,
    /// Rings after every batch, and at the end.
    bell: watch::Sender<u64>,
    ending: AtomicBool,
}

/// The callers' side. Dropping it ends the thread when what was decided is written.
pub(super) struct Group {
    pub(super) shared: Arc<Shared>,
    committer: Thread,
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

impl Group {
    /// Starts the committing thread.
    pub(super) fn start(kv: Arc<dyn Kv>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            newest: Newest::new(kv.as_ref())?,
            kv,
            stage: Mutex::default(),
            bell: watch::Sender::new(0),
            ending: AtomicBool::new(false),
        });
        let committing = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("sternway-commit".into())
            .spawn(move || commit_all(committing))
            .map_err(|err| StoreError::Unavailable(Cause::new(err)))?;
        Ok(Self { shared, committer: thread.thread().clone() })
    }

    /// Takes a content that a later commit will name. It becomes durable with that commit.
    pub(super) async fn put(
        &self,
        key: Vec<u8>,
        value: Vec<u8>,
        permit: OwnedSemaphorePermit,
    ) -> Result<(), StoreError> {
        let mut stage = self.shared.stage.lock().await;
        stage.put(self.shared.kv.as_ref(), key, value, permit)?;
        drop(stage);
        self.committer.unpark();
        Ok(())
    }

    /// Decides a changeset.
    pub(super) async fn commit(
        &self,
        changeset: &Changeset,
        fingerprint: &Digest,
    ) -> Result<Waiting<Receipt>, StoreError> {
        let mut stage = self.shared.stage.lock().await;
        let decide = |staging: &mut _| apply::apply(staging, changeset, fingerprint);
        let waiting = stage.decide(self.shared.kv.as_ref(), decide, Answer::Commit)?;
        drop(stage);
        self.committer.unpark();
        Ok(waiting)
    }

    /// Decides an append.
    pub(super) async fn append(&self, append: &Append) -> Result<Waiting<Appended>, StoreError> {
        let mut stage = self.shared.stage.lock().await;
        let decide = |staging: &mut _| bulk::append(staging, append);
        let waiting = stage.decide(self.shared.kv.as_ref(), decide, Answer::Append)?;
        drop(stage);
        self.committer.unpark();
        Ok(waiting)
    }

    /// Asks for everything to be written, contents that nobody named included.
    pub(super) async fn flush(&self) -> Result<Waiting<()>, StoreError> {
        let mut stage = self.shared.stage.lock().await;
        let waiting = stage.decide(self.shared.kv.as_ref(), |_| Ok(()), Answer::Flush)?;
        drop(stage);
        self.committer.unpark();
        Ok(waiting)
    }

    /// Refuses what comes from now on, and tells when what came before is written and the map was
    /// let go.
    pub(super) async fn close(&self) -> oneshot::Receiver<()> {
        let closed = self.shared.stage.lock().await.close();
        self.end();
        closed
    }

    fn end(&self) {
        self.shared.ending.store(true, Ordering::Release);
        self.committer.unpark();
    }
}

impl Shared {
    pub(super) fn kv(&self) -> &dyn Kv {
        self.kv.as_ref()
    }

    pub(super) const fn newest(&self) -> &Newest {
        &self.newest
    }

    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    fn ring(&self) {
        self.bell.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// Writes a batch durably, shows it to readers, and answers who waits for it.
    fn write(&self, decided: Decided) {
        let Decided { batch, answers } = decided;
        let written = self.commit(&batch);
        if written.is_err() {
            // Whoever is told of the failure and tries again must come after what it took along.
            self.stage.blocking_lock().written(self.kv.as_ref(), &written);
            answers.into_iter().for_each(|answer| answer.give(&written));
        } else {
            answers.into_iter().for_each(|answer| answer.give(&written));
            self.stage.blocking_lock().written(self.kv.as_ref(), &written);
        }
    }

    fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        // A map that panics must not leave callers waiting for ever.
        let committed = panic::catch_unwind(AssertUnwindSafe(|| self.kv.commit(batch)))
            .unwrap_or_else(|_| Err(KvError::Unavailable(Cause::new("the commit panicked"))));
        // Also after a failure, since a commit that failed may have happened.
        self.newest.renew(self.kv.as_ref());
        self.ring();
        Ok(committed?)
    }
}

/// What the committing thread does, to the end.
fn commit_all(shared: Arc<Shared>) {
    loop {
        // Read before looking: what was decided before the end was announced is written.
        let ending = shared.ending.load(Ordering::Acquire);
        let due = shared.stage.blocking_lock().take_due(ending);
        match due {
            Some(decided) => shared.write(decided),
            None if ending => break,
            None => thread::park(),
        }
    }
    let closed = shared.stage.blocking_lock().end();
    shared.newest.let_go();
    shared.ring();
    // Let go of the map before saying so: who waits may open it again at once.
    drop(shared);
    for closed in closed {
        // A caller that went away is nobody's concern.
        let _: Result<(), ()> = closed.send(());
    }
}
