//! The embedded backend of Sternway: one file, no server.
//!
//! [`RedbKv`] is the [`Kv`](sternway_store::Kv) port on [redb], and [`open`] makes a store of it.
//! Every commit is durable when it returns, by redb's two-phase commit with quick repair, so that
//! a file reopens at once after a crash. The file belongs to its owner only (mode 0600 on Unix),
//! and to one process at a time: who comes second gets
//! [`StoreError::Busy`] and may try again.
//!
//! ```
//! use sternway_redb::{RedbOptions, open};
//! use sternway_store::{Limit, Store};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let folder = tempfile::tempdir()?;
//! let store = open(&folder.path().join("store.redb"), RedbOptions::default())?;
//! assert!(store.namespaces(None, Limit::default()).await?.is_empty());
//! store.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [redb]: https://docs.rs/redb

mod eager;
mod error;
mod file;
mod kv;
mod storage;

use std::path::Path;

/// What [`RedbKv::on`] stands on, as redb defines it.
pub use redb::StorageBackend;
use sternway_store::{KvStore, StoreError};

pub use crate::{
    file::make_folder,
    kv::{RedbKv, RedbOptions},
};

/// Opens the store in a file, which is made if it is not there.
///
/// # Errors
///
/// [`StoreError::Busy`] while another process holds the file, [`StoreError::NotAStore`] if the file
/// is something else, [`StoreError::Corrupt`] if it is damaged, [`StoreError::NewerFormat`] if a
/// newer Sternway wrote it, and [`StoreError::Unavailable`] if it cannot be read or written.
pub fn open(path: &Path, options: RedbOptions) -> Result<KvStore, StoreError> {
    KvStore::open(RedbKv::open(path, options)?)
}
