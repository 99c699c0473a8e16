//! Text, compared by lines; words are compared inside lines that changed.
//!
//! A line ends with `\n`, which belongs to it; so does a `\r` before it. The last line may go
//! without, and then differs from the same line with it. Nothing is normalized.

mod line;
mod row;
mod unified;
mod word;

use std::{fmt, iter, ops::Range};

use similar::{DiffOp, DiffTag};

pub use self::{
    line::{Line, LineNumber},
    row::{Row, Side},
    unified::{Hunk, Unified},
    word::{MarkedLine, Span},
};
use crate::align::align;

/// What happened to each line on the way from one text to another.
///
/// Memory is a few words per line beside the two texts. See the crate's front page for what
/// happens when they are large.
#[derive(Clone)]
pub struct TextDiff<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    // Invariant: in order, covers both sides completely, no two equal operations in a row.
    ops: Vec<DiffOp>,
    stat: Stat,
}

/// How many lines of each kind an edit script has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stat {
    /// Lines only the new text has.
    pub added: usize,
    /// Lines only the old text has.
    pub removed: usize,
    /// Lines both texts have.
    pub unchanged: usize,
}

impl Stat {
    /// How much of the two texts is common: 1 when they are equal, 0 when no line is shared.
    #[must_use]
    pub fn similarity(self) -> f64 {
        let common = 2 * self.unchanged;
        match common + self.added + self.removed {
            0 => 1.0,
            total => common as f64 / total as f64,
        }
    }
}

impl<'a> TextDiff<'a> {
    /// Compares two texts.
    #[must_use]
    pub fn new(old: &'a str, new: &'a str) -> Self {
        let old: Vec<&str> = old.split_inclusive('\n').collect();
        let new: Vec<&str> = new.split_inclusive('\n').collect();
        let ops = align(&old, &new);
        let stat = count(&ops);
        Self { old, new, ops, stat }
    }

    /// Whether the two texts are equal, byte for byte.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.stat.added == 0 && self.stat.removed == 0
    }

    /// The counts, taken from the edit script.
    #[must_use]
    pub const fn stat(&self) -> Stat {
        self.stat
    }

    /// The edit script: every line of both texts, in order; where lines were replaced, the removed
    /// ones come before the added ones.
    pub fn lines(&self) -> impl Iterator<Item = Line<'a>> {
        self.ops.iter().flat_map(|op| self.lines_of(*op))
    }

    /// The edit script with the changed words of replaced lines marked.
    pub fn marked_lines(&self) -> impl Iterator<Item = MarkedLine<'a>> {
        self.ops.iter().flat_map(|op| self.marked_lines_of(*op))
    }

    /// Both texts side by side; where lines were replaced, they are paired in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> {
        self.ops.iter().flat_map(|op| self.rows_of(*op))
    }

    /// The changed places, each with up to `context` unchanged lines around it.
    pub fn hunks(&self, context: usize) -> impl Iterator<Item = Hunk<'_, 'a>> {
        // Grouping an equal pair of texts would give one group without a change.
        let ops = if self.is_empty() { Vec::new() } else { self.ops.clone() };
        similar::group_diff_ops(ops, context).into_iter().map(|ops| Hunk::new(self, ops))
    }

    /// The unified diff, ready to be printed.
    pub const fn unified(&self) -> Unified<'_, 'a> {
        Unified::new(self)
    }

    fn lines_of(&self, op: DiffOp) -> impl Iterator<Item = Line<'a>> + use<'_, 'a> {
        let (kept, changed) = split(op);
        let unchanged = numbered(&self.old, kept.0)
            .zip(numbered(&self.new, kept.1))
            .map(|((old, text), (new, _))| Line::Unchanged { old, new, text });
        let removed = numbered(&self.old, changed.0).map(|(old, text)| Line::Removed { old, text });
        let added = numbered(&self.new, changed.1).map(|(new, text)| Line::Added { new, text });
        unchanged.chain(removed).chain(added)
    }

    fn marked_lines_of(&self, op: DiffOp) -> impl Iterator<Item = MarkedLine<'a>> + use<'_, 'a> {
        let (_, changed) = split(op);
        let old = self.old.get(changed.0).unwrap_or_default();
        let new = self.new.get(changed.1).unwrap_or_default();
        let mut marks = word::mark(old, new).into_iter();
        self.lines_of(op).map(move |line| MarkedLine {
            line,
            spans: marks.next().unwrap_or_else(|| vec![Span::plain(line.text())]),
        })
    }

    fn rows_of(&self, op: DiffOp) -> impl Iterator<Item = Row<'a>> + use<'_, 'a> {
        let (kept, _) = split(op);
        let unchanged = numbered(&self.old, kept.0)
            .zip(numbered(&self.new, kept.1))
            .map(|((left, text), (right, _))| Row::Unchanged { left, right, text });
        let changed = iter::once(op)
            .filter(|op| op.tag() != DiffTag::Equal)
            .flat_map(|op| row::pair(self.marked_lines_of(op)));
        unchanged.chain(changed)
    }
}

impl fmt::Debug for TextDiff<'_> {
    /// Shows the counts only: a content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextDiff").field("stat", &self.stat).finish_non_exhaustive()
    }
}

fn count(ops: &[DiffOp]) -> Stat {
    ops.iter().fold(Stat::default(), |stat, op| {
        let (kept, changed) = split(*op);
        Stat {
            added: stat.added + changed.1.len(),
            removed: stat.removed + changed.0.len(),
            unchanged: stat.unchanged + kept.0.len(),
        }
    })
}

/// A place on the old and one on the new side.
type Sides = (Range<usize>, Range<usize>);

/// The kept and the changed lines of an operation; one of the two is empty.
fn split(op: DiffOp) -> (Sides, Sides) {
    let (tag, old, new) = op.as_tag_tuple();
    let nothing = (old.end..old.end, new.end..new.end);
    match tag {
        DiffTag::Equal => ((old, new), nothing),
        DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => (nothing, (old, new)),
    }
}

fn numbered<'d, 'a>(
    lines: &'d [&'a str],
    range: Range<usize>,
) -> impl Iterator<Item = (LineNumber, &'a str)> + use<'d, 'a> {
    lines
        .iter()
        .enumerate()
        .skip(range.start)
        .take(range.len())
        .map(|(index, text)| (LineNumber::at(index), *text))
}
