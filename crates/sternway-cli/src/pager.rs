//! What is longer than the screen, shown page by page.
//!
//! Only where a terminal shows the answer. `less` is told to end by itself where there is nothing to
//! turn, to show colors, and to leave the answer on the screen, unless `LESS` says something else.

use std::{
    env,
    io::{self, Write},
    process::{Command, Stdio},
};

use anstream::adapter::strip_str;
use terminal_size::{Height, Width, terminal_size};

use crate::settings::typed::NO_PAGER;

/// What shows what is longer than the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pager {
    // Invariant: there is at least one.
    words: Vec<String>,
}

impl Pager {
    /// The pager that a setting names, if it names one.
    pub(crate) fn named(command: &str) -> Option<Self> {
        let words: Vec<String> = command.split_whitespace().map(ToOwned::to_owned).collect();
        let is_none = words.is_empty() || words == [NO_PAGER];
        (!is_none).then_some(Self { words })
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.words.first().map(String::as_str).unwrap_or_default()
    }

    /// Whether a text needs it: it is longer than the screen.
    pub(crate) fn is_needed(text: &str) -> bool {
        terminal_size().is_some_and(|(Width(width), Height(height))| {
            rows(text, usize::from(width)) >= usize::from(height)
        })
    }

    /// Shows a text, and returns when the person has seen enough.
    ///
    /// # Errors
    ///
    /// If the pager cannot be run; then nothing was shown.
    pub(crate) fn show(&self, text: &[u8]) -> io::Result<()> {
        let mut command = Command::new(self.name());
        command.args(self.words.iter().skip(1)).stdin(Stdio::piped());
        for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
            if env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        let mut pager = command.spawn()?;
        leave_interrupts_to_the_pager();
        if let Some(mut screen) = pager.stdin.take() {
            // Who has seen enough before the end leaves the rest.
            screen.write_all(text).unwrap_or_default();
        }
        pager.wait().map(drop)
    }
}

/// How many rows a text takes on a screen of this width.
fn rows(text: &str, width: usize) -> usize {
    let plain = strip_str(text).to_string();
    plain.lines().map(|line| line.chars().count().div_ceil(width.max(1)).max(1)).sum()
}

/// Ctrl-C is for the pager: it stops a search there, and must not end what feeds it. Nothing is left
/// to be interrupted when the pager is done.
#[cfg(unix)]
fn leave_interrupts_to_the_pager() {
    let unread = std::sync::Arc::default();
    // Without it a Ctrl-C ends both, which loses nothing.
    signal_hook::flag::register(signal_hook::consts::SIGINT, unread).map(drop).unwrap_or_default();
}

#[cfg(not(unix))]
const fn leave_interrupts_to_the_pager() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_takes_several_rows() {
        assert_eq!(rows("", 10), 0);
        assert_eq!(rows("a\n\nb\n", 10), 3);
        assert_eq!(rows("12345678901\n", 10), 2);
        assert_eq!(rows("\u{1b}[1m1234567890\u{1b}[0m\n", 10), 1);
    }

    #[test]
    fn a_pager_is_a_command_or_none() {
        let name = |command| Pager::named(command).map(|pager| pager.name().to_owned());
        assert_eq!(name("less -S"), Some("less".into()));
        assert_eq!(name("never"), None);
        assert_eq!(name(" "), None);
    }
}
