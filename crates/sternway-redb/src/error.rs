//! What redb says, in the words of the port.

use std::{any::Any, io, panic};

use redb::{
    CommitError, CompactionError, DatabaseError, Error, StorageError, TableError, TransactionError,
};
use sternway_store::{Cause, KvError, StoreError};

/// What the port answers for an error of redb.
pub(crate) fn kv_error(err: impl Into<Error>) -> KvError {
    let err = err.into();
    let full = matches!(&err, Error::Io(io) if is_full(io));
    let invalid = matches!(&err, Error::Io(io) if is_damage(io));
    let damaged = invalid || matches!(err, Error::Corrupted(_));
    let cause = Cause::new(err);
    // Everything else says that the file cannot be used now, whatever the reason.
    match (full, damaged) {
        (true, _) => KvError::Full(cause),
        (false, true) => KvError::Corrupt(cause),
        (false, false) => KvError::Unavailable(cause),
    }
}

/// A file that says nothing sensible, or ends before it should.
fn is_damage(err: &io::Error) -> bool {
    matches!(err.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

fn is_full(err: &io::Error) -> bool {
    matches!(
        err.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// What opening answers for an error of redb.
pub(crate) fn open_error(err: DatabaseError) -> StoreError {
    if let DatabaseError::UpgradeRequired(version) = err {
        let detail = format!("its redb file format {version} is older than any Sternway has used");
        return StoreError::NotAStore { detail };
    }
    if matches!(err, DatabaseError::DatabaseAlreadyOpen) {
        return StoreError::Busy;
    }
    kv_error(err).into()
}

macro_rules! from_redb {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Failed {
            fn from(err: $kind) -> Self {
                Self(kv_error(err))
            }
        })*
    };
}

/// Carries any error of redb through `?`.
pub(crate) struct Failed(pub(crate) KvError);

from_redb!(
    StorageError,
    TableError,
    TransactionError,
    CommitError,
    CompactionError,
    DatabaseError,
    io::Error
);

/// Runs something on redb. A damaged file can make redb panic; the caller gets an error instead,
/// and since no value of ours is left half changed by it, going on is safe.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Failed>) -> Result<T, KvError> {
    match panic::catch_unwind(panic::AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|Failed(err)| err),
        Err(payload) => Err(KvError::Corrupt(Cause::new(message(payload.as_ref())))),
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    format!("redb gave up on the file: {}", text.unwrap_or("no reason given"))
}
