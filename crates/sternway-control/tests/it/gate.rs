//! What makes a race happen in one order: a map whose commits can be held back, and callers who
//! leave early.

use std::{
    future::poll_fn,
    sync::{Arc, Condvar, Mutex, PoisonError},
    task::Poll,
};

use sternway_store::{Batch, Kv, KvError, MemoryKv, Snapshot};

/// A map in memory whose commits wait while its gate is shut.
#[derive(Clone, Debug, Default)]
pub(crate) struct GatedKv {
    inner: MemoryKv,
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    shut: Mutex<bool>,
    opened: Condvar,
}

impl GatedKv {
    /// Holds commits back from now on: whoever reads sees what was there.
    pub(crate) fn shut(&self) {
        self.turn(true);
    }

    /// Lets them go.
    pub(crate) fn open(&self) {
        self.turn(false);
    }

    fn turn(&self, shut: bool) {
        *self.gate.shut.lock().unwrap_or_else(PoisonError::into_inner) = shut;
        self.gate.opened.notify_all();
    }
}

impl Kv for GatedKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.inner.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let shut = self.gate.shut.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = self.gate.opened.wait_while(shut, |shut| *shut);
        drop(opened.unwrap_or_else(PoisonError::into_inner));
        self.inner.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.inner.check()
    }
}

/// Polls a future so many times, whenever it can go on, and drops it. Nothing if it was not done
/// by then.
pub(crate) async fn abandon<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
