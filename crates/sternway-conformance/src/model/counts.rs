//! What was counted, and what an append must be answered with.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use sternway_store::{
    Append, Appended, AppendedSubject, LogLength, Noted, Opened, Refusal, Tallies,
};
use sternway_types::{Generation, OpenRun, Outcome, OutcomeId, PointerName, Subject, Tally};

use super::{
    decide_deployed,
    decide_record::{missing, nowhere},
    history::History,
};
use crate::everything::Everything;

/// The log of every subject, and how much of it was judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    logs: BTreeMap<Subject, Vec<Outcome>>,
    judged: BTreeMap<Subject, usize>,
    noted: BTreeMap<Subject, Vec<Noted>>,
    ids: BTreeSet<OutcomeId>,
    open: BTreeMap<OutcomeId, OpenRun>,
}

fn sum(outcomes: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    for outcome in outcomes {
        tally.add(outcome);
    }
    tally
}

impl Counts {
    pub(super) fn log(&self, subject: &Subject) -> &[Outcome] {
        self.logs.get(subject).map_or(&[], Vec::as_slice)
    }

    /// What the first few outcomes of a subject add up to: a mark.
    pub(super) fn prefix(&self, subject: &Subject, len: usize) -> Tally {
        let log = self.log(subject);
        sum(log.get(..len).unwrap_or(log))
    }

    fn tallies(&self, subject: &Subject) -> Tallies {
        let judged = self.judged.get(subject).copied().unwrap_or_default();
        Tallies { tally: sum(self.log(subject)), judged: self.prefix(subject, judged) }
    }

    /// Counts an append, or says what is wrong with it. The subjects of the answer stand in order.
    pub(super) fn append(
        &mut self,
        history: History<'_>,
        append: &Append,
    ) -> Result<Appended, Vec<Refusal>> {
        let outcomes = append.outcomes().iter().enumerate();
        let mut problems: Vec<Refusal> =
            outcomes.flat_map(|(place, outcome)| problems(history, place, outcome)).collect();
        for (place, run) in append.openings().iter().enumerate() {
            problems.extend(never(history, place, run.id, &run.subject));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut appended = Appended::default();
        let mut counted: BTreeMap<&Subject, Vec<usize>> = BTreeMap::new();
        let mut fresh = Vec::new();
        for (place, outcome) in append.outcomes().iter().enumerate() {
            if self.ids.insert(outcome.id) {
                counted.entry(&outcome.subject).or_default().push(place);
                fresh.push(outcome);
            } else {
                appended.duplicates += 1;
            }
            self.open.remove(&outcome.id);
        }
        let mut noted = self.note(append, &fresh);
        for (subject, counted) in counted {
            let before = self.tallies(subject);
            let new = counted.iter().filter_map(|place| append.outcomes().get(*place)).cloned();
            self.logs.entry(subject.clone()).or_default().extend(new);
            let (subject, noted) = (subject.clone(), noted.remove(subject).unwrap_or_default());
            self.noted.entry(subject.clone()).or_default().extend(noted.iter().cloned());
            appended.subjects.push(AppendedSubject { subject, before, counted, noted });
        }
        for (subject, mark) in append.marks() {
            let len = usize::try_from(mark.total()).unwrap_or(usize::MAX);
            if len > 0 && len <= self.log(subject).len() {
                let judged = self.judged.entry(subject.clone()).or_default();
                *judged = len.max(*judged);
            }
        }
        appended.opened = append.openings().iter().map(|run| self.open(run)).collect();
        Ok(appended)
    }

    /// What is to be noted with the new outcomes of an append, one after the other.
    fn note(&self, append: &Append, fresh: &[&Outcome]) -> BTreeMap<Subject, Vec<Noted>> {
        let lengths = self.logs.iter().map(|(subject, log)| (subject.clone(), log.len() as u64));
        let mut lengths: BTreeMap<Subject, u64> = lengths.collect();
        let mut noted: BTreeMap<Subject, Vec<Noted>> = BTreeMap::new();
        for outcome in fresh {
            let subject = &outcome.subject;
            let place = lengths.entry(subject.clone()).or_default();
            *place += 1;
            let place = *place;
            let Some(others) = append.notings().get(subject) else { continue };
            let length = |&(version, generation): &_| {
                let other = Subject { version, generation, ..subject.clone() };
                // Before the failure itself, if it asks for its own log.
                let own = u64::from(other == *subject);
                let total = lengths.get(&other).copied().unwrap_or_default() - own;
                LogLength { version, generation, total }
            };
            if outcome.is_failure() {
                let others = others.iter().map(length).collect();
                noted.entry(subject.clone()).or_default().push(Noted { place, others });
            }
        }
        noted
    }

    fn open(&mut self, run: &OpenRun) -> Opened {
        if self.ids.contains(&run.id) {
            return Opened::Ended;
        }
        match self.open.entry(run.id) {
            Entry::Occupied(_) => Opened::Before,
            Entry::Vacant(entry) => {
                entry.insert(run.clone());
                Opened::Now
            }
        }
    }

    /// Fills in what the reads of outcomes must answer.
    pub(super) fn show(&self, all: &mut Everything) {
        let known = self.logs.iter().filter(|(_, log)| !log.is_empty());
        all.outcomes = known.map(|(subject, log)| (subject.clone(), log.clone())).collect();
        let subjects = all.outcomes.keys();
        all.tallies =
            subjects.clone().map(|subject| (subject.clone(), self.tallies(subject))).collect();
        all.counted = all.tallies.keys().cloned().collect();
        let unjudged = all.tallies.iter().filter(|(_, it)| it.judged.total() < it.tally.total());
        all.unjudged = unjudged.map(|(subject, _)| subject.clone()).collect();
        let noted = self.noted.iter().filter(|(_, noted)| !noted.is_empty());
        all.noted = noted.map(|(subject, noted)| (subject.clone(), noted.clone())).collect();
        all.open_runs = self.open.values().cloned().collect();
        all.open_runs.sort_unstable_by_key(|run| (run.due, run.id));
    }
}

fn problems(history: History<'_>, place: usize, outcome: &Outcome) -> Vec<Refusal> {
    let (id, checked) = (outcome.id, outcome.check());
    let malformed = checked.err().map(|source| Refusal::Outcome { index: place + 1, id, source });
    malformed.into_iter().chain(never(history, place, id, &outcome.subject)).collect()
}

/// Why there may be no outcome of a subject.
fn never(history: History<'_>, place: usize, id: OutcomeId, subject: &Subject) -> Vec<Refusal> {
    let mut problems = Vec::new();
    problems.extend(nowhere(history, &subject.environment));
    problems.extend(missing(history, &subject.artifact, subject.version));
    let name = PointerName::Environment(subject.environment.clone());
    let pointer = history.pointer(&subject.artifact, &name);
    let newest = pointer.as_ref().map_or(Generation::ZERO, |pointer| pointer.generation);
    let present = newest > Generation::ZERO && subject.generation == newest;
    let replaced = pointer.and_then(|pointer| pointer.version) != Some(subject.version);
    let never = subject.generation > newest || (present && replaced);
    if never && !decide_deployed::is_candidate(history, subject) {
        problems.push(Refusal::NeverLive {
            index: place + 1,
            id,
            artifact: subject.artifact.clone(),
            version: subject.version,
            environment: subject.environment.clone(),
            generation: subject.generation,
        });
    }
    problems
}
