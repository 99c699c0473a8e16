//! What the drivers of long runs have in common: a line for each thing that was done, and for the error
//! that ended it.

use std::{io::Write as _, process::ExitCode};

use crate::faults::Told;

/// Runs something, and says why it ended if it did not end well.
pub fn driven(run: impl FnOnce() -> Told<()>) -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            writeln!(std::io::stderr().lock(), "error: {err}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

/// Says a line.
pub fn say(line: &str) {
    writeln!(std::io::stdout().lock(), "{line}").unwrap_or_default();
}
