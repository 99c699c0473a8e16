//! The unified format, as `patch` reads it.
//!
//! Limits: a file name with a tab, a quote, a backslash or a control character is quoted the way
//! GNU diff and git do; an older `patch` than GNU's 2.7 takes such a name literally.

use std::{
    fmt::{self, Write},
    ops::Range,
};

use similar::DiffOp;

use super::{Line, MarkedLine, TextDiff};

/// How many unchanged lines surround a change unless something else is asked for.
const CONTEXT: usize = 3;

/// A unified diff; [`Display`](fmt::Display) writes it. Equal texts give an empty one.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Unified<'d, 'a> {
    diff: &'d TextDiff<'a>,
    names: (&'d str, &'d str),
    context: usize,
}

impl<'d, 'a> Unified<'d, 'a> {
    pub(super) const fn new(diff: &'d TextDiff<'a>) -> Self {
        Self { diff, names: ("old", "new"), context: CONTEXT }
    }

    /// Names the two texts in the header, instead of `old` and `new`.
    pub const fn with_names(self, old: &'d str, new: &'d str) -> Self {
        Self { names: (old, new), ..self }
    }

    /// Shows up to `lines` unchanged lines around each change, instead of 3.
    pub const fn with_context(self, lines: usize) -> Self {
        Self { context: lines, ..self }
    }
}

impl fmt::Display for Unified<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.diff.is_empty() {
            return Ok(());
        }
        write_name(f, "---", self.names.0)?;
        write_name(f, "+++", self.names.1)?;
        self.diff.hunks(self.context).try_for_each(|hunk| hunk.fmt(f))
    }
}

/// One changed place with its surroundings. [`Display`](fmt::Display) writes it in the unified
/// format, its `@@` line included.
#[derive(Clone, Debug)]
pub struct Hunk<'d, 'a> {
    diff: &'d TextDiff<'a>,
    // Invariant: not empty.
    ops: Vec<DiffOp>,
}

impl<'d, 'a> Hunk<'d, 'a> {
    pub(super) const fn new(diff: &'d TextDiff<'a>, ops: Vec<DiffOp>) -> Self {
        Self { diff, ops }
    }

    /// The part of the edit script in this place.
    pub fn lines(&self) -> impl Iterator<Item = Line<'a>> {
        self.ops.iter().flat_map(|op| self.diff.lines_of(*op))
    }

    /// The same with the changed words marked.
    pub fn marked_lines(&self) -> impl Iterator<Item = MarkedLine<'a>> {
        self.ops.iter().flat_map(|op| self.diff.marked_lines_of(*op))
    }

    /// The `@@` line of this place, without its end: which lines of both texts it shows.
    #[must_use]
    pub fn header(&self) -> String {
        let old = extent(self.ops.iter().map(DiffOp::old_range));
        let new = extent(self.ops.iter().map(DiffOp::new_range));
        format!("@@ -{old} +{new} @@")
    }
}

impl fmt::Display for Hunk<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.header())?;
        for line in self.lines() {
            let (sign, text) = match line {
                Line::Unchanged { text, .. } => (' ', text),
                Line::Removed { text, .. } => ('-', text),
                Line::Added { text, .. } => ('+', text),
            };
            write!(f, "{sign}{text}")?;
            if !text.ends_with('\n') {
                f.write_str("\n\\ No newline at end of file\n")?;
            }
        }
        Ok(())
    }
}

/// Writes the lines from the first range to the last as `first,count`. One line leaves the count
/// out, and none names the line before, as the format wants it.
fn extent(mut ranges: impl Iterator<Item = Range<usize>>) -> String {
    let first = ranges.next().unwrap_or_default();
    let end = ranges.last().map_or(first.end, |last| last.end);
    match end - first.start {
        0 => format!("{},0", first.start),
        1 => end.to_string(),
        count => format!("{},{count}", first.start + 1),
    }
}

fn write_name(f: &mut fmt::Formatter<'_>, sign: &str, name: &str) -> fmt::Result {
    write!(f, "{sign} ")?;
    if name.contains(|c: char| c.is_ascii_control() || matches!(c, '"' | '\\')) {
        write_quoted(f, name)?;
    } else {
        f.write_str(name)?;
    }
    // A tab ends the name; without it, one that contains a space is cut there.
    f.write_str(if name.contains(' ') { "\t\n" } else { "\n" })
}

fn write_quoted(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in name.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            _ if c.is_ascii_control() => write!(f, "\\{:03o}", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
