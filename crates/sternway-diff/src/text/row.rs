//! Two texts side by side.

use std::iter;

use super::{Line, LineNumber, MarkedLine, Span};

/// One row of a side-by-side view: the old text left, the new one right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Row<'a> {
    /// The same line on both sides.
    Unchanged {
        /// Its number in the old text.
        left: LineNumber,
        /// Its number in the new text.
        right: LineNumber,
        /// The line, with its ending.
        text: &'a str,
    },
    /// A line and what took its place.
    Changed {
        /// The removed line.
        left: Side<'a>,
        /// The added line.
        right: Side<'a>,
    },
    /// A line with nothing beside it.
    Removed {
        /// The removed line.
        left: Side<'a>,
    },
    /// A line with nothing beside it.
    Added {
        /// The added line.
        right: Side<'a>,
    },
}

/// A changed line on one side of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Side<'a> {
    /// Its number in its text.
    pub number: LineNumber,
    /// The line, with its ending.
    pub text: &'a str,
    /// The same line, cut where emphasis begins and ends.
    pub spans: Vec<Span<'a>>,
}

/// Puts removed lines beside added ones, in order.
pub(super) fn pair<'a>(
    lines: impl Iterator<Item = MarkedLine<'a>>,
) -> impl Iterator<Item = Row<'a>> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for MarkedLine { line, spans } in lines {
        match line {
            Line::Removed { old, text } => left.push(Side { number: old, text, spans }),
            Line::Added { new, text } => right.push(Side { number: new, text, spans }),
            Line::Unchanged { .. } => (),
        }
    }
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    iter::from_fn(move || match (left.next(), right.next()) {
        (Some(left), Some(right)) => Some(Row::Changed { left, right }),
        (Some(left), None) => Some(Row::Removed { left }),
        (None, Some(right)) => Some(Row::Added { right }),
        (None, None) => None,
    })
}
