//! A map that keeps every batch it was given, so that a bare loop can write the very same ones.

use std::sync::{Arc, Mutex, PoisonError};

use sternway::{
    redb::RedbKv,
    store::{Batch, Kv, KvError, Shrunk, Snapshot},
};

/// The batches, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape(Arc<Mutex<Vec<Batch>>>);

impl Tape {
    /// Takes what was kept so far, and begins anew.
    pub(crate) fn take(&self) -> Vec<Batch> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A redb map with a tape.
#[derive(Debug)]
pub(crate) struct Taped {
    pub(crate) inner: RedbKv,
    pub(crate) tape: Tape,
}

impl Kv for Taped {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.inner.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let kept = batch.clone();
        self.tape.0.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        self.inner.commit(batch)
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        let kept = batch.clone();
        self.tape.0.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        self.inner.commit_unsynced(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.inner.check()
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        self.inner.shrink()
    }
}
