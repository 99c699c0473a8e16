//! A map that fails: nobody hangs, nobody is told a lie, and the store goes on when the map does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
    time::Duration,
};

use sternway_store::{
    Batch, Cause, Kv, KvError, KvStore, Limit, MemoryKv, Range, Shrunk, Snapshot, Store,
    StoreError, Visit,
};
use sternway_types::{At, Content, MAX_CONTENT, Revision};

use crate::world::{append, create, namespace, opaque, outcome, publish};

/// What the map does with a commit.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Mood {
    Well,
    Full,
    Panics,
}

/// A map in memory with a mood.
#[derive(Clone, Debug, Default)]
struct Moody {
    inner: MemoryKv,
    mood: Arc<AtomicU8>,
    /// How many reads go well before one panics; none does below zero.
    patience: Arc<AtomicI64>,
    /// How many reads go well before all fail; none does below zero.
    breath: Arc<AtomicI64>,
}

struct MoodySnapshot {
    inner: Box<dyn Snapshot>,
    patience: Arc<AtomicI64>,
    breath: Arc<AtomicI64>,
}

impl Snapshot for MoodySnapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        assert_ne!(self.patience.fetch_sub(1, Ordering::SeqCst), 0, "the map lost its patience");
        let left = self.breath.load(Ordering::SeqCst);
        if left == 0 {
            return Err(KvError::Unavailable(Cause::new("out of breath")));
        }
        self.breath.store(left - 1, Ordering::SeqCst);
        self.inner.get(key)
    }

    fn scan(&self, range: &Range, visit: &mut Visit<'_>) -> Result<(), KvError> {
        self.inner.scan(range, visit)
    }
}

impl Moody {
    fn be(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }
}

impl Kv for Moody {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        let (patience, breath) = (Arc::clone(&self.patience), Arc::clone(&self.breath));
        Ok(Box::new(MoodySnapshot { inner: self.inner.snapshot()?, patience, breath }))
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let mood = self.mood.load(Ordering::SeqCst);
        assert_ne!(mood, Mood::Panics as u8, "the map is in a mood to panic");
        if mood == Mood::Full as u8 {
            return Err(KvError::Full(Cause::new("no room")));
        }
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

async fn store() -> (Moody, Arc<KvStore>) {
    let [patience, breath] = [(); 2].map(|()| Arc::new(AtomicI64::new(-1)));
    let kv = Moody { patience, breath, ..Moody::default() };
    let store = Arc::new(KvStore::open(kv.clone()).expect("an empty map becomes a store"));
    create(&store).await.expect("the map is well");
    (kv, store)
}

#[tokio::test]
async fn a_full_map_refuses_writes_and_goes_on_reading() {
    let (kv, store) = store().await;
    publish(&store, "one", 1).await.expect("the map is well");
    kv.be(Mood::Full);
    let refused = publish(&store, "two", 2).await;
    assert!(matches!(refused, Err(StoreError::Full(_))), "{refused:?}");
    let counted = store.append(&append(3, vec![outcome("a", 1, 3, None)])).await;
    assert!(matches!(counted, Err(StoreError::Full(_))), "{counted:?}");
    let head =
        store.head(&namespace(), At::Head).await.expect("reading goes on").expect("it is there");
    assert_eq!(head.revision, Revision::new(2), "nothing of it is visible");
}

#[tokio::test]
async fn a_map_that_has_room_again_takes_the_same_changeset() {
    let (kv, store) = store().await;
    kv.be(Mood::Full);
    publish(&store, "one", 1).await.expect_err("there is no room");
    kv.be(Mood::Well);
    let receipt = publish(&store, "one", 1).await.expect("there is room again");
    assert_eq!(receipt.revision, Revision::new(2));
    assert!(store.verify().await.expect("it can be read").is_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_caller_of_a_batch_that_fails_is_told_so() {
    let (kv, store) = store().await;
    kv.be(Mood::Full);
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..50 {
        let store = Arc::clone(&store);
        callers.spawn(async move { publish(&store, &format!("text {number}"), 1).await });
    }
    while let Some(answer) = callers.join_next().await {
        let answer = answer.expect("no caller panics");
        assert!(matches!(answer, Err(StoreError::Full(_))), "{answer:?}");
    }
    kv.be(Mood::Well);
    let feed = store.feed(&namespace(), Revision::ZERO, Limit::MAX).await.expect("it can be read");
    assert_eq!(feed.len(), 1, "what was decided on top of what failed is not there either");
    publish(&store, "after", 2).await.expect("the store goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_panics_is_an_error_and_blocks_nobody() {
    let (kv, store) = store().await;
    kv.be(Mood::Panics);
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = Arc::clone(&store);
        callers.spawn(async move { publish(&store, &format!("text {number}"), 1).await });
    }
    while let Some(answer) = callers.join_next().await {
        let answer = answer.expect("no caller panics");
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }
    kv.be(Mood::Well);
    publish(&store, "after", 2).await.expect("the store goes on");
    store.close().await.expect("it closes");
}

#[tokio::test]
async fn what_cannot_be_read_now_is_no_damage() {
    let (kv, store) = store().await;
    publish(&store, "one", 1).await.expect("the map is well");
    drop(store.append(&append(3, vec![outcome("a", 1, 3, None)])).await);
    let mut failed = 0;
    for breath in 0.. {
        kv.breath.store(breath, Ordering::SeqCst);
        match store.verify().await {
            Ok(report) => {
                assert!(report.is_sound(), "after {breath} reads: {report:#?}");
                break;
            }
            Err(err) => assert!(matches!(err, StoreError::Unavailable(_)), "{err}"),
        }
        failed += 1;
    }
    assert!(failed > 10, "reads failed at many places");
}

#[tokio::test]
async fn what_a_read_that_panics_leaves_half_decided_is_never_written() {
    let (kv, store) = store().await;
    let mut revision = 1;
    for patience in 0..30 {
        kv.patience.store(patience, Ordering::SeqCst);
        let (text, at) = (format!("text {patience}"), patience + 1);
        let publishing = Arc::clone(&store);
        let mut caller = tokio::task::JoinSet::new();
        caller.spawn(async move { publish(&publishing, &text, at).await });
        let done = caller.join_next().await.expect("it was begun");
        kv.patience.store(-1, Ordering::SeqCst);
        match done {
            Ok(receipt) => {
                receipt.expect("the map is well");
                revision += 1;
                break;
            }
            Err(err) => assert!(err.is_panic(), "{err}"),
        }
        publish(&store, &format!("after {patience}"), patience + 1).await.expect("it goes on");
        revision += 1;
        let head =
            store.head(&namespace(), At::Head).await.expect("it can be read").expect("it is there");
        assert_eq!(head.revision, Revision::new(revision), "nothing but what was acknowledged");
    }
    assert!(revision > 5, "reads panicked at many places");
    let report = store.verify().await.expect("it can be read");
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn contents_that_compress_well_do_not_fill_the_queue_for_ever() {
    let (_, store) = store().await;
    let text = "the same words again ".repeat(3 * 1024 * 1024);
    for number in 0..6 {
        let content = Content::text(format!("{number} {text}"), None).expect("a text");
        let put = tokio::time::timeout(Duration::from_secs(30), store.put(&content, None)).await;
        put.expect("it does not wait for ever").expect("the map is well");
    }
}

#[tokio::test]
async fn the_largest_content_does_not_wait_for_ever_for_what_nobody_names() {
    let (_, store) = store().await;
    for (number, len) in (1..).zip([8 << 20, 7 << 20, 5 << 20, MAX_CONTENT]) {
        let content = opaque(vec![number; len]);
        let put = tokio::time::timeout(Duration::from_secs(30), store.put(&content, None)).await;
        put.expect("it does not wait for ever").expect("the map is well");
    }
}

#[tokio::test]
async fn whoever_comes_after_the_end_is_told_so() {
    let (_, store) = store().await;
    store.close().await.expect("it closes");
    store.close().await.expect("closing twice is closing once");
    let answers = [
        publish(&store, "one", 1).await.map(drop),
        store.head(&namespace(), At::Head).await.map(drop),
        store.wait(&namespace(), Revision::ZERO).await.map(drop),
        store.verify().await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(StoreError::Closed)), "{answer:?}");
    }
}

#[tokio::test]
async fn who_waits_for_a_revision_is_woken_by_the_end() {
    let (_, store) = store().await;
    let shop = namespace();
    let waits = store.wait(&shop, Revision::new(99));
    let closes = async {
        tokio::task::yield_now().await;
        store.close().await.expect("it closes");
    };
    let (answer, ()) = tokio::join!(waits, closes);
    assert!(matches!(answer, Err(StoreError::Closed)), "{answer:?}");
}
