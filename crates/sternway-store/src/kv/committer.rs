//! Makes batches durable, and then answers who waits for them.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use sternway_types::Receipt;
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};

use super::{
    newest::Newest,
    port::{Batch, Kv, KvError},
};
use crate::{Appended, Cause, StoreError};

pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// An answer that is given when the batch is durable.
pub(super) enum Answer {
    Commit(Reply<Receipt>, Result<Receipt, StoreError>),
    Append(Reply<Appended>, Result<Appended, StoreError>),
    Flush(Reply<()>),
    /// Nobody waits; but a content keeps its place in the queue until it is written.
    Put {
        _permit: OwnedSemaphorePermit,
    },
}

impl Answer {
    /// Answers; a caller that went away is nobody's concern.
    pub(super) fn give(self, written: &Result<(), StoreError>) {
        match self {
            Self::Commit(reply, result) => drop(reply.send(durable(result, written))),
            Self::Append(reply, result) => drop(reply.send(durable(result, written))),
            Self::Flush(reply) => drop(reply.send(written.clone())),
            Self::Put { .. } => (),
        }
    }
}

/// A refusal stands whether or not the batch could be written; a success only if it was.
fn durable<T>(
    result: Result<T, StoreError>,
    written: &Result<(), StoreError>,
) -> Result<T, StoreError> {
    result.and_then(|answer| written.clone().map(|()| answer))
}

/// A batch, and who waits for it.
pub(super) struct Decided {
    pub(super) batch: Arc<Batch>,
    pub(super) answers: Vec<Answer>,
}

/// Writes batches, one at a time.
pub(super) struct Committer {
    pub(super) kv: Arc<dyn Kv>,
    pub(super) newest: Arc<Newest>,
    pub(super) bell: watch::Sender<u64>,
}

impl Committer {
    /// Writes a batch durably, shows it to readers, and answers who waits for it. Before a failure
    /// is answered, `failed` is told of it: whoever tries again comes after that.
    pub(super) fn write(
        &self,
        decided: Decided,
        failed: impl FnOnce(&StoreError),
    ) -> Result<(), StoreError> {
        let Decided { batch, answers } = decided;
        let written = self.commit(&batch);
        if let Err(err) = &written {
            failed(err);
        }
        for answer in answers {
            answer.give(&written);
        }
        written
    }

    fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        // A map that panics must not leave callers waiting for ever.
        let committed = panic::catch_unwind(AssertUnwindSafe(|| self.kv.commit(batch)))
            .unwrap_or_else(|_| Err(KvError::Unavailable(Cause::new("the commit panicked"))));
        // Also after a failure, since a commit that failed may have happened.
        self.newest.renew(self.kv.as_ref());
        committed?;
        self.bell.send_modify(|rings| *rings = rings.wrapping_add(1));
        Ok(())
    }
}
