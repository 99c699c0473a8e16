//! The map, and the newest view of it, which all readers share: a read does not pay for a snapshot
//! of its own.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::watch;

use super::{
    port::{Batch, Kv, KvError},
    view::View,
};
use crate::{Cause, Shrunk, StoreError};

/// Held by whatever keeps the map open. When the last one is dropped, the map was let go.
pub(super) type Open = watch::Sender<()>;

/// How soon a batch is to be durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// When it is written.
    Durable,
    /// With the next batch that is: nobody was told that this one is safe.
    Soon,
}

/// The map, and the view of its last commit. The view is replaced before anybody is answered, so
/// that every reader sees what was acknowledged before.
pub(super) struct Map {
    kv: Box<dyn Kv>,
    newest: RwLock<Option<Arc<View>>>,
    // Dropped last.
    open: Open,
}

impl Map {
    pub(super) fn new(kv: Box<dyn Kv>) -> Result<Self, StoreError> {
        let map = Self { kv, newest: RwLock::default(), open: Open::new(()) };
        map.show(Some(map.fresh()?));
        Ok(map)
    }

    pub(super) fn kv(&self) -> &dyn Kv {
        self.kv.as_ref()
    }

    /// Tells, by ending, when the map was let go.
    pub(super) fn let_go(&self) -> watch::Receiver<()> {
        self.open.subscribe()
    }

    fn show(&self, view: Option<Arc<View>>) {
        *self.newest.write().unwrap_or_else(PoisonError::into_inner) = view;
    }

    /// The newest view, unless there is none just now.
    pub(super) fn newest(&self) -> Option<Arc<View>> {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The newest view, or one that is made now. It must not be asked for while the map is checked:
    /// who may come to make one holds the stage.
    pub(super) fn view(&self) -> Result<Arc<View>, StoreError> {
        match self.newest() {
            Some(view) => Ok(view),
            None => self.fresh(),
        }
    }

    fn fresh(&self) -> Result<Arc<View>, StoreError> {
        let snapshot = unless_it_panics(|| self.kv.snapshot())?;
        Ok(Arc::new(View::new(snapshot, self.open.clone())))
    }

    /// Shows what was committed last from now on. If that cannot be read, every reader is told so.
    fn renew(&self) {
        self.show(self.fresh().ok());
    }

    /// Writes a batch, durably if somebody waits for that.
    pub(super) fn commit(&self, batch: &Batch, wanted: Wanted) -> Result<(), StoreError> {
        let committed = unless_it_panics(|| match wanted {
            Wanted::Durable => self.kv.commit(batch),
            Wanted::Soon => self.kv.commit_unsynced(batch),
        });
        // Also after a failure, since a commit that failed may have happened.
        self.renew();
        Ok(committed?)
    }

    /// Checks the map's own structure, for which it may have to be alone: no view is given out until
    /// that is done, and those that were are used for one read.
    pub(super) fn check(&self) -> Result<(), KvError> {
        self.alone(|kv| kv.check())
    }

    /// Makes the map smaller, alone as for a check.
    pub(super) fn shrink(&self) -> Result<Shrunk, KvError> {
        self.alone(|kv| kv.shrink())
    }

    fn alone<T>(&self, work: impl FnOnce(&dyn Kv) -> Result<T, KvError>) -> Result<T, KvError> {
        self.show(None);
        let done = unless_it_panics(|| work(self.kv.as_ref()));
        self.renew();
        done
    }

    /// Shows nothing any more.
    pub(super) fn end(&self) {
        self.show(None);
    }
}

/// A map that panics must not leave callers waiting for ever.
fn unless_it_panics<T>(work: impl FnOnce() -> Result<T, KvError>) -> Result<T, KvError> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(KvError::Unavailable(Cause::new("the map panicked"))))
}
