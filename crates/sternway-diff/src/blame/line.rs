//! Lines of a text.

use std::{fmt, mem, ops::RangeInclusive};

use similar::{DiffOp, DiffTag};

use crate::{align::align, text::LineNumber};

/// Finds who wrote each line of a text, going back version by version.
#[must_use]
pub struct LineBlame<V> {
    /// The text that was reached, and its version.
    text: String,
    version: V,
    // Invariant: ascending in both places.
    open: Vec<Open>,
    /// Who wrote each line that is settled.
    settled: Vec<(LineNumber, V)>,
}

/// A line that was in every text so far.
#[derive(Clone, Copy)]
struct Open {
    /// Where the text that is asked about has it.
    line: LineNumber,
    /// Where the text that was reached has it, from 0.
    place: usize,
}

impl<V: Clone> LineBlame<V> {
    /// Begins with the text that is asked about.
    pub fn new(text: impl Into<String>, version: V) -> Self {
        let text = text.into();
        let places = text.split_inclusive('\n').enumerate();
        let open = places.map(|(place, _)| Open { line: LineNumber::at(place), place }).collect();
        Self { text, version, open, settled: Vec::new() }
    }

    /// Asks about these lines only, so that a walk may end sooner.
    pub fn within(mut self, lines: &RangeInclusive<LineNumber>) -> Self {
        self.open.retain(|open| lines.contains(&open.line));
        self
    }

    /// Whether nothing is left to be found out.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.open.is_empty()
    }

    /// Goes back to the version that the one reached was made from.
    pub fn back(&mut self, text: impl Into<String>, version: V) {
        let text = text.into();
        let older: Vec<&str> = text.split_inclusive('\n').collect();
        let newer: Vec<&str> = self.text.split_inclusive('\n').collect();
        let kept = align(&older, &newer).into_iter().filter(|op| op.tag() == DiffTag::Equal);
        let mut kept = kept.peekable();
        for open in mem::take(&mut self.open) {
            while kept.next_if(|op| op.new_range().end <= open.place).is_some() {}
            match kept.peek().and_then(|op| place_before(op, open.place)) {
                Some(place) => self.open.push(Open { place, ..open }),
                None => self.settled.push((open.line, self.version.clone())),
            }
        }
        (self.text, self.version) = (text, version);
    }

    /// Goes back to a version with the same content.
    pub fn pass_on(&mut self, version: V) {
        self.version = version;
    }

    /// Ends the walk: what is open was written by the version that was reached. The lines are in
    /// order.
    #[must_use]
    pub fn settle(mut self) -> Vec<(LineNumber, V)> {
        let open = self.open.iter().map(|open| (open.line, self.version.clone()));
        self.settled.extend(open);
        self.settled.sort_unstable_by_key(|(line, _)| *line);
        self.settled
    }
}

/// Where the older text has a line that the newer one has at `place`, if both have it.
fn place_before(kept: &DiffOp, place: usize) -> Option<usize> {
    let into = place.checked_sub(kept.new_range().start)?;
    Some(kept.old_range().start + into)
}

impl<V: fmt::Debug> fmt::Debug for LineBlame<V> {
    /// Shows the counts only: a content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineBlame")
            .field("version", &self.version)
            .field("open", &self.open.len())
            .field("settled", &self.settled.len())
            .finish_non_exhaustive()
    }
}
