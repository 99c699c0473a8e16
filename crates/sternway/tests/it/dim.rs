//! A map in memory that loses a table when it is told to.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use sternway::store::{Batch, Cause, Kv, KvError, MemoryKv, Range, Shrunk, Snapshot, Visit};

/// A map in memory of which one table cannot be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct DimKv {
    inner: MemoryKv,
    /// The letter of the table; 0 for none, 255 for all.
    lost: Arc<AtomicU8>,
}

impl DimKv {
    /// Fails every read of a table from now on.
    pub(crate) fn lose(&self, table: u8) {
        self.lost.store(table, Ordering::SeqCst);
    }
}

impl Kv for DimKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        let (inner, lost) = (self.inner.snapshot()?, Arc::clone(&self.lost));
        Ok(Box::new(DimSnapshot { inner, lost }))
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        self.inner.commit(batch)
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

struct DimSnapshot {
    inner: Box<dyn Snapshot>,
    lost: Arc<AtomicU8>,
}

impl DimSnapshot {
    fn check(&self, key: &[u8]) -> Result<(), KvError> {
        let lost = self.lost.load(Ordering::SeqCst);
        if lost == u8::MAX || lost != 0 && key.first() == Some(&lost) {
            return Err(KvError::Unavailable(Cause::new("that part of the disk is gone")));
        }
        Ok(())
    }
}

impl Snapshot for DimSnapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        self.check(key)?;
        self.inner.get(key)
    }

    fn scan(&self, range: &Range, visit: &mut Visit<'_>) -> Result<(), KvError> {
        self.check(&range.from)?;
        self.inner.scan(range, visit)
    }
}
