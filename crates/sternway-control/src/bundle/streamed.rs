//! A file that goes to the disk while it is written.

use std::{
    fs::File,
    io::{self, Write},
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, JoinHandle},
};

/// How many bytes are written before the disk is told to begin.
const STEP: usize = 8 * 1024 * 1024;

/// Writes a file, and lets the disk begin before all of it is written: what is exported to a plain
/// file is on the disk only when [`File::sync_all`] returns, and until that is called most systems
/// write nothing.
///
/// ```
/// use std::io::Write as _;
///
/// use sternway_control::bundle::Streamed;
///
/// let folder = tempfile::tempdir()?;
/// let mut file = Streamed::new(std::fs::File::create(folder.path().join("a bundle"))?)?;
/// file.write_all(b"its bytes")?;
/// file.finish()?; // All of them are on the disk.
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "it is on the disk when it is finished"]
pub struct Streamed {
    file: File,
    unsynced: usize,
    wake: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl Streamed {
    /// Begins to write a file, on whose disk a thread waits.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if there is no second handle, or no thread.
    pub fn new(file: File) -> io::Result<Self> {
        let synced = file.try_clone()?;
        let (wake, woken) = sync_channel(1);
        let sync = move || woken.iter().try_for_each(|()| synced.sync_data());
        let thread = thread::Builder::new().name("sync".into()).spawn(sync)?;
        Ok(Self { file, unsynced: 0, wake, thread })
    }

    /// Waits until every byte is on the disk, and gives the file back.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if any of them could not be written: the system says so once, and maybe to the
    /// thread.
    pub fn finish(self) -> io::Result<File> {
        let Self { file, wake, thread, .. } = self;
        drop(wake);
        thread
            .join()
            .map_err(|_| io::Error::other("the thread that waits for the disk ended"))??;
        file.sync_all()?;
        Ok(file)
    }
}

impl Write for Streamed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced += written;
        if self.unsynced >= STEP {
            self.unsynced = 0;
            // Where it cannot be woken it is at work, or failed, which it says in the end.
            let _ = self.wake.try_send(());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
