//! Tasks of the store's own, and pauses.
//!
//! What a caller asks for is done in a task that ends by itself: by its answer, or when the pool is
//! closed, for which [`Store::close`](sternway_store::Store::close) waits. Pauses come between tries,
//! by the clock of the host: they decide how soon something is known, and never what.

use std::time::Duration;

use tokio::task::JoinHandle;

/// Does something that no caller can cancel.
#[expect(clippy::disallowed_methods, reason = "see the module")]
pub(crate) fn spawn<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    tokio::spawn(task)
}

/// Waits before the next try.
#[expect(clippy::disallowed_methods, reason = "see the module")]
pub(crate) async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}
