//! The file of the seeds that ever failed.

use std::num::ParseIntError;

/// The seeds of a file: one a line, with words after a `#` if there is something to say.
///
/// # Errors
///
/// If a line begins with no number.
pub fn seeds(text: &str) -> Result<Vec<u64>, ParseIntError> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::parse).collect()
}
