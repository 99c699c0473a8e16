//! How far the simulation has come.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sternway_provider::Stopwatch;

/// How far it has come: one line on a terminal, drawn over and over.
pub(crate) struct Meter {
    shown: bool,
    of: u64,
    done: AtomicU64,
    watch: Stopwatch,
    last: Mutex<Duration>,
}

impl Meter {
    /// For so many deployments.
    pub(crate) fn new(of: u64) -> Self {
        Self {
            shown: io::stderr().is_terminal(),
            of,
            done: AtomicU64::new(0),
            watch: Stopwatch::start(),
            last: Mutex::default(),
        }
    }

    /// So many more are done.
    pub(crate) fn add(&self, runs: u64) {
        let done = self.done.fetch_add(runs, Ordering::Relaxed) + runs;
        let now = self.watch.elapsed();
        // Who finds it taken need not draw: somebody else does.
        let Ok(mut last) = self.last.try_lock() else { return };
        if self.shown && now.saturating_sub(*last) >= Duration::from_millis(100) {
            *last = now;
            let percent = done * 100 / self.of.max(1);
            draw(&format!("\r\u{1b}[K{percent:>3} %  {done} deployments"));
        }
    }

    /// How many deployments are done, and how long that took.
    pub(crate) fn sum(&self) -> (u64, Duration) {
        (self.done.load(Ordering::Relaxed), self.watch.elapsed())
    }

    /// What is printed next begins on a free line.
    pub(crate) fn clear(&self) {
        if self.shown {
            draw("\r\u{1b}[K");
        }
    }
}

/// Nothing is left to be done if the terminal is gone.
fn draw(text: &str) {
    let mut err = io::stderr().lock();
    err.write_all(text.as_bytes()).and_then(|()| err.flush()).unwrap_or_default();
}
