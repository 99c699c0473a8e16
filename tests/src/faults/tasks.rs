//! Tasks, pauses and limits of time.
//!
//! Faults come while work is under way, so there are tasks; and whether something hangs is seen by
//! the clock of the host. No pause here waits for something to become so: for that there is [`until`],
//! which looks.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::Told;

/// How long anything may take to heal by itself.
pub const HEALED: Duration = Duration::from_secs(60);

/// Does something beside what goes on.
#[expect(clippy::disallowed_methods, reason = "see the module")]
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(task)
}

/// Lets some time pass, for a fault to last or between two tries.
#[expect(clippy::disallowed_methods, reason = "see the module")]
pub async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}

/// Looks until something is so.
///
/// # Errors
///
/// If it does not become so, or cannot be looked at.
pub async fn until<F: Future<Output = Told<bool>>>(what: &str, look: impl Fn() -> F) -> Told<()> {
    let looking = async {
        while !look().await? {
            pause(Duration::from_millis(5)).await;
        }
        Ok(())
    };
    within(HEALED, what, looking).await?
}

/// An error and what caused it, in one line.
#[must_use]
pub fn words(err: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(err), |err| err.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What comes of something, if it comes in time.
///
/// # Errors
///
/// If it does not.
pub async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = T>) -> Told<T> {
    let done = tokio::time::timeout(limit, work).await;
    done.map_err(|_| format!("{what}: not within {limit:?}").into())
}
