//! What the caller was told is done, and whether it is, asked through the port alone.
//!
//! It knows nothing of rows, nor of the store in memory: where that one would be wrong in the same
//! way as the store, this is not.

use std::collections::{BTreeMap, BTreeSet};

use sternway::{
    store::{Append, Limit, Store},
    types::{Content, Digest, Outcome, OutcomeId, Receipt, Revision, Timestamp},
};

use super::{
    error::Failure,
    step::{Answer, Step},
    story::namespace,
};

#[derive(Default)]
pub(super) struct Told {
    receipts: Vec<Receipt>,
    contents: BTreeMap<Digest, Content>,
    outcomes: BTreeSet<OutcomeId>,
    /// One of them, to ask with.
    outcome: Option<Outcome>,
    /// The floor that was told, and the highest that was ever asked for.
    floor: Revision,
    asked: Revision,
}

impl Told {
    /// This is about to be asked for.
    pub(super) fn ask(&mut self, step: &Step) {
        if let Step::Compact(before) = step {
            self.asked = self.asked.max(*before);
        }
    }

    pub(super) fn note(&mut self, step: &Step, answer: &Answer) {
        match (step, answer) {
            (Step::Commit { put, .. }, Answer::Committed(receipt)) => {
                self.receipts.push(receipt.clone());
                let content = put.as_ref().map(|put| put.content.clone());
                self.contents.extend(content.map(|content| (content.digest(), content)));
            }
            (Step::Append(append), Answer::Appended(_)) => {
                self.outcomes.extend(append.outcomes().iter().map(|outcome| outcome.id));
                self.outcome = append.outcomes().first().cloned().or_else(|| self.outcome.take());
            }
            (Step::Compact(_), Answer::Compacted(done)) => {
                self.floor = done.floor.map_or(self.floor, |floor| floor.revision);
            }
            _ => (),
        }
    }

    /// Everything that was told to be done is done.
    pub(super) async fn holds(&self, store: &dyn Store) -> Result<(), Failure> {
        self.commits_hold(store).await?;
        self.contents_hold(store).await?;
        self.outcomes_hold(store).await
    }

    async fn commits_hold(&self, store: &dyn Store) -> Result<(), Failure> {
        if self.receipts.is_empty() {
            return Ok(());
        }
        let namespace = namespace().map_err(Failure::Harness)?;
        let floor = store.floor(&namespace).await.map_err(Failure::store("reading the floor"))?;
        let floor = floor.map_or(Revision::ZERO, |floor| floor.revision);
        if floor < self.floor || floor > self.asked {
            let (told, asked) = (self.floor, self.asked);
            let words = format!("the floor is {floor}; told was {told}, and asked for {asked}");
            return Err(Failure::Broken(words));
        }
        let before = Revision::new(floor.get().saturating_sub(1));
        let feed = store.feed(&namespace, before, Limit::MAX).await;
        let feed: Vec<_> =
            feed.map_err(Failure::store("reading the feed"))?.iter().map(Receipt::from).collect();
        let mut kept = self.receipts.iter().filter(|receipt| receipt.revision >= floor);
        let lost = kept.find(|receipt| !feed.contains(receipt));
        lost.map_or(Ok(()), |lost| {
            Err(Failure::Broken(format!("it was told, and is lost: {lost:?}")))
        })
    }

    async fn contents_hold(&self, store: &dyn Store) -> Result<(), Failure> {
        for content in self.contents.values() {
            let reference = content.reference();
            let found = store.content(&reference).await.map_err(Failure::store("reading"))?;
            if found.as_ref() != Some(content) {
                let words = format!("the content {} is lost", reference.digest);
                return Err(Failure::Broken(words));
            }
        }
        Ok(())
    }

    /// Counting them again counts none.
    async fn outcomes_hold(&self, store: &dyn Store) -> Result<(), Failure> {
        let Some(outcome) = &self.outcome else { return Ok(()) };
        let again = self.outcomes.iter().map(|id| Outcome { id: *id, ..outcome.clone() });
        let namespace = namespace().map_err(Failure::Harness)?;
        let again = Append::new(namespace, Timestamp::EPOCH, again.collect());
        let answer = store.rehearse_append(&again).await;
        let counted = answer.map_err(Failure::store("counting"))?.duplicates;
        let told = self.outcomes.len();
        if counted == told {
            return Ok(());
        }
        Err(Failure::Broken(format!("{told} outcomes were told, and {counted} are counted")))
    }
}
