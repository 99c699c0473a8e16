//! The stores that scenarios are told on, each in a place of its own.

use std::sync::Arc;

use sternway::{
    redb::RedbOptions,
    store::{KvStore, MemoryKv, Store},
};
use sternway_tests::faults::{Place, Told, given_server};
use tempfile::TempDir;

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Memory,
    Redb,
    Postgres,
}

/// An open store, with the place that it is in, which is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) store: Arc<dyn Store>,
    _place: Option<Ground>,
}

/// What has to last as long as a store.
#[derive(Debug)]
enum Ground {
    Folder { _folder: TempDir },
    Database { _database: Place },
}

impl Kind {
    /// An empty store.
    pub(super) async fn open(self) -> Told<Stage> {
        match self {
            Self::Memory => {
                let store = Arc::new(KvStore::open(MemoryKv::new())?);
                Ok(Stage { store, _place: None })
            }
            Self::Redb => {
                let folder = tempfile::tempdir()?;
                let file = folder.path().join("store.redb");
                let store = Arc::new(sternway::redb::open(&file, RedbOptions::default())?);
                Ok(Stage { store, _place: Some(Ground::Folder { _folder: folder }) })
            }
            Self::Postgres => {
                let database = Place::new(&given_server()?).await?;
                // Each session plans its statements anew, and one after the other is all that is asked here.
                let store = Arc::new(database.connect().with_connections(3).open().await?);
                Ok(Stage { store, _place: Some(Ground::Database { _database: database }) })
            }
        }
    }

    /// The stores that what is told here travels to. Who has no PostgreSQL needs none for the other two.
    pub(super) const fn others(self) -> &'static [Self] {
        match self {
            Self::Memory => &[Self::Redb],
            Self::Redb => &[Self::Memory],
            Self::Postgres => &[Self::Memory, Self::Redb],
        }
    }
}
