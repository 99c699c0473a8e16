//! Has the disk begin before anybody waits for it.
//!
//! Most systems write nothing until they are asked to, or until much has gathered; then the thread that
//! commits waits for all of it at once. Where much is written, another thread asks meanwhile.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

/// How many bytes are written before the disk is told to begin.
const STEP: usize = 8 * 1024 * 1024;

type Ask = dyn Fn() -> io::Result<()> + Send + Sync;

/// What asks the disk, and what it answered.
struct Disk {
    sync: Box<Ask>,
    /// How it failed. The system says so once, and may have said it to the thread: what is not on the
    /// disk then is not there when it is asked again, so that this stays.
    failed: Mutex<Option<(io::ErrorKind, String)>>,
}

impl Disk {
    /// Waits for the disk. Who comes meanwhile waits, too, and learns how that ended.
    fn sync(&self) -> io::Result<()> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((kind, text)) = failed.as_ref() {
            return Err(io::Error::new(*kind, text.clone()));
        }
        let synced = (self.sync)();
        if let Err(err) = &synced {
            *failed = Some((err.kind(), err.to_string()));
        }
        synced
    }
}

/// The thread, which there is once much is written.
enum Thread {
    NotYet,
    Runs(SyncSender<()>, JoinHandle<()>),
    Ended,
}

/// Counts what is written.
pub(crate) struct Eager {
    disk: Arc<Disk>,
    unsynced: AtomicUsize,
    thread: Mutex<Thread>,
}

impl fmt::Debug for Eager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Eager").field("unsynced", &self.unsynced).finish_non_exhaustive()
    }
}

impl Eager {
    /// One for a disk that is waited for like that.
    pub(crate) fn new(sync: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Self {
        let disk = Disk { sync: Box::new(sync), failed: Mutex::default() };
        let (disk, thread) = (Arc::new(disk), Mutex::new(Thread::NotYet));
        Self { disk, unsynced: AtomicUsize::new(0), thread }
    }

    /// So many bytes were written.
    pub(crate) fn written(&self, bytes: usize) {
        if self.unsynced.fetch_add(bytes, Ordering::Relaxed) + bytes < STEP {
            return;
        }
        self.unsynced.store(0, Ordering::Relaxed);
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*thread, Thread::NotYet) {
            // Without a thread the disk begins when it is waited for.
            *thread = self.start().unwrap_or(Thread::Ended);
        }
        if let Thread::Runs(wake, _) = &*thread {
            // Where it cannot be woken it is at work.
            let _ = wake.try_send(());
        }
    }

    fn start(&self) -> io::Result<Thread> {
        let disk = Arc::clone(&self.disk);
        let (wake, woken) = sync_channel(1);
        // How it failed is told to who waits next.
        let sync = move || woken.iter().for_each(|()| drop(disk.sync()));
        let thread = thread::Builder::new().name("sternway-sync".into()).spawn(sync)?;
        Ok(Thread::Runs(wake, thread))
    }

    /// Waits until all that was written is on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.unsynced.store(0, Ordering::Relaxed);
        self.disk.sync()
    }

    /// Ends the thread.
    pub(crate) fn end(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Thread::Runs(wake, thread) = std::mem::replace(&mut *thread, Thread::Ended) {
            drop(wake);
            // It ends by itself, and does not panic.
            drop(thread.join());
        }
    }
}

impl Drop for Eager {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn the_disk_is_asked_once_much_is_written_and_not_before() {
        let (asked, asks) = channel();
        let eager = Eager::new(move || asked.send(()).map_err(io::Error::other));
        eager.written(STEP - 1);
        assert!(matches!(*eager.thread.lock().unwrap(), Thread::NotYet));
        eager.written(1);
        asks.recv().unwrap();
        eager.end();
        eager.written(STEP);
        eager.sync().unwrap();
        assert_eq!(asks.iter().take(1).count(), 1);
        assert!(asks.try_recv().is_err(), "nobody asks when it has ended");
    }

    #[test]
    fn a_failure_that_only_the_thread_was_told_of_is_told_to_everybody_who_waits() {
        let (told, tells) = channel();
        let asked = AtomicUsize::new(0);
        let eager = Eager::new(move || {
            let first = asked.fetch_add(1, Ordering::Relaxed) == 0;
            told.send(()).map_err(io::Error::other)?;
            if first { Err(io::Error::new(io::ErrorKind::StorageFull, "no room")) } else { Ok(()) }
        });
        eager.written(STEP);
        tells.recv().unwrap();
        for _ in 0..2 {
            let err = eager.sync().unwrap_err();
            assert_eq!(
                (err.kind(), err.to_string().as_str()),
                (io::ErrorKind::StorageFull, "no room")
            );
        }
    }
}
