//! What makes a race happen in one order: a map whose commits can be held back or fail, whose reads
//! can fail, and callers who leave early.

use std::{
    future::poll_fn,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use sternway_store::{Batch, Cause, Kv, KvError, MemoryKv, Range, Shrunk, Snapshot, Visit};
use tokio::sync::Notify;

/// A map in memory whose commits wait while its gate is shut, or fail while it is broken.
#[derive(Clone, Debug, Default)]
pub(crate) struct GatedKv {
    inner: MemoryKv,
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    /// How many commits are still let through; nothing while the gate is open.
    left: Mutex<Option<u64>>,
    opened: Condvar,
    /// Whether commits fail instead of waiting.
    broken: AtomicBool,
    /// Whether reads fail once the next commit is there.
    blinding: AtomicBool,
    /// Whether reads fail.
    blind: AtomicBool,
    /// Rings when a commit is held back.
    held: Notify,
}

impl GatedKv {
    /// Holds commits back from now on: whoever reads sees what was there.
    pub(crate) fn shut(&self) {
        self.shut_after(0);
    }

    /// Lets so many more commits through, and holds back those after them.
    pub(crate) fn shut_after(&self, commits: u64) {
        self.turn(Some(commits));
    }

    /// Lets them go.
    pub(crate) fn open(&self) {
        self.gate.broken.store(false, Ordering::SeqCst);
        self.turn(None);
    }

    /// Lets so many more commits through, and fails those after them until it is opened.
    pub(crate) fn break_after(&self, commits: u64) {
        self.gate.broken.store(true, Ordering::SeqCst);
        self.turn(Some(commits));
    }

    /// Fails every commit and every read from now on.
    pub(crate) fn go_away(&self) {
        self.break_after(0);
        self.gate.blind.store(true, Ordering::SeqCst);
    }

    /// Lets the next commit through, and fails every read after it.
    pub(crate) fn blind_after_commit(&self) {
        self.gate.blinding.store(true, Ordering::SeqCst);
    }

    /// Lets reads succeed again.
    pub(crate) fn see(&self) {
        self.gate.blind.store(false, Ordering::SeqCst);
    }

    fn turn(&self, left: Option<u64>) {
        *self.gate.left.lock().unwrap_or_else(PoisonError::into_inner) = left;
        self.gate.opened.notify_all();
    }

    /// Follows a future until a commit is held back, and drops it then. Nothing if it was not done.
    pub(crate) async fn leave<F: Future>(&self, future: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = self.gate.held.notified() => None,
        }
    }
}

impl Kv for GatedKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        let (inner, gate) = (self.inner.snapshot()?, Arc::clone(&self.gate));
        Ok(Box::new(GatedSnapshot { inner, gate }))
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let mut left = self.gate.left.lock().unwrap_or_else(PoisonError::into_inner);
        if *left == Some(0) {
            if self.gate.broken.load(Ordering::SeqCst) {
                return Err(gone());
            }
            self.gate.held.notify_one();
            let opened = self.gate.opened.wait_while(left, |left| *left == Some(0));
            left = opened.unwrap_or_else(PoisonError::into_inner);
        }
        *left = left.map(|left| left - 1);
        drop(left);
        self.inner.commit(batch)?;
        if self.gate.blinding.swap(false, Ordering::SeqCst) {
            self.gate.blind.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.inner.check()
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        self.inner.shrink()
    }
}

struct GatedSnapshot {
    inner: Box<dyn Snapshot>,
    gate: Arc<Gate>,
}

impl GatedSnapshot {
    fn seen(&self) -> Result<&dyn Snapshot, KvError> {
        if self.gate.blind.load(Ordering::SeqCst) { Err(gone()) } else { Ok(self.inner.as_ref()) }
    }
}

impl Snapshot for GatedSnapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        self.seen()?.get(key)
    }

    fn scan(&self, range: &Range, visit: &mut Visit<'_>) -> Result<(), KvError> {
        self.seen()?.scan(range, visit)
    }
}

fn gone() -> KvError {
    KvError::Unavailable(Cause::new("the disk is gone"))
}

/// Polls a future so many times, whenever it can go on, and drops it. Nothing if it was not done
/// by then.
pub(crate) async fn abandon<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
