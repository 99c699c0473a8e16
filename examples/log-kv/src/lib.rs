//! A backend of your own: an append-only log file as the [`Kv`] port of Sternway.
//!
//! It is an example, walked through in `docs/backends.md`, and keeps the whole contract: each commit
//! is one record, durable before it is answered; opening replays the records, cuts off one that was
//! torn by a crash, and refuses a log that is damaged anywhere else. Shrinking writes it anew, as one
//! record of what it adds up to.
//!
//! # Limits
//!
//! The state is in memory and the log grows until it is shrunk, so this is for small stores. A flipped bit in the
//! very last record looks like a crash while it was written, and is taken for one.
//!
//! ```
//! use log_kv::LogKv;
//! use sternway_store::KvStore;
//!
//! let folder = tempfile::tempdir()?;
//! let store = KvStore::open(LogKv::open(&folder.path().join("store.log"))?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod log;
mod map;
mod record;

use std::{
    path::Path,
    sync::{Mutex, PoisonError, RwLock},
};

use sternway_store::{Batch, Cause, Kv, KvError, Shrunk, Snapshot, StoreError};

use crate::{log::Log, map::Map};

/// An ordered map of bytes in a log file.
#[derive(Debug)]
pub struct LogKv {
    log: Mutex<Log>,
    /// What the log adds up to, up to the last commit that was answered with `Ok`.
    map: RwLock<Map>,
}

impl LogKv {
    /// Opens a log, or makes it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] while another process holds it, [`StoreError::NotAStore`] if the file is
    /// something else, [`StoreError::Corrupt`] if it is damaged, and [`StoreError::Unavailable`] if
    /// it cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut map = Map::default();
        let log = Log::open(path, |batch| map.apply(batch))?;
        Ok(Self { log: Mutex::new(log), map: RwLock::new(map) })
    }
}

impl Kv for LogKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        // A lock is poisoned where a thread died; what it guards is replaced whole or not at all.
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Box::new(map.clone()))
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        // Durable first, then visible: nobody may see what a crash would take away.
        log.append(batch)?;
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = map.clone();
        next.apply(batch.clone());
        *map = next;
        Ok(())
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = Map::default();
        log.check(|batch| found.apply(batch))?;
        if *self.map.read().unwrap_or_else(PoisonError::into_inner) == found {
            return Ok(());
        }
        Err(KvError::Corrupt(Cause::new("the log does not add up to what was read from it")))
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = self.map.read().unwrap_or_else(PoisonError::into_inner).whole();
        let before = log.len();
        log.rewrite(&whole)?;
        Ok(Shrunk { before, after: log.len() })
    }
}

/// Compiles what the guide shows.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/backends.md")]
struct Guide;
