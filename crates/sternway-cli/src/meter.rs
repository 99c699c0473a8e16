//! How far a long command has come: one line on a terminal, drawn over and over.
//!
//! Who does not look at stderr, or wants only the answer, gets nothing.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use sternway::provider::Stopwatch;

use crate::{console::Console, format::number::count};

/// How long a line stands before it is drawn again.
const PAUSE: Duration = Duration::from_millis(100);

/// A line that says how far something has come.
#[derive(Debug)]
pub(crate) struct Meter {
    shown: bool,
    drawn: bool,
    since: Stopwatch,
    last: Duration,
}

impl Console {
    /// A line that says how far something has come.
    pub(crate) fn meter(&self) -> Meter {
        Meter {
            shown: self.has_notes() && io::stderr().is_terminal(),
            drawn: false,
            since: Stopwatch::start(),
            last: Duration::ZERO,
        }
    }
}

impl Meter {
    /// Says that so much of it is done, and how many of what that is.
    pub(crate) fn show(&mut self, done: u64, of: u64, number: u64, noun: &str) {
        let now = self.since.elapsed();
        if !self.shown || now.saturating_sub(self.last) < PAUSE {
            return;
        }
        self.last = now;
        self.drawn = true;
        let (percent, number) = (done.saturating_mul(100) / of.max(1), count(number));
        draw(&format!("\r\u{1b}[K{percent:>3} %  {number} {noun}"));
    }
}

/// What is printed next begins on a free line, however the work ended.
impl Drop for Meter {
    fn drop(&mut self) {
        if self.drawn {
            draw("\r\u{1b}[K");
        }
    }
}

/// Nothing is left to be done if the terminal is gone.
fn draw(text: &str) {
    let mut err = io::stderr().lock();
    err.write_all(text.as_bytes()).and_then(|()| err.flush()).unwrap_or_default();
}
