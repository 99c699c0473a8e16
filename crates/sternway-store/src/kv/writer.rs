//! What writes: many callers, one durable commit.
//!
//! A caller hands in a job and waits for the answer. One thread decides, job by job; what it has
//! decided gathers in a batch. A second thread makes batches durable, one after the other. While one
//! batch becomes durable, the next is decided on top of it; so the more callers wait, the more of
//! them share the price of a durable commit, and nobody waits for the disk to be thought about. If a
//! batch cannot be written, what was decided on top of it is answered with the same error. A caller
//! that goes away changes nothing.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, mpsc},
    thread,
};

use sternway_types::{Changeset, Digest, Receipt};
use tokio::sync::{
    OwnedSemaphorePermit,
    mpsc::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, error::TryRecvError},
    oneshot, watch,
};

use super::{
    apply, bulk,
    committer::{Answer, Committer, Decided, Reply},
    key,
    newest::Newest,
    port::Kv,
    staging::{Contents, Staging},
};
use crate::{Append, Appended, Cause, Refusal, StoreError};

/// How many bytes of contents may gather before they are written although nobody named them.
const MAX_UNNAMED: usize = 32 * 1024 * 1024;

/// What a caller wants to be written, or what the committing thread has to say.
pub(super) enum Job {
    /// A content under its key. Nobody waits: it is durable when the commit that names it is.
    Put { key: Vec<u8>, value: Vec<u8>, permit: OwnedSemaphorePermit },
    /// A changeset.
    Commit { changeset: Box<Changeset>, fingerprint: Digest, reply: Reply<Receipt> },
    /// Outcomes.
    Append { append: Box<Append>, reply: Reply<Appended> },
    /// Everything before it, contents that nobody named included.
    Flush { reply: Reply<()> },
    /// The batch that was handed on is durable, or could not be written.
    Written(Result<(), StoreError>),
    /// The end: everything before it is written, nothing after it.
    Close { reply: oneshot::Sender<()> },
}

/// Starts the threads. They end with [`Job::Close`], or when nobody can hand in jobs any more.
pub(super) fn start(
    kv: Arc<dyn Kv>,
    newest: Arc<Newest>,
    bell: watch::Sender<u64>,
) -> Result<UnboundedSender<Job>, StoreError> {
    let (jobs, queue) = tokio::sync::mpsc::unbounded_channel();
    let (hand_on, handed_on) = mpsc::channel();
    let committer = Arc::new(Committer { kv, newest, bell });
    let writer = Writer {
        staging: None,
        committer: Arc::clone(&committer),
        queue,
        answers: Vec::new(),
        callers: 0,
        unnamed: 0,
        lost: HashMap::new(),
        hand_on,
        busy: false,
    };
    // Weak, so that the writer ends when the last caller is gone.
    let done = jobs.downgrade();
    let committing = spawn("sternway-commit", move || commit_all(&committer, &handed_on, &done))?;
    spawn("sternway-writer", move || writer.run(committing))?;
    Ok(jobs)
}

fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<thread::JoinHandle<()>, StoreError> {
    let started = thread::Builder::new().name(name.into()).spawn(work);
    started.map_err(|err| StoreError::Unavailable(Cause::new(err)))
}

/// What the committing thread does: one batch after the other.
fn commit_all(
    committer: &Committer,
    handed_on: &mpsc::Receiver<Decided>,
    done: &WeakUnboundedSender<Job>,
) {
    // A writer that is gone does not want to know.
    let tell = |written| drop(done.upgrade().map(|done| done.send(Job::Written(written))));
    while let Ok(decided) = handed_on.recv() {
        let written = committer.write(decided, |err| tell(Err(err.clone())));
        if written.is_ok() {
            tell(written);
        }
    }
}

struct Writer {
    committer: Arc<Committer>,
    queue: UnboundedReceiver<Job>,
    /// What gathers; nothing while there is nothing, so that no snapshot is held for long.
    staging: Option<Staging>,
    /// Who waits for what is staged.
    answers: Vec<Answer>,
    /// How many callers are among them.
    callers: usize,
    /// How many bytes of contents are staged.
    unnamed: usize,
    /// Contents that could not be written, by their keys, and why: whoever names one is told so.
    lost: HashMap<Vec<u8>, StoreError>,
    hand_on: mpsc::Sender<Decided>,
    /// Whether a batch that was handed on is not yet written.
    busy: bool,
}

impl Writer {
    fn run(mut self, committing: thread::JoinHandle<()>) {
        loop {
            let job = match self.queue.try_recv() {
                Ok(job) => Some(job),
                // Everything that has gathered is decided: now write it, if nothing is being written.
                Err(TryRecvError::Empty) if !self.busy && self.is_due() => {
                    self.write();
                    continue;
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => self.queue.blocking_recv(),
            };
            match job {
                Some(Job::Close { reply }) => return self.close(committing, reply),
                Some(job) => self.take(job),
                None => return,
            }
        }
    }

    /// Whether what is staged is to be written: somebody waits for it, or it is large. A content
    /// waits for the commit that names it, so that both are durable at the price of one.
    const fn is_due(&self) -> bool {
        self.callers > 0 || self.unnamed > MAX_UNNAMED
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Put { key, value, permit } => self.put(key, value, permit),
            Job::Commit { changeset, fingerprint, reply } => {
                let result = self.stage(|staging| apply::apply(staging, &changeset, &fingerprint));
                let result = result.map_err(|err| self.or_lost(err));
                self.callers += 1;
                self.answers.push(Answer::Commit(reply, result));
            }
            Job::Append { append, reply } => {
                let result = self.stage(|staging| bulk::append(staging, &append));
                self.callers += 1;
                self.answers.push(Answer::Append(reply, result));
            }
            Job::Flush { reply } => {
                self.callers += 1;
                self.answers.push(Answer::Flush(reply));
            }
            Job::Written(written) => self.written(written),
            // Who closes is answered at the end of the thread.
            Job::Close { reply: _ } => (),
        }
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>, permit: OwnedSemaphorePermit) {
        let len = value.len();
        match self.staging() {
            Ok(staging) => {
                staging.put(key.clone(), value);
                staging.keep();
                self.lost.remove(&key);
                self.unnamed += len;
                self.answers.push(Answer::Put { _permit: permit });
            }
            Err(err) => drop(self.lost.insert(key, err)),
        }
    }

    /// What gathers, above what was committed last.
    fn staging(&mut self) -> Result<&mut Staging, StoreError> {
        let staging = match self.staging.take() {
            Some(staging) => staging,
            None => Staging::new(self.committer.kv.snapshot()?, Contents::Required),
        };
        Ok(self.staging.insert(staging))
    }

    /// The reason why a content is not there, if it was put and could not be written.
    fn or_lost(&self, err: StoreError) -> StoreError {
        let StoreError::Refused(refusal) = &err else { return err };
        let Refusal::NoContent(digest) = refusal.as_ref() else { return err };
        self.lost.get(&key::blob(digest)).cloned().unwrap_or(err)
    }

    /// Keeps what a job staged if it succeeded, and takes it back if not.
    fn stage<T>(
        &mut self,
        job: impl FnOnce(&mut Staging) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let staging = self.staging()?;
        let result = job(staging);
        if result.is_ok() {
            staging.keep();
        } else {
            staging.take_back();
        }
        result
    }

    /// Writes what is staged. For a lone caller that is done here, which saves the way to the other
    /// thread and back; for more of them it is handed on, and the next ones decided meanwhile.
    fn write(&mut self) {
        let lone = self.callers <= 1;
        let answers = self.take_answers();
        let Some(staging) = &mut self.staging else {
            // Nothing could be staged, and each answer says why.
            return answers.into_iter().for_each(|answer| answer.give(&Ok(())));
        };
        let decided = Decided { batch: staging.hand_on(), answers };
        self.busy = true;
        if lone {
            let written = self.committer.write(decided, |_| ());
            self.written(written);
        } else {
            // If the other thread died, who waits is told so by the answers being dropped.
            drop(self.hand_on.send(decided));
        }
    }

    fn take_answers(&mut self) -> Vec<Answer> {
        self.callers = 0;
        self.unnamed = 0;
        mem::take(&mut self.answers)
    }

    /// What was handed on is written, or could not be.
    fn written(&mut self, written: Result<(), StoreError>) {
        self.busy = false;
        let Some(staging) = &mut self.staging else { return };
        if written.is_ok() && self.answers.is_empty() {
            self.staging = None;
            return;
        }
        match written.and_then(|()| Ok(self.committer.kv.snapshot()?)) {
            Ok(snapshot) => staging.rebase(snapshot),
            Err(err) => {
                let contents = staging.unwritten().filter(|key| key::is_blob(key));
                self.lost.extend(contents.map(|key| (key.clone(), err.clone())));
                self.staging = None;
                // What was decided on top of it is not true.
                let failed = Err(err);
                self.take_answers().into_iter().for_each(|answer| answer.give(&failed));
            }
        }
    }

    /// Writes what came before the end, and lets go of the map before saying so: who waits may open
    /// it again at once.
    fn close(mut self, committing: thread::JoinHandle<()>, reply: oneshot::Sender<()>) {
        while self.busy {
            match self.queue.blocking_recv() {
                Some(Job::Written(written)) => self.written(written),
                // What comes after the end is dropped, which answers it.
                Some(
                    Job::Flush { .. }
                    | Job::Put { .. }
                    | Job::Commit { .. }
                    | Job::Append { .. }
                    | Job::Close { .. },
                ) => (),
                None => break,
            }
        }
        if let Some(staging) = &mut self.staging {
            let batch = staging.hand_on();
            let decided = Decided { batch, answers: self.take_answers() };
            // Whether it was written is said to those who wait for it.
            drop(self.committer.write(decided, |_| ()));
        }
        self.committer.newest.let_go();
        drop(self);
        // The other thread holds the map as well, and ends with what hands batches on to it.
        drop(committing.join());
        // A caller that went away is nobody's concern.
        let _: Result<(), ()> = reply.send(());
    }
}
