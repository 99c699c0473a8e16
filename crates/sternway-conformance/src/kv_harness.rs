//! The harness for every ordered map: [`KvStore`] on it is the store under test.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use sternway_store::{Batch, Kv, KvError, KvStore, Shrunk, Snapshot, Store, StoreError};
use tokio::{sync::oneshot, time::timeout};

use crate::{Harness, Place, STORIES, damage::Flip, must::Must};

/// How long a store may take to let go of its map after it was dropped.
const LET_GO: Duration = Duration::from_secs(30);

/// Opens the map of one place.
pub(crate) type OpenKv = Arc<dyn Fn() -> Result<Arc<dyn Kv>, StoreError> + Send + Sync>;

/// A [`Harness`] for a [`Kv`]: places are made by a closure, and each place is a closure that opens
/// its map.
///
/// A map that lives in files moves its temporary directory into the inner closure, so that the files
/// are there for as long as the place is. The crate's front page has an example.
pub struct KvHarness {
    places: Box<dyn Fn() -> OpenKv + Send + Sync>,
}

impl KvHarness {
    /// A harness whose places are made by `places`. The closure that it answers with is called for
    /// every opening; what was committed before must be there again.
    pub fn new<P, K>(places: impl Fn() -> P + Send + Sync + 'static) -> Self
    where
        P: Fn() -> Result<K, StoreError> + Send + Sync + 'static,
        K: Kv,
    {
        let places = move || -> OpenKv {
            let open = places();
            Arc::new(move || Ok(Arc::new(open()?) as Arc<dyn Kv>))
        };
        Self { places: Box::new(places) }
    }

    /// Opens the map of a new place.
    pub(crate) fn kv_place(&self) -> OpenKv {
        (self.places)()
    }
}

impl fmt::Debug for KvHarness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvHarness").finish_non_exhaustive()
    }
}

#[async_trait]
impl Harness for KvHarness {
    async fn place(&self) -> Arc<dyn Place> {
        let (open, held, flip) = (self.kv_place(), Mutex::default(), Mutex::default());
        Arc::new(KvPlace { open, held, flip })
    }

    fn stories(&self) -> u64 {
        STORIES
    }
}

struct KvPlace {
    open: OpenKv,
    /// Resolves when the map that was opened last is dropped.
    held: Mutex<Option<oneshot::Receiver<()>>>,
    flip: Mutex<Option<Flip>>,
}

impl KvPlace {
    /// Waits until the store that was opened last has let go of its map: it may have a thread that
    /// outlives it by a moment.
    async fn let_go(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(held) = held {
            // Nothing is ever sent: the channel closes when the map is dropped.
            let dropped = timeout(LET_GO, held).await;
            assert!(dropped.is_ok(), "a store that was dropped still holds its map");
        }
    }

    async fn open_kv(&self) -> Arc<dyn Kv> {
        self.let_go().await;
        (self.open)().must("open the map")
    }
}

#[async_trait]
impl Place for KvPlace {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        self.let_go().await;
        let (dropped, held) = oneshot::channel();
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        let kv = HeldKv { kv: (self.open)()?, _dropped: dropped };
        Ok(Arc::new(KvStore::open(kv)?))
    }

    async fn kill(&self, store: Arc<dyn Store>) {
        drop(store);
        self.let_go().await;
    }

    async fn damage(&self, seed: u64) -> String {
        let kv = self.open_kv().await;
        let flip = Flip::choose(kv.as_ref(), seed);
        kv.commit(&flip.damage()).map_err(StoreError::from).must("damage the map");
        let words = flip.to_string();
        *self.flip.lock().unwrap_or_else(PoisonError::into_inner) = Some(flip);
        words
    }

    async fn mend(&self) {
        let flip = self.flip.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(flip) = flip else { return };
        let kv = self.open_kv().await;
        kv.commit(&flip.repair()).map_err(StoreError::from).must("mend the map");
    }
}

/// A map that tells when it is dropped.
#[derive(Debug)]
struct HeldKv {
    // Dropped before the sender, so that the map is gone when the place hears of it.
    kv: Arc<dyn Kv>,
    _dropped: oneshot::Sender<()>,
}

#[deny(clippy::missing_trait_methods)]
impl Kv for HeldKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.kv.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        self.kv.commit(batch)
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.kv.commit_unsynced(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.kv.check()
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        self.kv.shrink()
    }
}
