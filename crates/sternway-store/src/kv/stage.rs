//! What was decided and waits to be written, and who waits for it.

use std::{collections::HashMap, mem, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{
    answer::{Answer, Waiter, Waiting},
    key,
    port::{Batch, Kv},
    staging::{Contents, Staging},
};
use crate::{Refusal, StoreError};

/// How many bytes of contents may gather before they are written although nobody named them.
const MAX_UNNAMED: usize = 32 * 1024 * 1024;

/// A batch, and who waits for it.
pub(super) struct Decided {
    pub(super) batch: Arc<Batch>,
    pub(super) answers: Vec<Answer>,
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
    /// How many bytes of contents are staged.
    unnamed: usize,
    /// Contents that could not be written, by their keys, and why: whoever names one is told so.
    lost: HashMap<Vec<u8>, StoreError>,
    /// Whether nothing more is taken.
    closed: bool,
    /// Who waits for the end.
    closing: Vec<oneshot::Sender<()>>,
}

impl Stage {
    /// Takes a content.
    pub(super) fn put(
        &mut self,
        kv: &dyn Kv,
        key: Vec<u8>,
        value: Vec<u8>,
        permit: OwnedSemaphorePermit,
    ) -> Result<(), StoreError> {
        // What a content takes of the queue, not its compressed size: else the queue could fill up
        // with nothing due, and who puts next would wait for ever.
        let len = permit.num_permits().saturating_mul(1024);
        self.lost.remove(&key);
        let staging = self.staging(kv)?;
        staging.take_back();
        staging.put(key, value);
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
        kv: &dyn Kv,
        job: impl FnOnce(&mut Staging) -> Result<T, StoreError>,
        answer: impl FnOnce(Waiter<T>) -> Answer,
    ) -> Result<Waiting<T>, StoreError> {
        let staging = self.staging(kv)?;
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
    fn staging(&mut self, kv: &dyn Kv) -> Result<&mut Staging, StoreError> {
        if self.closed {
            return Err(StoreError::Closed);
        }
        let staging = match self.staging.take() {
            Some(staging) => staging,
            None => Staging::new(kv.snapshot()?, Contents::Required),
        };
        Ok(self.staging.insert(staging))
    }

    /// The reason why a content is not there, if it was put and could not be written.
    fn or_lost(&self, err: StoreError) -> StoreError {
        let StoreError::Refused(refusal) = &err else { return err };
        let Refusal::NoContent(digest) = refusal.as_ref() else { return err };
        self.lost.get(&key::blob(digest)).cloned().unwrap_or(err)
    }

    /// What is to be written now: when somebody waits for it, when it is large, or at the end. A
    /// content waits for the commit that names it, so that both are durable at the price of one.
    pub(super) fn take_due(&mut self, ending: bool) -> Option<Decided> {
        let due = self.callers > 0 || self.unnamed > MAX_UNNAMED || ending;
        let staging = self.staging.as_mut().filter(|_| due && !self.answers.is_empty())?;
        let batch = staging.hand_on();
        Some(Decided { batch, answers: self.take_answers() })
    }

    fn take_answers(&mut self) -> Vec<Answer> {
        self.callers = 0;
        self.unnamed = 0;
        mem::take(&mut self.answers)
    }

    /// What was taken last is written, or could not be: then nothing that was decided on top of it
    /// is true.
    pub(super) fn written(&mut self, kv: &dyn Kv, written: &Result<(), StoreError>) {
        let Some(staging) = &mut self.staging else { return };
        if written.is_ok() && self.answers.is_empty() {
            self.staging = None;
            return;
        }
        match written.clone().and_then(|()| Ok(kv.snapshot()?)) {
            Ok(snapshot) => staging.rebase(snapshot),
            Err(err) => {
                let contents = staging.unwritten().filter(|key| key::is_blob(key));
                self.lost.extend(contents.map(|key| (key.clone(), err.clone())));
                self.staging = None;
                let failed = Err(err);
                self.take_answers().into_iter().for_each(|answer| answer.give(&failed));
            }
        }
    }

    /// Takes nothing more, and tells when the end has come.
    pub(super) fn close(&mut self) -> oneshot::Receiver<()> {
        let (closing, closed) = oneshot::channel();
        self.closed = true;
        self.closing.push(closing);
        closed
    }

    /// The end has come: who is to be told.
    pub(super) fn end(&mut self) -> Vec<oneshot::Sender<()>> {
        self.closed = true;
        self.staging = None;
        mem::take(&mut self.closing)
    }
}
