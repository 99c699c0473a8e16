//! One line of an edit script.

use std::{fmt, num::NonZeroUsize};

/// A line, and what happened to it. The text includes the line's ending, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line<'a> {
    /// Both texts have it.
    Unchanged {
        /// Where the old text has it.
        old: LineNumber,
        /// Where the new text has it.
        new: LineNumber,
        /// The line.
        text: &'a str,
    },
    /// Only the old text has it.
    Removed {
        /// Where the old text has it.
        old: LineNumber,
        /// The line.
        text: &'a str,
    },
    /// Only the new text has it.
    Added {
        /// Where the new text has it.
        new: LineNumber,
        /// The line.
        text: &'a str,
    },
}

impl<'a> Line<'a> {
    /// The line itself, with its ending.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        match self {
            Self::Unchanged { text, .. }
            | Self::Removed { text, .. }
            | Self::Added { text, .. } => text,
        }
    }
}

/// The place of a line in its text. The first line is number 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineNumber(NonZeroUsize);

impl LineNumber {
    /// The line of this number.
    #[must_use]
    pub const fn new(number: NonZeroUsize) -> Self {
        Self(number)
    }

    /// The number itself.
    #[must_use]
    pub const fn value(self) -> usize {
        self.0.get()
    }

    pub(crate) const fn at(index: usize) -> Self {
        Self(NonZeroUsize::MIN.saturating_add(index))
    }
}

impl fmt::Display for LineNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
