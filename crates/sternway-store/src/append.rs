//! The bulk lane: outcomes, counted exactly once.

use std::collections::BTreeMap;

use sternway_types::{
    Generation, NamespaceId, OpenRun, Outcome, Subject, Tally, Timestamp, VersionNumber,
};

/// Outcomes to count, and how far earlier ones were judged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is counted until it is appended"]
pub struct Append {
    namespace: NamespaceId,
    outcomes: Vec<Outcome>,
    judged: Vec<(Subject, Tally)>,
    openings: Vec<OpenRun>,
    notings: BTreeMap<Subject, Vec<(VersionNumber, Generation)>>,
}

impl Append {
    /// The most outcomes of one append.
    pub const MAX_OUTCOMES: usize = 100_000;

    /// Outcomes that arrived at this moment, in the order in which they are to be judged. An
    /// outcome that says it ended later than that is taken to have ended then.
    pub fn new(namespace: NamespaceId, arrived: Timestamp, mut outcomes: Vec<Outcome>) -> Self {
        for outcome in &mut outcomes {
            outcome.at = outcome.at.min(arrived);
        }
        let (judged, openings, notings) = Default::default();
        Self { namespace, outcomes, judged, openings, notings }
    }

    /// Says that a subject was judged up to this tally. A mark never goes back.
    pub fn judged(mut self, subject: Subject, tally: Tally) -> Self {
        self.judged.push((subject, tally));
        self
    }

    /// Says that a run begins, after the outcomes of this append were counted. One whose outcome was
    /// counted is not opened, and one that is open stays as it is.
    pub fn opening(mut self, run: OpenRun) -> Self {
        self.openings.push(run);
        self
    }

    /// Has it noted with each new failure of a subject how far the logs of others were: of these versions and
    /// generations, of the same artifact in the same environment. It is noted in the commit that counts the
    /// failure, so that whoever judges it, whenever that is, holds it against the same outcomes. Where no others
    /// are named, nothing is noted.
    pub fn noting(mut self, subject: Subject, others: Vec<(VersionNumber, Generation)>) -> Self {
        if !others.is_empty() {
            self.notings.insert(subject, others);
        }
        self
    }

    /// Where the outcomes belong.
    #[must_use]
    pub const fn namespace(&self) -> &NamespaceId {
        &self.namespace
    }

    /// The outcomes.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// How far subjects were judged.
    #[must_use]
    pub fn marks(&self) -> &[(Subject, Tally)] {
        &self.judged
    }

    /// With the failures of which subjects it is noted how far the logs of which others were.
    #[must_use]
    pub const fn notings(&self) -> &BTreeMap<Subject, Vec<(VersionNumber, Generation)>> {
        &self.notings
    }

    /// The runs that begin.
    #[must_use]
    pub fn openings(&self) -> &[OpenRun] {
        &self.openings
    }
}

/// What became of a run that was to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is open.
    Now,
    /// It was open already, and is as it was.
    Before,
    /// Its outcome was counted already: it is over.
    Ended,
}

/// How far the logs of others were when a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// The place of the failure in the log of its subject, from 1.
    pub place: u64,
    /// The others, in the order in which they were asked for.
    pub others: Vec<LogLength>,
}

/// How many outcomes a log had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLength {
    /// The version that the outcomes are of, of the same artifact in the same environment.
    pub version: VersionNumber,
    /// The generation that they name.
    pub generation: Generation,
    /// How many there were.
    pub total: u64,
}

/// What is known of a subject: what its outcomes add up to, and up to where they were judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// All its outcomes.
    pub tally: Tally,
    /// Those that were judged: a prefix of the log.
    pub judged: Tally,
}

/// What an append did to one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendedSubject {
    /// The subject.
    pub subject: Subject,
    /// Its tallies before.
    pub before: Tallies,
    /// Which outcomes of the append were new, by their places in it, in the order of the log.
    pub counted: Vec<usize>,
    /// What was noted with each failure among them, if the append asked for it.
    pub noted: Vec<Noted>,
}

/// The answer to an append that is durable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "whoever appends outcomes judges them"]
pub struct Appended {
    /// Every subject that has new outcomes.
    pub subjects: Vec<AppendedSubject>,
    /// How many outcomes had been counted before.
    pub duplicates: usize,
    /// What became of each run that was to be opened, in their order.
    pub opened: Vec<Opened>,
}
