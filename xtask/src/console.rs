//! The words of xtask on the terminal.
//!
//! Results go to stdout and complaints to stderr, a line at a time, so that they stand in order
//! between the lines of the commands we run. A reader that went away is no reason to stop a gate.

use std::{
    error::Error,
    fmt::Display,
    io::{self, Write},
    time::{Duration, Instant},
};

/// Prints a line to stdout.
pub(crate) fn say(line: impl Display) {
    writeln!(io::stdout().lock(), "{line}").unwrap_or_default();
}

/// Prints an error to stderr, and below it why it came about.
pub(crate) fn complain(err: &dyn Error) {
    let mut stderr = io::stderr().lock();
    writeln!(stderr, "error: {err}").unwrap_or_default();
    let mut cause = err.source();
    while let Some(source) = cause {
        writeln!(stderr, "  because: {source}").unwrap_or_default();
        cause = source.source();
    }
}

/// Does the work, and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a chore may look at the clock; nothing replays it")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}
