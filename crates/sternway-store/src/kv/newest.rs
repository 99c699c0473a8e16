//! The newest view, shared by all readers, so that a read does not pay for a snapshot of its own.

use std::sync::{Arc, PoisonError, RwLock};

use super::{port::Kv, view::View};
use crate::StoreError;

/// The view of the last commit. It is replaced before anybody is answered, so that every
/// reader sees what was acknowledged before.
pub(super) struct Newest(RwLock<Option<Arc<View>>>);

impl Newest {
    pub(super) fn new(kv: &dyn Kv) -> Result<Self, StoreError> {
        Ok(Self(RwLock::new(Some(Arc::new(View::new(kv.snapshot()?))))))
    }

    /// The newest view, unless it was let go.
    fn kept(&self) -> Option<Arc<View>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn view(&self, kv: &dyn Kv) -> Result<Arc<View>, StoreError> {
        match self.kept() {
            Some(view) => Ok(view),
            None => Ok(Arc::new(View::new(kv.snapshot()?))),
        }
    }

    /// Shows what was committed last from now on. If that cannot be read, every reader is told so.
    pub(super) fn renew(&self, kv: &dyn Kv) {
        let view = kv.snapshot().map(|snapshot| Arc::new(View::new(snapshot))).ok();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = view;
    }

    /// Holds no view until the next commit: readers take snapshots of their own meanwhile.
    pub(super) fn let_go(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
