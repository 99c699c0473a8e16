//! What was decided and waits to be written, and who waits for it.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Weak},
};

use sternway_types::ContentRef;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{
    answer::{Answer, Waiter, Waiting},
    blob::{self, Way, Wrapped},
    key::{self, Table},
    map::{Map, Wanted},
    port::{Batch, KvError},
    staging::{Contents, Staging},
    view::View,
};
use crate::{Refusal, Shrunk, StoreError};

/// How many bytes of contents, as the queue counts them, may gather before they are written although nobody named them.
pub(super) const MAX_UNNAMED: usize = 8 * 1024 * 1024;

/// A batch, and who waits for it.
pub(super) struct Decided {
    pub(super) batch: Arc<Batch>,
    pub(super) wanted: Wanted,
    pub(super) answers: Vec<Answer>,
}

/// Who waits for something to be done to the map as a whole.
#[derive(Default)]
pub(super) struct Chores {
    /// Who wants to know whether it is sound.
    pub(super) checks: Vec<oneshot::Sender<Result<(), KvError>>>,
    /// Who wants it to be smaller.
    pub(super) shrinks: Vec<oneshot::Sender<Result<Shrunk, KvError>>>,
}

/// What gathers while the last batch becomes durable.
#[derive(Default)]
pub(super) struct Stage {
    /// Nothing while there is nothing, so that no snapshot is held for long.
    staging: Option<Staging>,
    /// Who waits for what is staged.
    answers: Vec<Answer>,
    /// How many callers are among them.
    callers: usize,
    /// How many bytes of contents are staged, as the queue counts them.
    unnamed: usize,
    /// Contents that could not be written, by their keys, and why: whoever names one is told so.
    lost: HashMap<Vec<u8>, StoreError>,
    /// What is to be done to the map while nobody else looks at it.
    chores: Chores,
    /// Whether nothing more is taken.
    closed: bool,
}

impl Stage {
    /// Takes a content, wrapped up as it was found in `seen`, unless somebody else wrote it since.
    pub(super) fn put(
        &mut self,
        map: &Map,
        seen: &Weak<View>,
        content: &ContentRef,
        wrapped: Wrapped,
        permit: OwnedSemaphorePermit,
    ) -> Result<(), StoreError> {
        // What a content takes of the queue, not its compressed size: else the queue could fill up
        // with nothing due, and who puts next would wait for ever.
        let len = permit.num_permits().saturating_mul(1024);
        let key = key::blob(&content.digest);
        self.lost.remove(&key);
        let staging = self.staging(map)?;
        staging.take_back();
        let may_be_there = match wrapped.way {
            Way::Anew => staging.knows_more(seen, &key),
            Way::Stronger => true,
            Way::Mended => staging.will_write(&key),
        };
        let kept = if may_be_there { blob::as_kept(staging, content)? } else { None };
        let rows = match kept {
            Some(rows) => rows,
            None => wrapped.into_rows(staging, |key| staging.knows_more(seen, key))?,
        };
        if rows.is_empty() {
            return Ok(());
        }
        rows.into_iter().for_each(|(key, value)| staging.set(key, value));
        staging.keep();
        self.unnamed += len;
        self.answers.push(Answer::Put { _permit: permit });
        Ok(())
    }

    /// Decides a job on top of what was decided before. What it wrote is kept if it succeeded and
    /// taken back if not; either way it is answered when the batch is durable, since what it saw
    /// may be in it.
    pub(super) fn decide<T>(
        &mut self,
        map: &Map,
        job: impl FnOnce(&mut Staging) -> Result<T, StoreError>,
        answer: impl FnOnce(Waiter<T>) -> Answer,
    ) -> Result<Waiting<T>, StoreError> {
        let staging = self.staging(map)?;
        // What a map that panicked in the middle of a job left behind.
        staging.take_back();
        let result = job(staging);
        if result.is_ok() {
            staging.keep();
        } else {
            staging.take_back();
        }
        let result = result.map_err(|err| self.or_lost(err));
        let (reply, waiting) = oneshot::channel();
        self.callers += 1;
        self.answers.push(answer(Waiter { reply, result }));
        Ok(waiting)
    }

    /// What gathers, above what was committed last.
    fn staging(&mut self, map: &Map) -> Result<&mut Staging, StoreError> {
        if self.closed {
            return Err(StoreError::Closed);
        }
        let staging = match self.staging.take() {
            Some(staging) => staging,
            None => Staging::new(map.view()?, Contents::Required),
        };
        Ok(self.staging.insert(staging))
    }

    /// The reason why a content is not there, if it was put and could not be written.
    fn or_lost(&self, err: StoreError) -> StoreError {
        let StoreError::Refused(refusal) = &err else { return err };
        let (Refusal::NoContent(digest) | Refusal::NoFile { digest, .. }) = refusal.as_ref() else {
            return err;
        };
        self.lost.get(&key::blob(digest)).cloned().unwrap_or(err)
    }

    /// What is to be written now: when somebody waits for it, when it is large, or at the end. A
    /// content waits for the commit that names it, so that both are durable at the price of one; where
    /// many gather before, they are written, and the disk is waited for when one is named.
    pub(super) fn take_due(&mut self, ending: bool) -> Option<Decided> {
        let durable = self.callers > 0 || ending;
        let due = durable || self.unnamed > MAX_UNNAMED;
        let staging = self.staging.as_mut().filter(|_| due && !self.answers.is_empty())?;
        let batch = staging.hand_on();
        let wanted = if durable { Wanted::Durable } else { Wanted::Soon };
        Some(Decided { batch, wanted, answers: self.take_answers() })
    }

    fn take_answers(&mut self) -> Vec<Answer> {
        self.callers = 0;
        self.unnamed = 0;
        mem::take(&mut self.answers)
    }

    /// What was taken last is written, or could not be: then nothing that was decided on top of it
    /// is true.
    pub(super) fn written(&mut self, map: &Map, written: &Result<(), StoreError>) {
        let Some(staging) = self.staging.take() else { return };
        if written.is_ok() && self.answers.is_empty() {
            return;
        }
        match written {
            Ok(()) => self.go_on(map, staging.into_batch()),
            Err(err) => self.fail(staging.unwritten().cloned(), err),
        }
    }

    /// Goes on with what had gathered, above what was committed last.
    fn go_on(&mut self, map: &Map, batch: Batch) {
        match map.view() {
            Ok(view) => self.staging = Some(Staging::resume(view, batch)),
            Err(err) => self.fail(batch.into_keys(), &err),
        }
    }

    /// Nothing of what gathered will be written.
    fn fail(&mut self, unwritten: impl Iterator<Item = Vec<u8>>, err: &StoreError) {
        let contents = unwritten.filter(|key| Table::of(key) == Some(Table::Blob));
        self.lost.extend(contents.map(|key| (key, err.clone())));
        let failed = Err(err.clone());
        self.take_answers().into_iter().for_each(|answer| answer.give(&failed));
    }

    /// Asks whether the map is sound.
    pub(super) fn ask_for_check(
        &mut self,
    ) -> Result<oneshot::Receiver<Result<(), KvError>>, StoreError> {
        if self.closed {
            return Err(StoreError::Closed);
        }
        let (asks, checked) = oneshot::channel();
        self.chores.checks.push(asks);
        Ok(checked)
    }

    /// Asks for the map to be made smaller.
    pub(super) fn ask_to_shrink(
        &mut self,
    ) -> Result<oneshot::Receiver<Result<Shrunk, KvError>>, StoreError> {
        if self.closed {
            return Err(StoreError::Closed);
        }
        let (asks, shrunk) = oneshot::channel();
        self.chores.shrinks.push(asks);
        Ok(shrunk)
    }

    pub(super) fn take_chores(&mut self) -> Chores {
        mem::take(&mut self.chores)
    }

    /// Does something to the map while nothing that gathers looks at it.
    pub(super) fn aside<T>(&mut self, map: &Map, work: impl FnOnce(&Map) -> T) -> T {
        let batch = self.staging.take().map(Staging::into_batch);
        let done = work(map);
        if let Some(batch) = batch {
            self.go_on(map, batch);
        }
        done
    }

    /// The end has come: nothing more is taken.
    pub(super) fn end(&mut self) {
        *self = Self { closed: true, ..Self::default() };
    }
}
