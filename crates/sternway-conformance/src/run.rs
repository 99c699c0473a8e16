//! Runs one case: on a runtime of its own, within a time, and under its name.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use tokio::{runtime::Builder, time::timeout};

use crate::{Harness, world::World};

/// How long a case may take. What never answers fails, too.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs a case in a world of its own.
///
/// # Panics
///
/// If the store breaks the promise.
pub(crate) fn run<F: Future<Output = ()>>(
    name: &str,
    harness: impl Harness,
    case: impl FnOnce(World) -> F,
) {
    story("store", name, async {
        let world = World::new(Arc::new(harness)).await;
        Box::pin(case(world)).await;
    });
}

/// Runs the story of a case about a store or a router.
///
/// # Panics
///
/// If that breaks the promise.
pub(crate) fn story(of: &str, name: &str, story: impl Future<Output = ()>) {
    let runtime = match Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(err) => panic!("no runtime for {name}: {err}"),
    };
    let told = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async { timeout(PATIENCE, story).await })
    }));
    match told {
        Ok(Ok(())) => (),
        Ok(Err(_)) => panic!("the {of} breaks {name}: no answer within {PATIENCE:?}"),
        Err(panic) => panic!("the {of} breaks {name}: {}", words(panic.as_ref())),
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    let words = panic.downcast_ref::<&str>().copied();
    words.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked")
}
