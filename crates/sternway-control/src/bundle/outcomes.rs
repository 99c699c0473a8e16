//! Outcomes from a bundle, and how far they were judged.
//!
//! A mark says of a subject that the first so many outcomes of its log were judged. It is brought
//! along in the same append as those outcomes, so that nobody ever sees them without it and judges
//! them again; and only while the log here begins as the one in the bundle, since else it would say
//! that of others.

use std::mem;

use sternway_bundle::Log;
use sternway_store::{Append, Limit, Store};
use sternway_types::{NamespaceId, Outcome, Subject, Tally};

use super::import::ARRIVED;
use crate::ControlError;

/// How many outcomes are appended at once.
const BATCH: usize = 20_000;

/// The log that is being brought in.
struct Current {
    subject: Subject,
    /// How many of its outcomes were judged elsewhere.
    judged: u64,
    /// What those add up to, as far as they came.
    mark: Tally,
    /// How many outcomes the log here had.
    there: u64,
    /// How many of them were judged here.
    judged_there: u64,
    /// Whether the log here begins as that in the bundle, as far as that came.
    same: bool,
}

/// Brings in logs, part by part.
pub(super) struct Outcomes<'a> {
    store: &'a dyn Store,
    namespace: &'a NamespaceId,
    current: Option<Current>,
    waiting: Vec<Outcome>,
    marks: Vec<(Subject, Tally)>,
    new: u64,
}

impl<'a> Outcomes<'a> {
    pub(super) const fn new(store: &'a dyn Store, namespace: &'a NamespaceId) -> Self {
        Self { store, namespace, current: None, waiting: Vec::new(), marks: Vec::new(), new: 0 }
    }

    /// Takes the next part of a log.
    pub(super) async fn take(&mut self, log: Log) -> Result<(), ControlError> {
        let mut current = match self.current.take() {
            Some(current) if current.subject == log.subject => current,
            last => {
                self.end_log(last);
                self.begin(log.subject, log.judged).await?
            }
        };
        let (from, mut outcomes) = (log.from, log.outcomes);
        let known = self.known(&mut current, from, &outcomes).await?;
        for (place, outcome) in (from..).zip(&outcomes) {
            if place < current.judged {
                current.mark.add(outcome);
            }
        }
        outcomes.drain(..known);
        self.waiting.extend(outcomes);
        self.current = Some(current);
        if self.waiting.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    /// Brings in what waits, and answers with how many outcomes were new.
    pub(super) async fn end(mut self) -> Result<u64, ControlError> {
        let last = self.current.take();
        self.end_log(last);
        self.flush().await?;
        Ok(self.new)
    }

    async fn begin(&self, subject: Subject, judged: u64) -> Result<Current, ControlError> {
        let tallies = self.store.tallies(self.namespace, &subject).await?.unwrap_or_default();
        let (there, judged_there) = (tallies.tally.total(), tallies.judged.total());
        let mark = Tally::default();
        Ok(Current { subject, judged, mark, there, judged_there, same: true })
    }

    /// How many of these are in the log here, at the same places.
    async fn known(
        &self,
        current: &mut Current,
        from: u64,
        outcomes: &[Outcome],
    ) -> Result<usize, ControlError> {
        let mut known = 0;
        while current.same && known < outcomes.len() && from + (known as u64) < current.there {
            let (place, limit) = (from + known as u64, Limit::new(outcomes.len() - known));
            let page = self.store.outcomes(self.namespace, &current.subject, place, limit).await?;
            let rest = outcomes.get(known..).unwrap_or_default();
            let same = page.iter().zip(rest).take_while(|(here, there)| here.id == there.id);
            let same = same.count();
            known += same;
            current.same = same == page.len() && same > 0;
        }
        Ok(known)
    }

    /// The mark of a log as far as it came, if it says more than what is known here.
    fn note(&mut self, current: &Current) {
        if current.same && current.mark.total() > current.judged_there {
            self.marks.push((current.subject.clone(), current.mark.clone()));
        }
    }

    fn end_log(&mut self, last: Option<Current>) {
        if let Some(last) = last {
            self.note(&last);
        }
    }

    async fn flush(&mut self) -> Result<(), ControlError> {
        if let Some(current) = self.current.take() {
            self.note(&current);
            self.current = Some(current);
        }
        let (outcomes, marks) = (mem::take(&mut self.waiting), mem::take(&mut self.marks));
        if outcomes.is_empty() && marks.is_empty() {
            return Ok(());
        }
        let append = Append::new(self.namespace.clone(), ARRIVED, outcomes);
        let append = marks.into_iter().fold(append, |it, (subject, mark)| it.judged(subject, mark));
        // They were judged where they come from, or wait to be: nothing is judged here.
        let appended = self.store.append(&append).await?;
        self.new += appended.subjects.iter().map(|it| it.counted.len() as u64).sum::<u64>();
        Ok(())
    }
}
