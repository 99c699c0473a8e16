//! The states that the store may be in: a store in memory that lives through the same story, or
//! several, where nobody knows whether a step was taken.
//!
//! What a store writes follows from its state and the step alone, so both hold the same rows, byte
//! for byte. That is how a half visible step is seen, and a lost one.

use std::ops::ControlFlow;

use sternway::{
    store::{Batch, Direction, Kv, KvError, KvStore, MemoryKv, Range, Store as _, StoreError},
    types::At,
};

use super::{
    error::Failure,
    step::{Answer, Step},
};

/// Every row of a map.
///
/// # Errors
///
/// What the map answers if it cannot be read.
pub fn rows(kv: &dyn Kv) -> Result<Batch, KvError> {
    let mut rows = Batch::new();
    let everything = Range { from: vec![0], to: vec![u8::MAX; 2], direction: Direction::Forward };
    kv.snapshot()?.scan(&everything, &mut |key, value| {
        rows.insert(key.to_vec(), Some(value.to_vec()));
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// A store in memory.
pub(super) struct Twin {
    kv: MemoryKv,
    pub(super) store: KvStore,
}

impl Twin {
    fn with(rows: &Batch) -> Result<Self, Failure> {
        let kv = MemoryKv::new();
        kv.commit(rows).map_err(Failure::harness)?;
        let store = KvStore::open(kv.clone()).map_err(Failure::harness)?;
        Ok(Self { kv, store })
    }

    fn rows(&self) -> Result<Batch, Failure> {
        rows(&self.kv).map_err(Failure::harness)
    }

    async fn play(&self, step: &Step) -> Result<Answer, Failure> {
        step.play(&self.store).await.map_err(Failure::harness)
    }
}

/// Every state that the store may be in.
pub(super) struct Twins {
    /// Not empty.
    twins: Vec<Twin>,
    /// Whether a store was ever opened, which gives an empty map its first row.
    opened: Opened,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    Perhaps,
    Once,
}

impl Twins {
    pub(super) fn new() -> Result<Self, Failure> {
        let twins = vec![Twin::with(&Batch::new())?];
        Ok(Self { twins, opened: Opened::Perhaps })
    }

    /// One of them, to make up the next step by.
    pub(super) fn any(&self) -> Result<&Twin, Failure> {
        self.twins.first().ok_or_else(|| Failure::harness("there is no state left"))
    }

    /// A store was opened on what there is.
    pub(super) const fn opened(&mut self) {
        self.opened = Opened::Once;
    }

    /// The step was answered: what answers otherwise is not the state. But where nobody knows whether
    /// an earlier step was taken, it may still come true after an answer that wrote nothing, such as a
    /// refusal, or the receipt of what was committed before: the file holds it, and who answered looked
    /// at the cache.
    pub(super) async fn answered(&mut self, step: &Step, answer: &Answer) -> Result<(), Failure> {
        let unknown = self.twins.len() > 1;
        let (mut others, mut later, mut wrote_nothing) = (Vec::new(), Vec::new(), false);
        for twin in std::mem::take(&mut self.twins) {
            let before = if unknown { Some(twin.rows()?) } else { None };
            let expected = twin.play(step).await?;
            if expected == *answer {
                if let Some(before) = before {
                    wrote_nothing |= twin.rows()? == before;
                }
                self.twins.push(twin);
                continue;
            }
            others.push(expected);
            if let Some(before) = before {
                later.push(Twin::with(&before)?);
            }
        }
        if self.twins.is_empty() {
            let words = format!("{step:?} was answered {answer:?}, expected {others:?}");
            return Err(Failure::Broken(words));
        }
        if wrote_nothing {
            self.twins.extend(later);
        }
        Ok(())
    }

    /// Nobody knows whether the step was taken; or only its content was, and waits.
    pub(super) async fn unanswered(&mut self, step: &Step) -> Result<(), Failure> {
        for twin in std::mem::take(&mut self.twins) {
            let before = twin.rows()?;
            let taken = Twin::with(&before)?;
            taken.play(step).await?;
            if let Step::Commit { put: Some(put), .. } = step {
                let waits = Twin::with(&before)?;
                put.play(&waits.store).await.map_err(Failure::harness)?;
                self.twins.push(waits);
            }
            // What waited in it may be lost by now, and may be not.
            self.twins.extend([twin, Twin::with(&before)?, taken]);
        }
        Ok(())
    }

    /// These rows were found. They must be those of a state that may be.
    pub(super) fn found(&mut self, found: &Batch) -> Result<(), Failure> {
        let mut differences = Vec::new();
        for twin in &self.twins {
            let expected = twin.rows()?;
            let unopened = found.is_empty() && self.opened == Opened::Perhaps;
            if unopened || expected == *found {
                self.twins = vec![Twin::with(found)?];
                return Ok(());
            }
            differences.push(difference(&expected, found));
        }
        let words = format!("what is there is no state that may be: {}", differences.join("; or "));
        Err(Failure::Broken(words))
    }
}

fn difference(expected: &Batch, found: &Batch) -> String {
    let lost = expected.keys().filter(|key| !found.contains_key(*key)).count();
    let more = found.keys().filter(|key| !expected.contains_key(*key)).count();
    let other = expected.iter().filter(|(key, value)| {
        let found = found.get(*key);
        found.is_some_and(|found| found != *value)
    });
    let (other, all) = (other.count(), expected.len());
    format!("of {all} rows {lost} are lost and {other} are others, and {more} more are there")
}

/// What a store says of itself must fit one of the states.
impl Twins {
    pub(super) async fn heads(&self, store: &KvStore) -> Result<Result<(), StoreError>, Failure> {
        let namespace = super::story::namespace().map_err(Failure::harness)?;
        let head = match store.head(&namespace, At::Head).await {
            Ok(head) => head,
            Err(err) => return Ok(Err(err)),
        };
        for twin in &self.twins {
            if twin.store.head(&namespace, At::Head).await.map_err(Failure::harness)? == head {
                return Ok(Ok(()));
            }
        }
        Err(Failure::Broken(format!("the head is {head:?}, which it is in no state that may be")))
    }
}
