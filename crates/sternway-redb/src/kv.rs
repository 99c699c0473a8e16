//! The ordered map in one table of a redb file.

use std::{
    fmt,
    fs::File,
    ops::{Bound, ControlFlow},
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
    time::Duration,
};

use redb::{
    Builder, CompactionError, Database, DatabaseError, Durability, ReadOnlyTable, ReadableDatabase,
    StorageBackend, TableDefinition, TableHandle, backends::FileBackend,
};
use sternway_store::{
    Batch, Cause, Direction, Kv, KvError, Range, Shrunk, Snapshot, StoreError, Visit,
};

use crate::{
    error::{Failed, guarded, kv_error, open_error},
    file::{self, NewFile},
    storage::Storage,
};

const TABLE: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("sternway");

/// How long what is done to the whole file waits between two tries to have the file to itself.
const PAUSE: Duration = Duration::from_millis(2);
/// How often it tries.
const MAX_TRIES: u32 = 1_000;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedbOptions {
    /// Whether a commit also writes what lets the file reopen at once after a crash. On by
    /// default; without it a commit of few rows is up to twice as fast, and reopening after a
    /// crash reads the whole file.
    pub quick_repair: bool,
    /// How much memory may hold pages of the file, in bytes, half of it what is not
    /// written yet. 64 MiB by default: the system keeps the rest of what is read often.
    pub cache: usize,
}

impl Default for RedbOptions {
    fn default() -> Self {
        Self { quick_repair: true, cache: 64 * 1024 * 1024 }
    }
}

impl RedbOptions {
    /// Turns quick repair on or off.
    #[must_use]
    pub const fn with_quick_repair(mut self, on: bool) -> Self {
        self.quick_repair = on;
        self
    }

    /// Sets the size of the cache in bytes.
    #[must_use]
    pub const fn with_cache(mut self, bytes: usize) -> Self {
        self.cache = bytes;
        self
    }
}

/// An ordered map in a redb file.
pub struct RedbKv {
    // Only what is done to the whole file needs the database to itself.
    database: RwLock<Database>,
    storage: Storage,
    path: PathBuf,
    options: RedbOptions,
}

impl fmt::Debug for RedbKv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbKv")
            .field("path", &self.path)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl RedbKv {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    ///
    /// As [`open`](crate::open).
    pub fn open(path: &Path, options: RedbOptions) -> Result<Self, StoreError> {
        loop {
            if let Some(file) = file::existing(path)? {
                return Self::of_file(file, path, options);
            }
            let (new, file) = NewFile::create(path)?;
            let kv = Self::of_file(file, path, options)?;
            if new.keep(path)? {
                return Ok(kv);
            }
            // Somebody else was first: theirs is the store.
        }
    }

    /// Opens what a storage of the caller's own holds, or makes it: encrypted files, a block device,
    /// a disk that fails on purpose.
    ///
    /// Durability rests on it: `sync_data` returns when everything written before survives the loss of
    /// power, and until then any part of it may survive, in any order. Who else may open the same
    /// storage, and under which name it is found when it is new, is the caller's to rule: one that
    /// was being made when the process ended is to be made again. What is neither empty nor redb's
    /// is [`StoreError::Corrupt`] here.
    ///
    /// ```
    /// use sternway_redb::{RedbKv, RedbOptions};
    /// use sternway_store::KvStore;
    ///
    /// let storage = redb::backends::InMemoryBackend::new();
    /// let store = KvStore::open(RedbKv::on(storage, RedbOptions::default())?)?;
    /// # Ok::<(), sternway_store::StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](crate::open); never [`StoreError::Busy`].
    pub fn on(storage: impl StorageBackend, options: RedbOptions) -> Result<Self, StoreError> {
        Self::with(Storage::new(storage), Path::new("the storage"), options)
    }

    fn of_file(file: File, path: &Path, options: RedbOptions) -> Result<Self, StoreError> {
        let file = FileBackend::new(file).map_err(open_error)?;
        Self::with(Storage::of_file(file), path, options)
    }

    fn with(storage: Storage, path: &Path, options: RedbOptions) -> Result<Self, StoreError> {
        let held = storage.clone();
        let database = guarded(|| {
            let mut builder = Builder::new();
            builder.set_cache_size(options.cache);
            Ok(builder.create_with_backend(held).map_err(open_error))
        })??;
        let (database, path) = (RwLock::new(database), path.to_owned());
        let kv = Self { database, storage, path, options };
        kv.make_table()?;
        Ok(kv)
    }

    /// Makes the table in a new file; leaves a file that holds somebody else's tables alone.
    fn make_table(&self) -> Result<(), StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let (ours, others) = guarded(|| {
            let read = database.begin_read()?;
            let names: Vec<String> = read.list_tables()?.map(|table| table.name().into()).collect();
            let ours = names.iter().any(|name| name == TABLE.name());
            Ok((ours, names.len() > usize::from(ours)))
        })?;
        if others {
            let detail = format!("{} holds tables of another program", self.path.display());
            return Err(StoreError::NotAStore { detail });
        }
        if !ours {
            drop(database);
            self.commit(&Batch::new())?;
        }
        Ok(())
    }
}

impl Kv for RedbKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        guarded(|| {
            let table = database.begin_read()?.open_table(TABLE)?;
            Ok(Box::new(RedbSnapshot { table }) as Box<dyn Snapshot>)
        })
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        self.write(batch, Durability::Immediate)
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.write(batch, Durability::None)
    }

    fn check(&self) -> Result<(), KvError> {
        match self.alone(|database| match database.check_integrity() {
            Err(DatabaseError::TransactionInProgress) => Ok(None),
            checked => Ok(Some(checked?)),
        })? {
            true => Ok(()),
            false => {
                let cause = "pages did not have their checksums, and redb mended them";
                Err(KvError::Corrupt(Cause::new(cause)))
            }
        }
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        let before = self.alone(|_| Ok(Some(self.storage.len()?)))?;
        self.alone(|database| match database.compact() {
            Err(CompactionError::TransactionInProgress) => Ok(None),
            compacted => Ok(Some(compacted?)),
        })?;
        // After a crash before the next commit, opening reads the whole file: a commit here would
        // prevent that, and redb would take as much room again for it.
        Ok(Shrunk { before, after: self.alone(|_| Ok(Some(self.storage.len()?)))? })
    }
}

impl RedbKv {
    fn write(&self, batch: &Batch, durability: Durability) -> Result<(), KvError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        guarded(|| {
            let mut write = database.begin_write()?;
            // Immediate is redb's default; it is said again since the contract hangs on it. It is
            // refused only where savepoints are used.
            write.set_durability(durability).map_err(unavailable)?;
            write.set_two_phase_commit(true);
            write.set_quick_repair(self.options.quick_repair);
            {
                let mut table = write.open_table(TABLE)?;
                for (key, value) in batch {
                    match value {
                        Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                        None => drop(table.remove(key.as_slice())?),
                    }
                }
            }
            Ok(write.commit()?)
        })
    }

    /// Does something that needs the file to itself; nothing was done if it answers with nothing. A
    /// read that began before may still run: it ends soon, and no other begins meanwhile.
    fn alone<T>(
        &self,
        work: impl Fn(&mut Database) -> Result<Option<T>, Failed>,
    ) -> Result<T, KvError> {
        for _ in 0..MAX_TRIES {
            let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(done) = guarded(|| work(&mut database))? {
                return Ok(done);
            }
            drop(database);
            #[expect(clippy::disallowed_methods, reason = "nothing tells when a read is done")]
            std::thread::sleep(PAUSE);
        }
        Err(kv_error(DatabaseError::TransactionInProgress))
    }
}

fn unavailable(err: impl std::error::Error + Send + Sync + 'static) -> Failed {
    Failed(KvError::Unavailable(Cause::new(err)))
}

struct RedbSnapshot {
    table: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

impl Snapshot for RedbSnapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        guarded(|| Ok(self.table.get(key)?.map(|value| value.value().to_vec())))
    }

    fn scan(&self, range: &Range, visit: &mut Visit<'_>) -> Result<(), KvError> {
        if range.from >= range.to {
            return Ok(());
        }
        let bounds = (Bound::Included(range.from.as_slice()), Bound::Excluded(range.to.as_slice()));
        guarded(|| {
            let mut entries = self.table.range::<&[u8]>(bounds)?;
            loop {
                let entry = match range.direction {
                    Direction::Forward => entries.next(),
                    Direction::Backward => entries.next_back(),
                };
                let Some(entry) = entry else { return Ok(()) };
                let (key, value) = entry?;
                if let ControlFlow::Break(()) = visit(key.value(), value.value()) {
                    return Ok(());
                }
            }
        })
    }
}
