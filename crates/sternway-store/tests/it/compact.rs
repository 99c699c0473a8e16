//! Compaction as rows: what one writes, how much a step holds, and where it goes on.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use sternway_store::{
    Batch, Cause, Kv, KvError, KvStore, MemoryKv, Shrunk, Snapshot, Store as _, StoreError,
};
use sternway_types::{
    Change, PolicyRecord, PolicyScope, PolicySetting, Record, Revision, VersionNumber,
};

use crate::world::{changeset, create, greeting, namespace, publish, rows};

/// A map that notes how many rows each batch had, and can be told to take only so many more.
#[derive(Clone, Debug, Default)]
struct Counting {
    inner: MemoryKv,
    batches: Arc<Mutex<(Vec<usize>, Option<usize>)>>,
}

impl Counting {
    /// What was noted since, and takes only so many from now on.
    fn take_only(&self, left: Option<usize>) -> Vec<usize> {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.1 = left;
        std::mem::take(&mut batches.0)
    }
}

impl Kv for Counting {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.inner.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        if batches.1 == Some(0) {
            return Err(KvError::Full(Cause::new("no room")));
        }
        batches.1 = batches.1.map(|left| left - 1);
        batches.0.push(batch.len());
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

/// A namespace of so many revisions, most of which replace one record.
async fn history(store: &KvStore, revisions: u64) -> Result<(), StoreError> {
    create(store).await?;
    publish(store, "Hello!", 1).await?;
    for number in 3..=revisions {
        let policy = PolicyRecord { scope: PolicyScope::Namespace, setting: PolicySetting::Off };
        let change = Change::PutRecord(Box::new(Record::Policy(policy)));
        let seconds = i64::try_from(number).unwrap_or_default();
        store.commit(&changeset(&format!("policy {number}"), seconds).then(change)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn steps_are_bounded_and_one_that_failed_is_gone_on_with() {
    let kv = Counting::default();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    history(&store, 3_000).await.expect("memory takes it");
    let ns = namespace();
    let whole = rows(&kv.inner);
    drop(kv.take_only(Some(1)));
    let failed = store.compact(&ns, Revision::new(3_000)).await;
    assert!(matches!(failed, Err(StoreError::Full(_))), "{failed:?}");
    let floor = store.floor(&ns).await.expect("it can be read").expect("it was raised");
    assert_eq!(floor.revision, Revision::new(3_000), "the floor comes first");
    let left = rows(&kv.inner).len();
    assert!(left > whole.len() / 2, "{left} rows of {}", whole.len());
    let report = store.verify().await.expect("it can be read");
    assert!(report.is_sound(), "{report:?}");
    assert!(report.compacted < 2_999, "{report:?}");

    drop(kv.take_only(None));
    // Whatever is asked for: what was begun is ended.
    let rest = store.compact(&ns, Revision::ZERO).await.expect("memory takes it");
    let steps = kv.take_only(None);
    assert!(steps.len() > 1 && steps.iter().all(|rows| *rows < 6_000), "{steps:?}");
    assert!(rest.commits < 2_999 && rest.commits > 1_000, "{rest:?}");
    let report = store.verify().await.expect("it can be read");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.compacted, report.revisions), (2_999, 1));
    // A changeset id each, and what is as it is: nothing else is left of the past.
    let left = rows(&kv.inner).len();
    assert!(left < 3_000 + 20, "{left} rows are left");
    let version = store.version(&ns, &greeting(), VersionNumber::FIRST).await;
    assert!(version.expect("it can be read").is_some());
}

/// The row of a floor as format 1 wrote it.
const GOLDEN: &str = include_str!("golden/floor-1.txt");

#[tokio::test]
async fn a_floor_is_stored_as_format_1() {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    history(&store, 5).await.expect("memory takes it");
    let done = store.compact(&namespace(), Revision::new(4)).await.expect("memory takes it");
    assert_eq!((done.commits, done.records), (3, 0), "{done:?}");
    let mut hex = String::new();
    for (key, value) in rows(&kv).iter().filter(|(key, _)| key.first() == Some(&b'f')) {
        let value = value.as_deref().unwrap_or_default();
        key.iter().for_each(|byte| write!(hex, "{byte:02x}").expect("a string takes everything"));
        hex.push(' ');
        value.iter().for_each(|byte| write!(hex, "{byte:02x}").expect("a string takes everything"));
        hex.push('\n');
    }
    // Only until the format is released.
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/floor-1.txt");
        return std::fs::write(path, hex).expect("the folder can be written to");
    }
    assert_eq!(hex, GOLDEN, "the stored bytes changed: that is a new format");
}

#[tokio::test]
async fn a_lost_row_from_below_the_floor_is_named() {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    history(&store, 6).await.expect("memory takes it");
    drop(store.compact(&namespace(), Revision::new(5)).await.expect("memory takes it"));
    let whole = rows(&kv);
    for key in whole.keys().filter(|key| key.first() != Some(&b's')) {
        kv.commit(&Batch::from([(key.clone(), None)])).expect("memory takes it");
        let damaged = KvStore::open(kv.clone()).expect("it has its header");
        let report = damaged.verify().await.expect("it can be read");
        assert!(!report.is_sound(), "without {:?}", String::from_utf8_lossy(key));
        damaged.close().await.expect("it closes");
        let again = Batch::from([(key.clone(), whole.get(key).cloned().flatten())]);
        kv.commit(&again).expect("memory takes it");
    }
}
