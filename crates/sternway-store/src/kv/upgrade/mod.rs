//! Brings a store of an older layout to the newest one.
//!
//! Each step may be taken again from its start, and the header is written last: who is interrupted
//! has a store that the next upgrade goes on with.

mod heads;
mod repack;
mod tallies;

use std::ops::ControlFlow;

use super::{
    header,
    key::{Key, Table},
    port::{Batch, Direction, Kv, Range, Snapshot},
    view::after,
};
use crate::{StoreError, kv::stored::StoredHeader};

/// How many bytes of a map are looked at before what is to be written is, and how many are written at
/// once, more or less.
const STEP: usize = 8 * 1024 * 1024;

/// What an upgrade is to do beside bringing the store to the newest layout. Nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Upgrade {
    /// Whether contents are kept smaller that were written in full: as deltas and in chunks.
    repack: bool,
    /// Whether nothing is written.
    dry_run: bool,
}

impl Upgrade {
    /// Also keeps contents smaller that were written in full: as deltas against the version before
    /// them, and in chunks.
    pub const fn with_repack(mut self, repack: bool) -> Self {
        self.repack = repack;
        self
    }

    /// Says what would be done, and writes nothing.
    pub const fn with_dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }
}

/// How far an upgrade has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpgradeProgress {
    /// So many contents were looked at for their heads.
    Contents(u64),
    /// The outcomes of so many subjects were added up.
    Subjects(u64),
    /// So many versions were looked at for a smaller way to keep their contents.
    Versions(u64),
}

/// What an upgrade did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upgraded {
    /// The layout that the store had; nothing if it is empty.
    pub from: Option<u8>,
    /// The layout that it has now, or would have.
    pub to: u8,
    /// How many contents got a head of their own.
    pub heads: u64,
    /// How many subjects' outcomes were added up anew: since layout 5 it is kept with which errors they
    /// ended, and how they did block by block.
    pub tallies: u64,
    /// How many contents or sums are damaged and were left as they are: `verify` names them.
    pub damaged: u64,
    /// What came of keeping contents smaller, if that was asked for.
    pub repacked: Option<Repacked>,
}

/// What came of keeping contents smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repacked {
    /// How many contents are deltas now that were not.
    pub deltas: u64,
    /// How many contents are in chunks now that were not.
    pub chunked: u64,
    /// How many bytes all contents took before, with their keys.
    pub before: u64,
    /// How many they take now. In a dry run this is an estimate.
    pub after: u64,
}

/// Brings the store in a map to the newest layout. Nobody else may use the map meanwhile. A store that
/// has it is left as it is, but for what [`Upgrade::with_repack`] asks for, and so is an empty map.
///
/// It may be interrupted at any point, and begun again. A store whose upgrade was interrupted is
/// refused by [`KvStore::open`](crate::KvStore::open) as before.
///
/// # Errors
///
/// [`StoreError::NotAStore`] if the map holds something else, [`StoreError::NewerFormat`] if it was
/// written by a newer Sternway, and what the map answers if it cannot be read or written.
pub fn upgrade(
    kv: &dyn Kv,
    how: Upgrade,
    tell: &mut dyn FnMut(UpgradeProgress),
) -> Result<Upgraded, StoreError> {
    let from = header::layout(kv.snapshot()?.as_ref())?;
    let mut upgraded = Upgraded { from, to: StoredHeader::LAYOUT, ..Upgraded::default() };
    if from.is_some_and(|from| from < upgraded.to) {
        heads::add(kv, how, &mut upgraded, tell)?;
        tallies::add_up(kv, how, &mut upgraded, tell)?;
        if !how.dry_run {
            header::write(kv)?;
        }
    }
    if how.repack && from.is_some() {
        let mut damaged = 0;
        upgraded.repacked = Some(repack::repack(kv, how, &mut damaged, tell)?);
        // The same ones were met before.
        upgraded.damaged = upgraded.damaged.max(damaged);
    }
    Ok(upgraded)
}

/// Reads the rows of a table step by step, each from a snapshot of its own, so that what is written in
/// between holds nobody up.
struct Steps {
    range: Range,
}

impl Steps {
    fn of(table: Table) -> Self {
        Self { range: Key::table(table).all(Direction::Forward) }
    }

    /// Visits some more rows, until a step's worth of bytes was seen; false at the end.
    fn next(
        &mut self,
        from: &dyn Snapshot,
        visit: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<bool, StoreError> {
        let (mut seen, mut last) = (0, None);
        from.scan(&self.range, &mut |key, value| {
            visit(key, value);
            seen += key.len() + value.len();
            last = Some(key.to_vec());
            if seen < STEP { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let Some(last) = last else { return Ok(false) };
        self.range.from = after(last);
        Ok(true)
    }
}

/// Writes what gathered, if anything did.
fn write(kv: &dyn Kv, batch: &mut Batch) -> Result<(), StoreError> {
    let batch = std::mem::take(batch);
    if batch.is_empty() { Ok(()) } else { Ok(kv.commit(&batch)?) }
}
