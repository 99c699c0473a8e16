//! A map in memory whose commits fail.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use sternway_store::{Batch, Cause, Kv, KvError, MemoryKv, Shrunk, Snapshot};

use crate::dice::Dice;

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It succeeds.
    Succeed,
    /// It fails, and nothing is written.
    Fail,
    /// It fails, and is written all the same.
    Happen,
}

/// What becomes of the next commits.
#[derive(Debug, Default)]
pub(super) struct Fates {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Fate>,
    dice: Option<Dice>,
    holds: bool,
    held: bool,
}

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(30);

impl Fates {
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = change(&mut state);
        drop(state);
        self.changed.notify_all();
        answer
    }

    fn wait_until(&self, condition: impl Fn(&State) -> bool) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, PATIENCE, |state| !condition(state));
        assert!(waited.is_ok_and(|(_, waited)| !waited.timed_out()), "nothing happens");
    }

    /// From now on, chance decides.
    pub(super) fn roll(&self, seed: u64) {
        self.change(|state| state.dice = Some(Dice::new(seed)));
    }

    /// From now on, everything succeeds.
    pub(super) fn calm(&self) {
        self.change(|state| state.dice = None);
    }

    /// Says what becomes of the next commit that is not held yet.
    pub(super) fn next(&self, fate: Fate) {
        self.change(|state| state.script.push_back(fate));
    }

    /// Holds the next commit, which will succeed.
    pub(super) fn hold(&self) {
        self.change(|state| state.holds = true);
    }

    /// Waits until a commit is held.
    pub(super) fn held(&self) {
        self.wait_until(|state| state.held);
    }

    /// Lets the held commit go on.
    pub(super) fn release(&self) {
        self.change(|state| (state.holds, state.held) = (false, false));
    }

    fn draw(&self) -> Fate {
        let holds = self.change(|state| {
            state.held = state.holds;
            state.holds
        });
        if holds {
            self.wait_until(|state| !state.holds);
            return Fate::Succeed;
        }
        self.change(|state| {
            let rolled = state.dice.as_mut().map_or(Fate::Succeed, |dice| match dice.below(6) {
                0 => Fate::Fail,
                1 => Fate::Happen,
                _ => Fate::Succeed,
            });
            state.script.pop_front().unwrap_or(rolled)
        })
    }
}

/// A map in memory whose commits fare as they are fated.
#[derive(Debug)]
pub(super) struct FlakyKv {
    map: MemoryKv,
    fates: Arc<Fates>,
}

impl FlakyKv {
    pub(super) const fn new(map: MemoryKv, fates: Arc<Fates>) -> Self {
        Self { map, fates }
    }
}

impl Kv for FlakyKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.map.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let fate = self.fates.draw();
        if fate != Fate::Fail {
            self.map.commit(batch)?;
        }
        if fate == Fate::Succeed {
            Ok(())
        } else {
            Err(KvError::Unavailable(Cause::new("the disk went away")))
        }
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.map.check()
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        self.map.shrink()
    }
}
