//! What recording a file of outcomes led to, as it is shown.

use serde::Serialize;

use crate::{ReactionView, SubjectView, TallyView, VerdictView};

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadLineView {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// What the lines about one subject led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubjectRecordedView {
    /// What ran.
    pub subject: SubjectView,
    /// How many of its outcomes were new.
    pub counted: u64,
    /// What the outcomes of this stay add up to.
    pub tally: TallyView,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: VerdictView,
    /// What a regression led to.
    pub reaction: Option<ReactionView>,
}

/// What recording a file of outcomes led to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RecordedLinesView {
    /// How many lines there were, blank ones left out.
    pub lines: u64,
    /// How many outcomes were new.
    pub counted: u64,
    /// How many had been counted before.
    pub duplicates: u64,
    /// How many lines were not taken.
    pub bad: u64,
    /// The first of these.
    pub bad_lines: Vec<BadLineView>,
    /// Every subject that has new outcomes.
    pub subjects: Vec<SubjectRecordedView>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
