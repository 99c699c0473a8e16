//! The one thread that writes: many callers, one durable commit.
//!
//! A caller hands in a job and waits for the answer. The thread takes what has gathered meanwhile,
//! decides job by job, and commits all of it at once; so the more callers wait, the more of them
//! share the price of making a write durable. A caller that goes away changes nothing.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use sternway_types::{Changeset, Digest, Receipt};
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};

use super::{
    apply, bulk,
    newest::Newest,
    port::Kv,
    staging::{Contents, Staging},
};
use crate::{Append, Appended, Cause, StoreError};

/// The most jobs of one batch.
const MAX_JOBS: usize = 512;
/// The most bytes of contents of one batch, beyond its first job.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How long a batch waits for the callers that the one before it answered to come back. It is a
/// fraction of a durable commit, and saves one for each caller that makes it.
const LINGER: Duration = Duration::from_micros(100);

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What a caller wants to be written.
pub(super) enum Job {
    /// A content under its key. Nobody waits: it is durable when the commit that names it is.
    Put { key: Vec<u8>, value: Vec<u8>, permit: OwnedSemaphorePermit },
    /// A changeset.
    Commit { changeset: Box<Changeset>, fingerprint: Digest, reply: Reply<Receipt> },
    /// Outcomes.
    Append { append: Box<Append>, reply: Reply<Appended> },
    /// The end: everything before it is written, nothing after it.
    Close { reply: oneshot::Sender<()> },
}

impl Job {
    const fn size(&self) -> usize {
        match self {
            Self::Put { value, .. } => value.len(),
            Self::Commit { .. } | Self::Append { .. } | Self::Close { .. } => 0,
        }
    }

    const fn has_caller(&self) -> bool {
        !matches!(self, Self::Put { .. })
    }
}

/// An answer that is given when the batch is durable.
enum Answer {
    Commit(Reply<Receipt>, Result<Receipt, StoreError>),
    Append(Reply<Appended>, Result<Appended, StoreError>),
    /// Contents of the batch hold their place in the queue until they are written.
    Put {
        _permit: OwnedSemaphorePermit,
    },
}

impl Answer {
    /// Answers; a caller that went away is nobody's concern.
    fn give(self, written: &Result<(), StoreError>) {
        match self {
            Self::Commit(reply, result) => drop(reply.send(durable(result, written))),
            Self::Append(reply, result) => drop(reply.send(durable(result, written))),
            Self::Put { .. } => (),
        }
    }
}

/// A refusal stands whether or not the batch could be written; a success only if it was.
fn durable<T>(
    result: Result<T, StoreError>,
    written: &Result<(), StoreError>,
) -> Result<T, StoreError> {
    result.and_then(|answer| written.clone().map(|()| answer))
}

/// Starts the thread. It ends with [`Job::Close`], or when nobody can hand in jobs any more.
pub(super) fn start(
    kv: Arc<dyn Kv>,
    newest: Arc<Newest>,
    bell: watch::Sender<u64>,
) -> Result<Sender<Job>, StoreError> {
    let (jobs, queue) = channel();
    thread::Builder::new()
        .name("sternway-writer".into())
        .spawn(move || Writer { kv, newest, bell, queue, expected: 0 }.run())
        .map_err(|err| StoreError::Unavailable(Cause::new(err)))?;
    Ok(jobs)
}

struct Writer {
    kv: Arc<dyn Kv>,
    newest: Arc<Newest>,
    bell: watch::Sender<u64>,
    queue: Receiver<Job>,
    /// How many callers the batch before answered: so many may be on their way back.
    expected: usize,
}

impl Writer {
    fn run(mut self) {
        while let Ok(first) = self.queue.recv() {
            if let Some(closed) = self.write_batch(first) {
                // Let go of the map before saying so: who waits may open it again at once.
                self.newest.let_go();
                let Self { kv, .. } = self;
                drop(kv);
                // A caller that went away is nobody's concern.
                let _: Result<(), ()> = closed.send(());
                return;
            }
        }
    }

    /// Writes what has gathered. Answers who is to be told when the store is to be closed.
    fn write_batch(&mut self, first: Job) -> Option<oneshot::Sender<()>> {
        let mut staging = match self.kv.snapshot() {
            Ok(snapshot) => Ok(Staging::new(snapshot, Contents::Required)),
            Err(err) => Err(StoreError::from(err)),
        };
        let mut answers = Vec::new();
        let mut closing = None;
        let (mut next, mut jobs, mut bytes, mut callers) = (Some(first), 0, 0, 0);
        while let Some(job) = next {
            bytes += job.size();
            callers += usize::from(job.has_caller());
            jobs += 1;
            match decide(&mut staging, job) {
                Decided::Answer(answer) => answers.push(answer),
                Decided::Close(reply) => {
                    closing = Some(reply);
                    break;
                }
            }
            let room = jobs < MAX_JOBS && bytes < MAX_BYTES;
            next = room.then(|| self.next(callers)).flatten();
        }
        let written = staging.and_then(|staging| self.commit(staging));
        self.expected = callers;
        for answer in answers {
            answer.give(&written);
        }
        closing
    }

    /// The next job of a batch that has this many callers: one that is there, or one that comes
    /// while callers of the last batch are expected back.
    fn next(&self, callers: usize) -> Option<Job> {
        let waiting = self.queue.try_recv().ok();
        if waiting.is_some() || callers >= self.expected {
            return waiting;
        }
        self.queue.recv_timeout(LINGER).ok()
    }

    fn commit(&self, staging: Staging) -> Result<(), StoreError> {
        let batch = staging.into_batch();
        if batch.is_empty() {
            return Ok(());
        }
        let committed = self.kv.commit(&batch);
        // Also after a failure, since a commit that failed may have happened.
        self.newest.renew(self.kv.as_ref());
        committed?;
        self.bell.send_modify(|rings| *rings = rings.wrapping_add(1));
        Ok(())
    }
}

enum Decided {
    Answer(Answer),
    Close(oneshot::Sender<()>),
}

/// Decides one job against the batch so far, and stages what it writes.
fn decide(staging: &mut Result<Staging, StoreError>, job: Job) -> Decided {
    Decided::Answer(match job {
        Job::Close { reply } => return Decided::Close(reply),
        Job::Put { key, value, permit } => {
            if let Ok(staging) = staging {
                staging.put(key, value);
                staging.keep();
            }
            Answer::Put { _permit: permit }
        }
        Job::Commit { changeset, fingerprint, reply } => {
            let result = on(staging, |staging| apply::apply(staging, &changeset, &fingerprint));
            Answer::Commit(reply, result)
        }
        Job::Append { append, reply } => {
            Answer::Append(reply, on(staging, |staging| bulk::append(staging, &append)))
        }
    })
}

/// Keeps what a job staged if it succeeded, and forgets it if not.
fn on<T>(
    staging: &mut Result<Staging, StoreError>,
    job: impl FnOnce(&mut Staging) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let staging = staging.as_mut().map_err(|err| err.clone())?;
    let result = job(staging);
    if result.is_ok() {
        staging.keep();
    } else {
        staging.drop_layer();
    }
    result
}
