//! Which words of a replaced line changed.
//!
//! Words are those of Unicode (UAX #29); runs of space between them count as words too.

use similar::{Algorithm, ChangeTag, DiffOp, InlineChangeOptions};

use super::Line;

/// The largest block of replaced lines, in bytes of both sides, in which words are compared.
///
/// Every redraw of a screen compares them anew, and a block this large is not read word by word.
const MAX_MARKED: usize = 32 * 1024;

/// A line of an edit script, cut where emphasis begins and ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MarkedLine<'a> {
    /// The line.
    pub line: Line<'a>,
    /// Its text again, in pieces. Nothing is emphasized in a line that was not replaced, or that
    /// has less than half of its words in common with what replaced it.
    pub spans: Vec<Span<'a>>,
}

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span<'a> {
    /// The piece.
    pub text: &'a str,
    /// Whether the other side lacks it. A line's ending is never emphasized.
    pub emphasized: bool,
}

impl<'a> Span<'a> {
    pub(super) const fn plain(text: &'a str) -> Self {
        Self { text, emphasized: false }
    }
}

/// The spans of each old line, then those of each new line; or none, if nothing was compared.
pub(super) fn mark<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Vec<Span<'a>>> {
    let bytes: usize = old.iter().chain(new).map(|line| line.len()).sum();
    if old.is_empty() || new.is_empty() || bytes > MAX_MARKED {
        return Vec::new();
    }
    let lines = similar::TextDiff::from_slices(old, new);
    let op = DiffOp::Replace { old_index: 0, old_len: old.len(), new_index: 0, new_len: new.len() };
    let mut options = InlineChangeOptions::new();
    options.algorithm(Algorithm::Myers);
    // The methods without a deadline take one from the clock.
    let changes = lines.iter_inline_changes_with_options_deadline(&op, options, None);
    let (mut removed, mut added) = (old.iter(), new.iter());
    changes
        .filter_map(|change| {
            let line = match change.tag() {
                ChangeTag::Delete => removed.next(),
                ChangeTag::Insert => added.next(),
                ChangeTag::Equal => None,
            };
            line.map(|line| cut(line, change.values()))
        })
        .collect()
}

/// Cuts `line` into the pieces, joining neighbors of one kind.
fn cut<'a>(line: &'a str, pieces: &[(bool, &str)]) -> Vec<Span<'a>> {
    let mut rest = line;
    let mut spans = Vec::new();
    for run in pieces.chunk_by(|left, right| left.0 == right.0) {
        let length = run.iter().map(|(_, piece)| piece.len()).sum();
        let Some((text, after)) = rest.split_at_checked(length) else { break };
        spans.extend(run.first().map(|(emphasized, _)| Span { text, emphasized: *emphasized }));
        rest = after;
    }
    if !rest.is_empty() {
        spans.push(Span::plain(rest));
    }
    spans
}
