//! The simulation of the embedded store: redb on a disk that loses power, fails and is full.
//!
//! One seed is one run: a random story of some ten to forty steps, told to a store on a [`Disk`] in
//! several lives. A life ends by a close, by the end of the process, or by a power cut at any
//! operation of the disk, also while the store reopens; in between the disk fails or is full. After
//! each life the store must reopen to exactly a state that follows from what was answered: what was
//! acknowledged is there, what was not is there as a whole or not at all. Contents become deltas and
//! chunks as they do for drivers; all that were acknowledged are read back from the rows that were
//! found, byte for byte, and through redb itself in the end.
//!
//! Beside it, [`unsynced()`] does the same to the map alone, with batches that wait for no disk.
//!
//! # Limits
//!
//! A sector is kept, lost or torn; no other bytes rot. What the cache shows after a failed sync is
//! dropped at the next opening, which no system promises. One caller at a time: races are for the
//! conformance suite. Names of files are not part of it, only what a file holds.
//!
//! The same seed makes the same story and the same faults, and every answer is waited for. One thing
//! is left to the system: whether the committing thread has put away a batch that it answered before
//! the next step is decided, which then reads through the older snapshot. So a busy machine may read
//! a page more or less, and meet a fault one operation earlier. [`Course::trace`] sums up what the
//! disk was asked for; the driver says how many replays differed, and runs a single seed ten times.

mod contents;
mod dice;
mod disk;
pub mod engine;
mod error;
mod everywhere;
mod fault;
mod mutant;
mod platter;
mod run;
mod seeds;
mod step;
mod story;
mod told;
mod twin;
mod unsynced;

pub use self::{
    dice::Dice,
    disk::{Attached, Disk, Syncs},
    error::Failure,
    everywhere::{EVERYWHERE, everywhere},
    fault::{Fault, Kind, Lasts, Operation},
    mutant::Mutant,
    run::{Course, Plan, run},
    seeds::seeds,
    twin::rows as rows_of,
    unsynced::unsynced,
};
