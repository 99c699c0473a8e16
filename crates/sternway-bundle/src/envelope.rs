//! What is around the entries: one frame of zstd, and after it a checksum of every byte of that
//! frame, in a skippable frame that other tools pass over (`zstd -d FILE | tar t` lists a bundle).
//!
//! The digests of the entries see what was changed on purpose. The checksum sees every byte that is
//! not as it was written, also those that unpack to the same.

use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
};

use zstd::stream::{raw, read::Decoder, write::Encoder, zio};

use crate::BundleError;

/// The level of compression: contents that were compressed before cost little more than a copy.
const LEVEL: i32 = 1;
/// How many bytes are packed before they are written. Where there is room for whole blocks they are
/// packed into it at once, and a system takes large pieces for less than small ones.
const ROOM: usize = 1024 * 1024;
/// The largest window that is unpacked, as a power of two: 8 MiB, four times what is written.
const MAX_WINDOW: u32 = 23;
/// What the trailer begins with: a skippable frame of four bytes.
const TRAILER: [u8; 8] = [0x5c, 0x2a, 0x4d, 0x18, 4, 0, 0, 0];
/// What ends a tar: two blocks of zeros, of which who reads it takes the first.
const END: usize = 512;

/// Counts the checksum of what is written through it.
struct Summing<W> {
    within: W,
    sum: crc32fast::Hasher,
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.within.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.within.flush()
    }
}

/// Packs what is written to it. Nothing is whole before [`Sealer::finish`].
#[must_use = "a bundle ends with its checksum"]
pub struct Sealer<W: Write> {
    frame: Encoder<'static, Summing<W>>,
}

impl<W: Write> fmt::Debug for Sealer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl<W: Write> Sealer<W> {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if there is no memory for it.
    pub fn new(to: W) -> io::Result<Self> {
        let summing = Summing { within: to, sum: crc32fast::Hasher::new() };
        // Without a checksum of its own, which would see less than the digests of the entries do.
        let frame = raw::Encoder::new(LEVEL)?;
        let frame = zio::Writer::new_with_capacity(summing, frame, ROOM);
        Ok(Self { frame: Encoder::with_writer(frame) })
    }

    /// Writes the end, and gives back what was written to.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        let Summing { mut within, sum } = self.frame.finish()?;
        within.write_all(&TRAILER)?;
        within.write_all(&sum.finalize().to_le_bytes())?;
        within.flush()?;
        Ok(within)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.frame.flush()
    }
}

/// Counts the checksum of what is taken from it.
struct Summed<R> {
    within: R,
    sum: crc32fast::Hasher,
}

impl<R: BufRead> Read for Summed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.within.read(into)?;
        self.sum.update(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Summed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.within.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed was shown before: nothing is read for it.
        if let Ok(shown) = self.within.fill_buf() {
            self.sum.update(shown.get(..amount).unwrap_or_default());
        }
        self.within.consume(amount);
    }
}

/// Unpacks what a [`Sealer`] packed.
pub(crate) struct Opener<R: Read> {
    frame: Decoder<'static, Summed<BufReader<R>>>,
}

impl<R: Read> Opener<R> {
    pub(crate) fn new(from: R) -> io::Result<Self> {
        let within = BufReader::with_capacity(256 * 1024, from);
        let summed = Summed { within, sum: crc32fast::Hasher::new() };
        let mut frame = Decoder::with_buffer(summed)?.single_frame();
        frame.window_log_max(MAX_WINDOW)?;
        Ok(Self { frame })
    }

    /// Checks that nothing comes any more but the end.
    pub(crate) fn finish(mut self) -> Result<(), BundleError> {
        const PLACE: &str = "its end";
        let mut rest = Vec::new();
        let read = self.frame.by_ref().take(END as u64 + 1).read_to_end(&mut rest);
        read.map_err(|err| BundleError::reading(err, PLACE))?;
        if rest != [0; END] {
            return Err(BundleError::damaged(PLACE, "there is more after the last entry"));
        }
        let Summed { mut within, sum } = self.frame.finish();
        let mut trailer = Vec::new();
        let read = within.by_ref().take(TRAILER.len() as u64 + 5).read_to_end(&mut trailer);
        read.map_err(|err| BundleError::reading(err, PLACE))?;
        let expected = [TRAILER.as_slice(), &sum.finalize().to_le_bytes()].concat();
        if trailer.len() < expected.len() {
            return Err(BundleError::CutOff { place: PLACE.into() });
        }
        if trailer != expected {
            let detail = "its checksum does not match, or something comes after it";
            return Err(BundleError::damaged(PLACE, detail));
        }
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.frame.read(into)
    }
}
