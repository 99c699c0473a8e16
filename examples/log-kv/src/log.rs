//! The file: it only grows, by one record for each commit.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use sternway_store::{Batch, Cause, KvError, StoreError};

use crate::record;

/// How every log begins. The number is the version of the format.
const MAGIC: &[u8] = b"sternway log 1\n";

/// An open log.
#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    /// Where the last record ends. What is behind it was never acknowledged.
    end: u64,
    /// Whether nobody knows any more what the file holds.
    lost: Option<Cause>,
}

impl Log {
    /// Opens a log, or makes it, and gives every batch in it to `apply`.
    pub(crate) fn open(path: &Path, apply: impl FnMut(Batch)) -> Result<Self, StoreError> {
        let unavailable = |err| StoreError::from(kv_error(err));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(unavailable)?;
        // Before anything is read: who holds the file may be writing it.
        file.try_lock().map_err(|err| match err {
            TryLockError::WouldBlock => StoreError::Busy,
            TryLockError::Error(err) => unavailable(err),
        })?;
        let mut log = Self { file, end: 0, lost: None };
        let bytes = log.read().map_err(unavailable)?;
        let Some(records) = bytes.strip_prefix(MAGIC) else {
            if !MAGIC.starts_with(&bytes) {
                let detail = format!("{} does not begin like a log", path.display());
                return Err(StoreError::NotAStore { detail });
            }
            // It is new, or the power went while it was made.
            log.begin(path).map_err(unavailable)?;
            return Ok(log);
        };
        log.end = (bytes.len() - replay(records, apply)?) as u64;
        // What is left of a commit that was never acknowledged must not stand behind the next one.
        log.cut_off().map_err(unavailable)?;
        Ok(log)
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.rewind()?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn begin(&mut self, path: &Path) -> io::Result<()> {
        self.cut_off()?;
        self.file.write_all(MAGIC)?;
        self.file.sync_all()?;
        self.end = MAGIC.len() as u64;
        // The name of a new file is durable when its folder is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
    }

    /// Takes away what is behind the last record, and goes there.
    fn cut_off(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.sync_all()
    }

    /// Writes a record durably.
    pub(crate) fn append(&mut self, batch: &Batch) -> Result<(), KvError> {
        if let Some(lost) = &self.lost {
            return Err(KvError::Unavailable(lost.clone()));
        }
        let record = record::encode(self.end, batch);
        if let Err(err) = self.file.write_all(&record) {
            // The disk is full, as a rule. Where the beginning of the record can be taken back, the
            // next commit may succeed.
            self.cut_off().unwrap_or_else(|err| self.lost = Some(Cause::new(err)));
            return Err(kv_error(err));
        }
        if let Err(err) = self.file.sync_data() {
            // Trying again would prove nothing: the system may have dropped what it could not
            // write, and say next time that all is well. Whoever opens the file again will see.
            let cause = Cause::new(err);
            self.lost = Some(cause.clone());
            return Err(KvError::Unavailable(cause));
        }
        self.end += record.len() as u64;
        Ok(())
    }

    /// Reads everything again.
    pub(crate) fn check(&mut self, apply: impl FnMut(Batch)) -> Result<(), KvError> {
        let bytes = self.read().map_err(kv_error)?;
        let left = replay(bytes.strip_prefix(MAGIC).unwrap_or_default(), apply)?;
        if (bytes.len() - left) as u64 == self.end { Ok(()) } else { Err(damaged(self.end)) }
    }
}

/// Gives every batch to `apply`, and answers with how many bytes at the end are no record.
fn replay(records: &[u8], mut apply: impl FnMut(Batch)) -> Result<usize, KvError> {
    let mut left = records;
    let place = |left: &[u8]| (MAGIC.len() + records.len() - left.len()) as u64;
    let record_in = |bytes| record::open(place(bytes), bytes);
    while let Some((body, rest)) = record_in(left) {
        apply(record::decode(body).ok_or_else(|| damaged(place(left)))?);
        left = rest;
    }
    // Each record is durable before the next is written, so only the last one can be torn. Where a
    // whole one follows, this one was acknowledged, and is damaged.
    let follows = (1..left.len()).any(|skipped| left.get(skipped..).and_then(record_in).is_some());
    if follows { Err(damaged(place(left))) } else { Ok(left.len()) }
}

fn damaged(place: u64) -> KvError {
    KvError::Corrupt(Cause::new(format!("the record at byte {place} is not what was written")))
}

/// What the port calls an error of the system.
fn kv_error(err: io::Error) -> KvError {
    let full = matches!(err.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
    let cause = Cause::new(err);
    if full { KvError::Full(cause) } else { KvError::Unavailable(cause) }
}
