//! A store over a map: what is open, and how a job comes to be decided.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::{Mutex, Semaphore, watch};

use super::{
    answer::{Answer, Waiter},
    blob::Numbers,
    group::Group,
    header,
    port::Kv,
    stage::{MAX_UNNAMED, Stage},
    staging::Staging,
    view::View,
};
#[cfg(doc)]
use crate::Store;
use crate::StoreError;

/// How many KiB of contents may wait to be written, before who puts more has to wait.
const QUEUED_KIB: usize = 32 * 1024;

/// The most KiB of it that one content takes, however large it is: two of the largest may wait.
pub(super) const MOST_KIB: u32 = 16 * 1024;

// What gathers and is not due leaves room for any content: else who puts it would wait for ever.
const _: () = assert!(QUEUED_KIB * 1024 - MAX_UNNAMED >= MOST_KIB as usize * 1024);

/// A [`Store`] over any [`Kv`].
///
/// Reads run on the caller's thread: each is a few steps in an ordered map. Writes are decided there
/// too, and made durable by a thread of the store's own. Dropping the store ends that thread when
/// what was decided is written; [`Store::close`] waits for it.
pub struct KvStore {
    pub(super) group: RwLock<Option<Arc<Group>>>,
    pub(super) stage: Arc<Mutex<Stage>>,
    pub(super) queued: Arc<Semaphore>,
    /// Numbers packs of contents, before they are on their way.
    pub(super) packs: Numbers,
    /// Checks of everything take turns: each reads one snapshot for long, and begins alone.
    pub(super) verifying: Arc<Semaphore>,
    /// Compactions take turns.
    pub(super) compacting: Semaphore,
    pub(super) let_go: watch::Receiver<()>,
}

impl fmt::Debug for KvStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = self.group.read().unwrap_or_else(PoisonError::into_inner);
        let kv = group.as_ref().map(|group| group.shared.map.kv());
        f.debug_struct("KvStore").field("kv", &kv).finish_non_exhaustive()
    }
}

impl KvStore {
    /// Opens the store that a map holds, or makes an empty map one.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotAStore`] if the map holds something else, [`StoreError::NewerFormat`] if it
    /// was written by a newer Sternway, [`StoreError::OlderLayout`] if by an older one, and what the
    /// map answers if it cannot be read.
    pub fn open(kv: impl Kv) -> Result<Self, StoreError> {
        header::check(&kv)?;
        let packs = Numbers::after(kv.snapshot()?.as_ref())?;
        let group = Group::start(Box::new(kv))?;
        Ok(Self {
            stage: Arc::clone(&group.shared.stage),
            queued: Arc::new(Semaphore::new(QUEUED_KIB)),
            packs,
            verifying: Arc::new(Semaphore::new(1)),
            compacting: Semaphore::new(1),
            let_go: group.shared.map.let_go(),
            group: RwLock::new(Some(Arc::new(group))),
        })
    }

    /// The open group. Who holds it keeps the map open, so nobody holds it while waiting.
    pub(super) fn group(&self) -> Result<Arc<Group>, StoreError> {
        let group = self.group.read().unwrap_or_else(PoisonError::into_inner);
        group.clone().ok_or(StoreError::Closed)
    }

    fn newest(&self) -> Result<Option<Arc<View>>, StoreError> {
        let group = self.group.read().unwrap_or_else(PoisonError::into_inner);
        Ok(group.as_deref().ok_or(StoreError::Closed)?.shared.map.newest())
    }

    pub(super) async fn view(&self) -> Result<Arc<View>, StoreError> {
        if let Some(view) = self.newest()? {
            return Ok(view);
        }
        // There is none while the map is checked, or if it could not be read.
        let _stage = self.stage.lock().await;
        self.group()?.shared.map.view()
    }

    /// Decides a job on top of what was decided before it, and waits until that is durable.
    pub(super) async fn decide<T>(
        &self,
        job: impl FnOnce(&mut Staging) -> Result<T, StoreError>,
        answer: impl FnOnce(Waiter<T>) -> Answer,
    ) -> Result<T, StoreError> {
        let waiting = {
            let mut stage = self.stage.lock().await;
            let group = self.group()?;
            let waiting = stage.decide(&group.shared.map, job, answer)?;
            drop(stage);
            group.wake();
            waiting
        };
        // Where no answer comes, the store was closed.
        waiting.await.unwrap_or(Err(StoreError::Closed))
    }
}
