//! Closing: it ends when the map was let go, for everybody who asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use sternway_store::{
    Batch, Kv, KvError, KvStore, MemoryKv, Shrunk, Snapshot, Store as _, StoreError,
};
use tokio::time::timeout;

use crate::world::{create, publish};

/// A map whose check takes until it is told to end, and that tells when it is dropped.
#[derive(Debug)]
struct Slow {
    inner: MemoryKv,
    checking: Sender<()>,
    go_on: std::sync::Mutex<Receiver<()>>,
    dropped: Arc<AtomicBool>,
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

impl Kv for Slow {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.inner.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        self.inner.commit(batch)
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.checking.send(()).expect("the test listens");
        self.go_on.lock().expect("one check at a time").recv().expect("the test lets it end");
        self.inner.check()
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        self.inner.shrink()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_close_waits_until_the_map_is_let_go() {
    let (checking, checks) = channel();
    let (end, go_on) = channel();
    let dropped = Arc::new(AtomicBool::new(false));
    let kv = Slow {
        inner: MemoryKv::new(),
        checking,
        go_on: std::sync::Mutex::new(go_on),
        dropped: Arc::clone(&dropped),
    };
    let store = Arc::new(KvStore::open(kv).expect("an empty map becomes a store"));
    create(&store).await.expect("the map is well");
    let verifying = Arc::clone(&store);
    let mut begun = tokio::task::JoinSet::new();
    begun.spawn(async move { verifying.verify().await });
    tokio::task::spawn_blocking(move || checks.recv()).await.expect("no panic").expect("it checks");
    for _ in 0..2 {
        let early = timeout(Duration::from_millis(50), store.close()).await;
        assert!(early.is_err(), "closed while the map is being checked");
    }
    let late = publish(&store, "late", 1).await;
    assert!(matches!(late, Err(StoreError::Closed)), "{late:?}");
    end.send(()).expect("the check waits");
    for _ in 0..2 {
        store.close().await.expect("it closes");
        assert!(dropped.load(Ordering::SeqCst), "closed before the map was let go");
    }
    // What was begun is ended.
    let verified = begun.join_next().await.expect("it was begun").expect("no panic");
    assert!(verified.expect("it was begun").is_sound());
}

#[tokio::test]
async fn a_call_that_nobody_drives_on_does_not_keep_the_store_open() {
    let store = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    create(&store).await.expect("the map is well");
    let mut callers: Vec<_> = (0..3).map(|_| Box::pin(publish(&store, "one", 1))).collect();
    for caller in &mut callers {
        // Begun, and left alone.
        let begun = timeout(Duration::ZERO, caller).await;
        drop(begun);
    }
    let closed = timeout(Duration::from_secs(10), store.close()).await;
    closed.expect("it does not wait for ever").expect("it closes");
}
