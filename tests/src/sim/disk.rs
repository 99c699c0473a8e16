//! A disk that fails as it is told, for redb to stand on.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sternway::redb::StorageBackend;

use super::{
    dice::Dice,
    fault::{Fault, Kind, Operation},
    platter::Platter,
};

/// What the disk makes of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syncs {
    /// What was written is durable afterwards.
    Honest,
    /// It says so, and nothing is.
    Lying,
}

/// A disk. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct Disk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    platter: Platter,
    dice: Dice,
    sector: usize,
    syncs: Syncs,
    fault: Option<Fault>,
    /// Which faults have struck since the disk was attached.
    struck: Vec<Kind>,
    /// Nobody knows what is on it: the power went, or a sync failed.
    uncertain: bool,
    /// Handles of earlier attachments do nothing any more.
    attached: u64,
    operations: u64,
    trace: u64,
}

/// What one opening holds of the disk.
#[derive(Debug)]
pub struct Attached {
    disk: Disk,
    number: u64,
}

impl Disk {
    /// A disk with nothing on it.
    #[must_use]
    pub fn new(seed: u64, syncs: Syncs) -> Self {
        let mut dice = Dice::of(seed, "disk");
        let sector = dice.pick(512, [4096]);
        Self(Arc::new(Mutex::new(State {
            platter: Platter::default(),
            dice,
            sector,
            syncs,
            fault: None,
            struck: Vec::new(),
            uncertain: false,
            attached: 0,
            operations: 0,
            trace: 0xcbf2_9ce4_8422_2325,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the disk to a new opening, after a reboot if the power went. Whoever had it before has
    /// it no more, as a process that was killed.
    #[must_use]
    pub fn attach(&self) -> Attached {
        let mut state = self.state();
        if state.uncertain {
            let State { platter, dice, sector, .. } = &mut *state;
            platter.cut(*sector, dice);
            state.uncertain = false;
        }
        state.struck.clear();
        state.attached += 1;
        Attached { disk: self.clone(), number: state.attached }
    }

    /// Takes the disk from who has it, as the end of a process does.
    pub fn detach(&self) {
        self.state().attached += 1;
    }

    /// Cuts the power.
    pub fn cut(&self) {
        let mut state = self.state();
        state.uncertain = true;
        state.attached += 1;
    }

    /// Takes everything away.
    pub fn wipe(&self) {
        let mut state = self.state();
        (state.platter, state.uncertain) = (Platter::default(), false);
    }

    /// From now on this happens, or nothing any more.
    pub fn plan(&self, fault: Option<Fault>) {
        self.state().fault = fault;
    }

    /// Which faults have struck since the disk was attached.
    #[must_use]
    pub fn struck(&self) -> Vec<Kind> {
        self.state().struck.clone()
    }

    /// How long the file is.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.state().platter.len() as u64
    }

    /// Whether there is nothing on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is on it, to be put back some time.
    #[must_use]
    pub fn copy(&self) -> Self {
        let state = self.state();
        let disk = Self::new(0, state.syncs);
        disk.state().platter = state.platter.clone();
        disk
    }

    /// How often it was asked for something.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Sums up everything that it was ever asked for, in order.
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.state().trace
    }
}

impl State {
    fn note(&mut self, number: u64) {
        self.trace = (self.trace ^ number).wrapping_mul(0x100_0000_01b3);
    }

    /// Notes what is asked for, and says what strikes it.
    fn strike(&mut self, operation: Operation, offset: u64, len: usize) -> Option<Kind> {
        self.operations += 1;
        for number in [operation as u64, offset, len as u64] {
            self.note(number);
        }
        let fault = self.fault.as_mut()?;
        let kind = fault.strikes(operation)?;
        if !fault.lasts() {
            self.fault = None;
        }
        self.struck.push(kind);
        if kind == Kind::PowerCut {
            self.uncertain = true;
            self.attached += 1;
        }
        Some(kind)
    }

    /// Writes some of the beginning, as a write does that fails in the middle.
    fn write_some(&mut self, offset: usize, data: &[u8]) {
        let some = self.dice.place(data.len() + 1);
        let (begins, _) = data.split_at(some.min(data.len()));
        self.platter.write(offset, begins);
    }
}

impl Attached {
    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.state();
        if state.attached == self.number { Ok(state) } else { Err(gone()) }
    }
}

fn gone() -> io::Error {
    io::Error::other("the disk is gone")
}

fn outside() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "outside of the file")
}

fn place(number: u64) -> io::Result<usize> {
    usize::try_from(number).map_err(|_| outside())
}

impl StorageBackend for Attached {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state()?.platter.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.state()?;
        if let Some(kind) = state.strike(Operation::Read, offset, out.len()) {
            return Err(kind.error());
        }
        out.copy_from_slice(state.platter.read(place(offset)?, out.len()).ok_or_else(outside)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state()?;
        let struck = state.strike(Operation::SetLen, len, 0);
        // When the power goes while it is done, it may be done.
        if struck.is_none_or(|kind| kind == Kind::PowerCut) {
            state.platter.set_len(place(len)?);
        }
        struck.map_or(Ok(()), |kind| Err(kind.error()))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state()?;
        match (state.strike(Operation::Sync, 0, 0), state.syncs) {
            (Some(kind), _) => {
                // Some of it may be durable. What the cache shows from now on is worth nothing, and
                // whoever goes on after this without a new opening would be wrong.
                state.uncertain = true;
                state.attached += 1;
                Err(kind.error())
            }
            (None, Syncs::Lying) => Ok(()),
            (None, Syncs::Honest) => {
                state.platter.sync();
                Ok(())
            }
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state()?;
        let struck = state.strike(Operation::Write, offset, data.len());
        let (words, rest) = data.as_chunks();
        words.iter().for_each(|word| state.note(u64::from_le_bytes(*word)));
        rest.iter().for_each(|byte| state.note(u64::from(*byte)));
        if let Some(kind) = struck {
            state.write_some(place(offset)?, data);
            return Err(kind.error());
        }
        if state.platter.write(place(offset)?, data) { Ok(()) } else { Err(outside()) }
    }
}
