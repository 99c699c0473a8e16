//! Bundles: a namespace written to one file, and brought in from one.
//!
//! Reading and writing the file happens on a thread of its own, so that packing and the store work at
//! the same time; between them are a few entries at most.

mod ahead;
mod export;
mod import;
mod known;
mod outcomes;
mod preserve;
mod renumber;
mod streamed;
mod verify;

use std::{
    hint::black_box,
    io::{Read, Seek, SeekFrom},
    ops::ControlFlow,
    sync::mpsc as threads,
};

use sternway_bundle::{BundleError, Closing, Entry, read};
use sternway_store::{Cause, StoreError, chain_of};
use sternway_types::Content;
use tokio::{sync::mpsc, task::JoinHandle};

pub use self::{
    export::{Export, Exported},
    import::{Import, Imported, Mode, Trial},
    renumber::Policies,
    streamed::Streamed,
};
use crate::ControlError;

/// How far an export or an import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is done of the whole, in bytes of contents and commits.
    pub part: u64,
    /// The whole.
    pub whole: u64,
    /// How many commits were handled.
    pub commits: u64,
}

/// Is told how far it has come.
pub type Watcher<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// How many bytes of contents a commit weighs as much as, in a [`Progress`].
const COMMIT: u64 = 1024;

/// How many entries may be between the thread that reads and the store.
const AHEAD: usize = 3;

/// Has the allocator keep memory that is freed, for what comes next: a bundle's contents come and go,
/// and new pages cost more than what is done with them. glibc gives blocks back to the system until it
/// saw one as large as this freed (`M_MMAP_THRESHOLD` in mallopt(3)); to others it means nothing.
fn keep_memory() {
    const LARGEST: usize = 32 * 1024 * 1024 - 64 * 1024;
    drop(black_box(Vec::<u8>::with_capacity(LARGEST)));
}

/// A thread that did not come to its end.
fn lost(err: tokio::task::JoinError) -> ControlError {
    StoreError::Unavailable(Cause::new(err)).into()
}

/// A bundle that is read on a thread of its own.
struct Reading<R, T> {
    entries: mpsc::Receiver<T>,
    /// Memory of contents that nobody needs any more, for those that come: new memory is dear.
    rooms: threads::Sender<Vec<u8>>,
    thread: JoinHandle<(R, Result<Closing, BundleError>)>,
}

impl<R: Read + Seek + Send + 'static, T: Send + 'static> Reading<R, T> {
    /// Begins at the beginning. What is made of each entry and its length comes out here.
    fn start(
        mut from: R,
        mut make: impl FnMut(Entry, usize) -> Option<T> + Send + 'static,
    ) -> Self {
        keep_memory();
        let (sender, entries) = mpsc::channel(AHEAD);
        let (rooms, free) = threads::channel();
        let thread = tokio::task::spawn_blocking(move || {
            if let Err(err) = from.seek(SeekFrom::Start(0)) {
                return (from, Err(err.into()));
            }
            let chain = |before: &_, commit: &_| {
                chain_of(before, commit).map_err(|err: StoreError| err.to_string())
            };
            let read = read(&mut from, &chain, &mut |entry, len| {
                let sent = make(entry, len).map_or(Ok(()), |made| sender.blocking_send(made));
                match sent {
                    Ok(()) => ControlFlow::Continue(free.try_recv().unwrap_or_default()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
            (from, read)
        });
        Self { entries, rooms, thread }
    }

    /// What was made of the next entry; nothing at the end, or where it cannot be read on.
    async fn next(&mut self) -> Option<T> {
        self.entries.recv().await
    }

    /// Takes a content that nobody needs any more.
    fn take_back(&self, content: Content) {
        // Where all of it was read, nothing needs its memory.
        drop(self.rooms.send(content.into_bytes()));
    }

    /// Gives the file back, and says how it ended.
    async fn end(self) -> Result<(R, Closing), ControlError> {
        drop(self.entries);
        let (from, read) = self.thread.await.map_err(lost)?;
        Ok((from, read?))
    }
}
