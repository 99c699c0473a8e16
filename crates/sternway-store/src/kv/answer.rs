//! Answers that are given when a batch is durable.

use sternway_types::Receipt;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::{Appended, StoreError};

/// What a caller waits for. If it ends without an answer, the store was closed.
pub(super) type Waiting<T> = oneshot::Receiver<Result<T, StoreError>>;

/// A caller that waits, and what it is told when the batch is durable.
pub(super) struct Waiter<T> {
    pub(super) reply: oneshot::Sender<Result<T, StoreError>>,
    pub(super) result: Result<T, StoreError>,
}

impl<T> Waiter<T> {
    /// Answers. If the batch could not be written, a refusal is no more true than a success: both
    /// may rest on what was not written. A caller that went away is nobody's concern.
    fn give(self, written: &Result<(), StoreError>) {
        drop(self.reply.send(written.clone().and(self.result)));
    }
}

/// An answer that is given when the batch is durable.
pub(super) enum Answer {
    Commit(Waiter<Receipt>),
    Replay(Waiter<usize>),
    Append(Waiter<Appended>),
    Flush(Waiter<()>),
    Compact(Waiter<bool>),
    /// Nobody waits; but a content keeps its place in the queue until it is written.
    Put {
        _permit: OwnedSemaphorePermit,
    },
}

impl Answer {
    pub(super) fn give(self, written: &Result<(), StoreError>) {
        match self {
            Self::Commit(waiter) => waiter.give(written),
            Self::Replay(waiter) => waiter.give(written),
            Self::Append(waiter) => waiter.give(written),
            Self::Flush(waiter) => waiter.give(written),
            Self::Compact(waiter) => waiter.give(written),
            Self::Put { .. } => (),
        }
    }
}
