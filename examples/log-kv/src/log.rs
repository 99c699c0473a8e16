//! The file: it grows by one record for each commit, and is written anew as one when it is shrunk.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use sternway_store::{Batch, Cause, KvError, StoreError};

use crate::record;

/// How every log begins. The number is the version of the format.
const MAGIC: &[u8] = b"sternway log 1\n";

/// An open log.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
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
        // Before anything is read: who holds the file may be writing it. Or may have put another in
        // its place while we came: then what we hold is nobody's any more.
        let file = loop {
            let file = locked(path, false)?;
            if is_at(&file, path).map_err(unavailable)? {
                break file;
            }
        };
        let mut log = Self { path: path.to_owned(), file, end: 0, lost: None };
        let bytes = log.read().map_err(unavailable)?;
        let Some(records) = bytes.strip_prefix(MAGIC) else {
            if !MAGIC.starts_with(&bytes) {
                let detail = format!("{} does not begin like a log", path.display());
                return Err(StoreError::NotAStore { detail });
            }
            // It is new, or the power went while it was made.
            log.begin().map_err(unavailable)?;
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

    fn begin(&mut self) -> io::Result<()> {
        self.cut_off()?;
        self.file.write_all(MAGIC)?;
        self.file.sync_all()?;
        self.end = MAGIC.len() as u64;
        sync_name(&self.path)
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

    /// How long the file is.
    pub(crate) const fn len(&self) -> u64 {
        self.end
    }

    /// Writes a log of this one record beside the file, and puts it in its place when it is durable:
    /// a crash leaves the one or the other.
    pub(crate) fn rewrite(&mut self, entries: &Batch) -> Result<(), KvError> {
        if let Some(lost) = &self.lost {
            return Err(KvError::Unavailable(lost.clone()));
        }
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        let beside = PathBuf::from(name);
        let written = self.write_beside(&beside, entries);
        if written.is_err() {
            // What is left of it is in nobody's way: the next one begins anew.
            drop(fs::remove_file(&beside));
        }
        let (file, end) = written?;
        fs::rename(&beside, &self.path).map_err(kv_error)?;
        (self.file, self.end) = (file, end);
        sync_name(&self.path).map_err(|err| {
            // Nobody knows which of the two a crash would leave, and commits go to the new one.
            let cause = Cause::new(err);
            self.lost = Some(cause.clone());
            KvError::Unavailable(cause)
        })
    }

    fn write_beside(&self, path: &Path, entries: &Batch) -> Result<(File, u64), KvError> {
        // Held before it has its name, so that nobody else can be first.
        let mut file = locked(path, true).map_err(|err| KvError::Unavailable(Cause::new(err)))?;
        let mut bytes = MAGIC.to_vec();
        if !entries.is_empty() {
            bytes.extend(record::encode(MAGIC.len() as u64, entries));
        }
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(kv_error)?;
        Ok((file, bytes.len() as u64))
    }

    /// Reads everything again.
    pub(crate) fn check(&mut self, apply: impl FnMut(Batch)) -> Result<(), KvError> {
        let bytes = self.read().map_err(kv_error)?;
        let left = replay(bytes.strip_prefix(MAGIC).unwrap_or_default(), apply)?;
        if (bytes.len() - left) as u64 == self.end { Ok(()) } else { Err(damaged(self.end)) }
    }
}

/// Opens a file, or makes it, for us alone.
fn locked(path: &Path, empty: bool) -> Result<File, StoreError> {
    let unavailable = |err| StoreError::from(kv_error(err));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(empty);
    let file = options.open(path).map_err(unavailable)?;
    file.try_lock().map_err(|err| match err {
        TryLockError::WouldBlock => StoreError::Busy,
        TryLockError::Error(err) => unavailable(err),
    })?;
    Ok(file)
}

/// Whether a file still has its name. Elsewhere than on Unix nobody can take it from an open one.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let (held, named) = (file.metadata()?, fs::metadata(path)?);
        Ok((held.dev(), held.ino()) == (named.dev(), named.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

/// Makes the name of a file durable: it is when its folder is.
fn sync_name(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
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
