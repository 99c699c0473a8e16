//! Tasks that take turns: each call of the store and of the router is a place where a task stops, and
//! is gone on with, or dropped, as the seed says.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use async_trait::async_trait;
use sternway_store::{Director, Fault};

use crate::sim::Dice;

/// What somebody does, one call after the other.
pub(super) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Where calls wait for their turn, and meet their faults.
#[derive(Debug)]
pub(super) struct Stage {
    stopped: AtomicBool,
    calm: AtomicBool,
    /// Whether something may have been written since somebody asked.
    wrote: AtomicBool,
    dice: Mutex<Dice>,
    /// How many of 1,000 calls of the store fail.
    rate: u64,
    /// Of how many of 1,000 commits on it is away for a while.
    outages: u64,
    /// What ends an outage has dice of its own.
    lasts: Mutex<Dice>,
    /// How many calls it is still away for.
    away: AtomicU64,
    faults: AtomicU64,
}

impl Stage {
    pub(super) fn new([dice, lasts]: [Dice; 2], rate: u64, outages: u64) -> Self {
        let [stopped, calm, wrote] = [false, false, true].map(AtomicBool::new);
        let [faults, away] = [0, 0].map(AtomicU64::new);
        let [dice, lasts] = [dice, lasts].map(Mutex::new);
        Self { stopped, calm, wrote, dice, rate, outages, lasts, away, faults }
    }

    /// Nobody waits any more, and nothing fails.
    pub(super) fn calm_down(&self) {
        self.calm.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_calm(&self) -> bool {
        self.calm.load(Ordering::SeqCst)
    }

    /// Whether there may be something new to read.
    pub(super) fn has_written(&self) -> bool {
        self.wrote.swap(false, Ordering::SeqCst) || self.is_calm()
    }

    /// How many faults there were.
    pub(super) fn faults(&self) -> u64 {
        self.faults.load(Ordering::SeqCst)
    }

    /// Stops the task until its next turn.
    pub(super) async fn turn(&self) {
        let mut waits = !self.is_calm();
        poll_fn(|_| {
            if std::mem::take(&mut waits) {
                self.stopped.store(true, Ordering::SeqCst);
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Goes on with a task up to where it stops. Says whether it ended.
    pub(super) fn play(&self, task: &mut Task) -> bool {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            self.stopped.store(false, Ordering::SeqCst);
            if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                return true;
            }
            if self.stopped.load(Ordering::SeqCst) {
                return false;
            }
            // The store's own thread writes: that is no place to stop at.
            thread::park();
        }
    }

    /// Whether the store cannot be reached: from a commit on, which is a step that somebody decided, for a while.
    fn is_away(&self, op: &'static str) -> bool {
        if self.is_calm() || self.outages == 0 {
            return false;
        }
        let left = self.away.load(Ordering::SeqCst);
        if left > 0 {
            self.away.store(left - 1, Ordering::SeqCst);
            return true;
        }
        let mut lasts = self.lasts.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = op == "commit" && lasts.chance(self.outages, 1_000);
        if begins {
            self.away.store(5 + lasts.below(60), Ordering::SeqCst);
        }
        begins
    }

    fn strike(&self) -> Option<Fault> {
        if self.is_calm() || self.rate == 0 {
            return None;
        }
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = dice.chance(self.rate, 1_000).then(|| {
            let done = dice.chance(1, 2);
            if done { Fault::AnswerLost } else { Fault::NotDone }
        });
        self.faults.fetch_add(u64::from(fault.is_some()), Ordering::SeqCst);
        fault
    }
}

#[async_trait]
impl Director for Stage {
    async fn before(&self, op: &'static str) -> Option<Fault> {
        self.turn().await;
        if op == "commit" {
            self.wrote.store(true, Ordering::SeqCst);
        }
        if self.is_away(op) {
            self.faults.fetch_add(1, Ordering::SeqCst);
            return Some(Fault::NotDone);
        }
        self.strike()
    }

    async fn after(&self, _op: &'static str) {
        self.turn().await;
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for an answer that comes without anybody's turn.
pub(super) fn now<T>(answer: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut answer, mut context) = (pin!(answer), Context::from_waker(&waker));
    loop {
        if let Poll::Ready(answer) = answer.as_mut().poll(&mut context) {
            return answer;
        }
        thread::park();
    }
}
