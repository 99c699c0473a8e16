//! The small port: an ordered map of bytes.

use std::{collections::BTreeMap, fmt, ops::ControlFlow};

use crate::{Cause, Shrunk, StoreError};

/// Why an ordered map could not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KvError {
    /// There is no room left.
    #[error("there is no room left")]
    Full(#[source] Cause),
    /// What is stored is not what was written.
    #[error("the map is damaged")]
    Corrupt(#[source] Cause),
    /// It cannot answer now, or not any more until it is opened again.
    #[error("the map is unavailable")]
    Unavailable(#[source] Cause),
}

impl From<KvError> for StoreError {
    fn from(err: KvError) -> Self {
        match err {
            KvError::Full(cause) => Self::Full(cause),
            KvError::Corrupt(cause) => {
                Self::Corrupt { place: "the file".into(), detail: cause.to_string() }
            }
            KvError::Unavailable(cause) => Self::Unavailable(cause),
        }
    }
}

/// What one atomic commit writes: a value for a key, or nothing to take the key away.
pub type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Which way a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest key.
    Forward,
    /// From the greatest key.
    Backward,
}

/// Keys from one (included) to another (excluded), in the order of their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The smallest key that belongs to it.
    pub from: Vec<u8>,
    /// The smallest key above `from` that does not.
    pub to: Vec<u8>,
    /// Which way it is read.
    pub direction: Direction,
}

/// Takes one entry and says whether to go on.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// A view of the map at one commit. It does not change while it lives, and many threads may read it
/// at once. A backend may have to keep what it shows: nobody holds one for long after the next
/// commit.
pub trait Snapshot: Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    ///
    /// [`KvError`] if the map cannot be read.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError>;

    /// Visits the entries of a range, in its direction, until the visitor breaks.
    ///
    /// # Errors
    ///
    /// [`KvError`] if the map cannot be read.
    fn scan(&self, range: &Range, visit: &mut Visit<'_>) -> Result<(), KvError>;
}

/// An ordered map of bytes.
///
/// # Contract
///
/// - **Atomic**: a batch is there as a whole or not at all, also after a crash.
/// - **Durable**: a batch whose commit returned `Ok` survives the end of the process and the loss
///   of power. A commit that failed may have happened or not.
/// - **In order**: what was written without waiting for the disk is durable with the next commit at the
///   latest. If it is lost before, so is everything that was written after it.
/// - **Isolated**: a snapshot shows every batch committed before it was taken and none after.
/// - **Serial**: commits come from one thread at a time; snapshots from any.
/// - **Any bytes**: keys of 1 to 1,000 bytes, values of 0 bytes to 80 MiB.
pub trait Kv: fmt::Debug + Send + Sync + 'static {
    /// A view of what was committed last.
    ///
    /// # Errors
    ///
    /// [`KvError`] if the map cannot be read.
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError>;

    /// Writes a batch durably.
    ///
    /// # Errors
    ///
    /// [`KvError`] if it could not be written, or nobody knows.
    fn commit(&self, batch: &Batch) -> Result<(), KvError>;

    /// Writes a batch that nobody was told is safe, such as contents that no version names yet: snapshots
    /// show it at once, and it need not be durable before the next commit. By default it is committed; a map
    /// that waits for the disk in a commit saves that.
    ///
    /// # Errors
    ///
    /// [`KvError`] if it could not be written, or nobody knows.
    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    /// Checks the map's own structure, if it has any that `get` and `scan` do not check. Nothing is
    /// committed meanwhile and no snapshot is taken; those that there are will be dropped soon.
    ///
    /// # Errors
    ///
    /// [`KvError::Corrupt`] with what is damaged.
    fn check(&self) -> Result<(), KvError>;

    /// Gives back the room that nothing takes any more, and says how much there was and is. Nothing
    /// is committed meanwhile and no snapshot is taken, as for [`Kv::check`]. What the map holds
    /// stays as it is, also after a crash in the middle. A map that keeps no room does nothing; one that
    /// has none to give may take a little more than before, for its own notes.
    ///
    /// # Errors
    ///
    /// [`KvError`] if it could not be done; what was committed is there all the same.
    fn shrink(&self) -> Result<Shrunk, KvError>;
}
