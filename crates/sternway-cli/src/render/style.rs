//! Colors. Whatever a color says, a word or a symbol beside it says too.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// What is live, and what was added.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What waits, and warnings.
pub(crate) const WAITING: Style = AnsiColor::Yellow.on_default();
/// What is condemned, what was removed, and errors.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// Names.
pub(crate) const NAME: Style = Style::new().bold();
/// What is read last.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Places in a diff.
pub(crate) const PLACE: Style = AnsiColor::Cyan.on_default();
/// What is as it always is.
pub(crate) const PLAIN: Style = Style::new();

/// A text in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}
