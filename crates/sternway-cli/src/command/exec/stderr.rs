//! The child's standard error: passed through as it comes, while its end is kept for the record.

use std::{
    io::{self, PipeReader, PipeWriter, Read, Write},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::oneshot;

/// How much of the end is kept: as much as the classifier reads.
const KEPT: usize = 64 * 1024;

/// Where the child's standard error goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stderr {
    /// Through a pipe, and its end is kept.
    Kept,
    /// To where ours goes, unseen.
    Inherited,
    /// Its end is kept, and nothing is shown.
    Hidden,
}

impl Stderr {
    /// Where the standard error of a command goes that a person runs.
    pub(crate) const fn shown(inherited: bool) -> Self {
        if inherited { Self::Inherited } else { Self::Kept }
    }
}

/// Passes a standard error through until the child has ended.
#[derive(Debug)]
#[must_use = "the child blocks when nobody reads its standard error"]
pub(crate) struct Passage {
    tail: Arc<Mutex<Vec<u8>>>,
    /// Nothing when the child has ended: what a process that it left behind writes later is not
    /// waited for.
    alive: Option<PipeWriter>,
    done: oneshot::Receiver<()>,
}

impl Passage {
    /// What the child is to be given, and the passage behind it.
    pub(crate) fn open(stderr: Stderr) -> io::Result<(Stdio, Option<Self>)> {
        let shown: Box<dyn Write + Send> = match stderr {
            Stderr::Inherited => return Ok((Stdio::inherit(), None)),
            Stderr::Kept => Box::new(io::stderr()),
            Stderr::Hidden => Box::new(io::sink()),
        };
        let (reader, writer) = io::pipe()?;
        let (ended, alive) = io::pipe()?;
        let (send, done) = oneshot::channel();
        let tail = Arc::new(Mutex::new(Vec::new()));
        let mut pump = Pump { reader, ended, shown: Some(shown), tail: Arc::clone(&tail) };
        std::thread::Builder::new().name("stderr".into()).spawn(move || {
            pump.run();
            // Nobody waits any more if Sternway was interrupted meanwhile.
            let _: Result<(), ()> = send.send(());
        })?;
        Ok((writer.into(), Some(Self { tail, alive: Some(alive), done })))
    }

    /// Waits until all that the child wrote before it ended was shown. Whoever reads our standard
    /// error may take for ever.
    pub(crate) async fn shown(&mut self) {
        self.alive = None;
        // The thread ends without a word if it fails, and then there is nothing to wait for.
        let _: Result<(), oneshot::error::RecvError> = (&mut self.done).await;
    }

    /// The end of what the child wrote, as far as it was read.
    pub(crate) fn tail(self) -> Vec<u8> {
        std::mem::take(&mut *self.tail.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads, keeps and shows, in a thread of its own: a terminal that is stopped must not keep
/// Sternway from its timeouts and signals.
struct Pump {
    reader: PipeReader,
    ended: PipeReader,
    /// Nothing once the reader of our standard error is gone.
    shown: Option<Box<dyn Write + Send>>,
    tail: Arc<Mutex<Vec<u8>>>,
}

impl Pump {
    fn run(&mut self) {
        let mut buffer = vec![0; KEPT];
        while self.wait() {
            match self.reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => self.pass(buffer.get(..read).unwrap_or_default()),
                Err(err) if err.kind() == io::ErrorKind::Interrupted => (),
                Err(_) => break,
            }
        }
    }

    fn pass(&mut self, bytes: &[u8]) {
        {
            let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
            tail.extend_from_slice(bytes);
            let excess = tail.len().saturating_sub(KEPT);
            tail.drain(..excess);
        }
        if self.shown.as_mut().is_some_and(|shown| shown.write_all(bytes).is_err()) {
            self.shown = None;
        }
    }

    /// Waits for something to read. False when the child has ended and nothing is left of it.
    #[cfg(unix)]
    fn wait(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        let mut files =
            [PollFd::new(&self.reader, PollFlags::IN), PollFd::new(&self.ended, PollFlags::IN)];
        loop {
            match poll(&mut files, None) {
                Ok(_) => break,
                Err(rustix::io::Errno::INTR) => (),
                Err(_) => return false,
            }
        }
        let [readable, ended] = &files;
        if readable.revents().is_empty() && !ended.revents().is_empty() {
            // The last words may have come between the two looks of one poll.
            let mut last = [PollFd::new(&self.reader, PollFlags::IN)];
            return poll(&mut last, Some(&Timespec::default())).is_ok_and(|ready| ready > 0);
        }
        true
    }

    /// Waits for everybody who can write to be gone.
    #[cfg(not(unix))]
    fn wait(&self) -> bool {
        let _ = &self.ended;
        true
    }
}
