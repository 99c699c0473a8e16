//! What the database stands on, shared with it so that its length can be asked for.

use std::{io, ops::Bound, sync::Arc};

use redb::{BackendError, StorageBackend, backends::FileBackend};

use crate::eager::Eager;

/// A storage that redb and the map hold together. Everything is passed on.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    within: Arc<dyn StorageBackend>,
    /// None for a storage of the caller's own, who rules when it is asked for what.
    eager: Option<Arc<Eager>>,
}

impl Storage {
    pub(crate) fn new(storage: impl StorageBackend) -> Self {
        Self { within: Arc::new(storage), eager: None }
    }

    /// A file, whose disk begins early where much is written.
    pub(crate) fn of_file(file: FileBackend) -> Self {
        let file = Arc::new(file);
        let synced = Arc::clone(&file);
        let eager = Eager::new(move || synced.sync_data());
        Self { within: file, eager: Some(Arc::new(eager)) }
    }
}

#[deny(clippy::missing_trait_methods)]
impl StorageBackend for Storage {
    fn len(&self) -> io::Result<u64> {
        self.within.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.within.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.within.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        match &self.eager {
            Some(eager) => eager.sync(),
            None => self.within.sync_data(),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.within.write(offset, data)?;
        self.eager.iter().for_each(|eager| eager.written(data.len()));
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.eager.iter().for_each(|eager| eager.end());
        self.within.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.within.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.within.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.within.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.within.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.within.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.within.query_lock_range(start, end)
    }
}
