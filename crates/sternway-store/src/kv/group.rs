//! Group commit: many callers, one durable write.
//!
//! A caller decides its own job, one caller at a time, on top of what was decided before it; what is
//! decided gathers in a batch. One thread makes batches durable, one after the other, and answers
//! who waits for them. While one batch becomes durable, the next gathers on top of it; so the more
//! callers wait, the more of them share the price of a durable write. If a batch cannot be written,
//! what was decided on top of it is answered with the same error. Deciding never waits for anything,
//! so that a caller that goes away has decided or has not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
};

use tokio::sync::{Mutex, oneshot, watch};

use super::{
    map::Map,
    port::Kv,
    stage::{Chores, Decided, Stage},
};
use crate::{Cause, StoreError};

/// What callers and the committing thread share.
pub(super) struct Shared {
    pub(super) map: Map,
    pub(super) stage: Arc<Mutex<Stage>>,
    /// Rings after every batch, and at the end.
    bell: watch::Sender<u64>,
    ending: AtomicBool,
}

/// The callers' side. Dropping it ends the thread when what was decided is written.
pub(super) struct Group {
    pub(super) shared: Arc<Shared>,
    committer: Thread,
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

impl Group {
    /// Starts the committing thread.
    pub(super) fn start(kv: Box<dyn Kv>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            map: Map::new(kv)?,
            stage: Arc::default(),
            bell: watch::Sender::new(0),
            ending: AtomicBool::new(false),
        });
        let committing = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("sternway-commit".into())
            .spawn(move || commit_all(&committing))
            .map_err(|err| StoreError::Unavailable(Cause::new(err)))?;
        Ok(Self { shared, committer: thread.thread().clone() })
    }

    /// Has the committing thread look at the stage.
    pub(super) fn wake(&self) {
        self.committer.unpark();
    }

    /// Refuses what comes from now on, and writes what came before.
    pub(super) fn end(&self) {
        self.shared.ending.store(true, Ordering::Release);
        self.wake();
    }
}

impl Shared {
    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    fn ring(&self) {
        self.bell.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// Writes a batch, shows it to readers, and answers who waits for it.
    fn write(&self, decided: Decided) {
        let Decided { batch, wanted, answers } = decided;
        let mut written = Ok(());
        if !batch.is_empty() {
            written = self.map.commit(&batch, wanted);
            self.ring();
        }
        if written.is_err() {
            // Whoever is told of the failure and tries again must come after what it took along.
            self.stage.blocking_lock().written(&self.map, &written);
            answers.into_iter().for_each(|answer| answer.give(&written));
        } else {
            answers.into_iter().for_each(|answer| answer.give(&written));
            self.stage.blocking_lock().written(&self.map, &written);
        }
    }

    /// Does to the map as a whole what was asked for. Callers wait for the stage meanwhile.
    fn do_chores(&self) {
        let mut stage = self.stage.blocking_lock();
        let Chores { checks, shrinks } = stage.take_chores();
        if !checks.is_empty() {
            let checked = stage.aside(&self.map, Map::check);
            tell(checks, &checked);
        }
        if !shrinks.is_empty() {
            let shrunk = stage.aside(&self.map, Map::shrink);
            tell(shrinks, &shrunk);
        }
    }
}

/// Tells everybody who asked. A caller that went away is nobody's concern.
fn tell<T: Clone>(asked: Vec<oneshot::Sender<T>>, answer: &T) {
    asked.into_iter().for_each(|asked| drop(asked.send(answer.clone())));
}

/// What the committing thread does, to the end.
fn commit_all(shared: &Shared) {
    loop {
        // Read before looking: what was decided before the end was announced is written.
        let ending = shared.ending.load(Ordering::Acquire);
        let due = shared.stage.blocking_lock().take_due(ending);
        let idle = due.is_none();
        if let Some(decided) = due {
            shared.write(decided);
        }
        shared.do_chores();
        match (idle, ending) {
            (true, true) => break,
            (true, false) => thread::park(),
            (false, _) => (),
        }
    }
    shared.stage.blocking_lock().end();
    shared.map.end();
    shared.ring();
}
