//! Stores that are wrong, each in one way: proof that the simulation can fail.

use std::str::FromStr;

use sternway::{
    redb::RedbKv,
    store::{Batch, Kv, KvError, Shrunk, Snapshot},
};

use super::disk::Syncs;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Nothing.
    None,
    /// The disk says that it synced, and did not.
    LyingSync,
    /// A batch is committed in two halves.
    HalfBatches,
}

impl Mutant {
    /// What its disk makes of a sync.
    #[must_use]
    pub const fn syncs(self) -> Syncs {
        match self {
            Self::LyingSync => Syncs::Lying,
            Self::None | Self::HalfBatches => Syncs::Honest,
        }
    }
}

impl FromStr for Mutant {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "lying-sync" => Ok(Self::LyingSync),
            "half-batches" => Ok(Self::HalfBatches),
            _ => Err(format!("there is no mutant {name}: lying-sync, half-batches")),
        }
    }
}

/// A map that commits as its mutant does.
#[derive(Debug)]
pub(super) struct MutantKv {
    pub(super) kv: RedbKv,
    pub(super) mutant: Mutant,
}

impl Kv for MutantKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.kv.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        if self.mutant != Mutant::HalfBatches {
            return self.kv.commit(batch);
        }
        let entries = || batch.clone().into_iter();
        let half = batch.len() / 2;
        self.kv.commit(&entries().take(half).collect())?;
        self.kv.commit(&entries().skip(half).collect())
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.kv.check()
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        self.kv.shrink()
    }
}
