//! Keeps contents smaller that were written in full. Every batch leaves a sound store.

use std::ops::Bound;

use sternway_types::Digest;

use super::{Repacked, STEP, Steps, Upgrade, UpgradeProgress, write};
use crate::{
    StoreError,
    kv::{
        blob::{self, Numbers, Row, Smaller},
        key::{self, Table},
        port::{Batch, Direction, Kv, Snapshot},
        read::decode_version,
        staging::Get,
    },
};

/// Looks at every version after the one before it.
pub(super) fn repack(
    kv: &dyn Kv,
    how: Upgrade,
    damaged: &mut u64,
    tell: &mut dyn FnMut(UpgradeProgress),
) -> Result<Repacked, StoreError> {
    let before = stored(kv)?;
    let mut repacked = Repacked { before, after: before, ..Repacked::default() };
    let numbers = Numbers::after(kv.snapshot()?.as_ref())?;
    let mut steps = Steps::of(Table::Version);
    let (mut seen, mut near) = (0, None);
    loop {
        let mut versions = Vec::new();
        let more = steps.next(kv.snapshot()?.as_ref(), &mut |key, value| {
            // One that is damaged is named by `verify`, and nothing is near to it.
            let digest = decode_version(key, value).ok().map(|version| version.content.digest);
            versions.push((artifact_of(key).to_vec(), digest));
        })?;
        if !more {
            return Ok(repacked);
        }
        let mut overlay = Overlay::new(kv)?;
        for (artifact, digest) in versions {
            seen += 1;
            let before = near.take().filter(|(of, _)| *of == artifact);
            let Some(digest) = digest else { continue };
            let before = before.map(|(_, digest)| digest);
            match overlay.repack(&digest, before.as_ref(), &numbers, &mut repacked) {
                Ok(()) => (),
                Err(err) if err.is_temporary() => return Err(err),
                Err(_) => *damaged += 1,
            }
            near = Some((artifact, digest));
            if overlay.bytes > STEP {
                overlay.write(kv, how)?;
                overlay = Overlay::new(kv)?;
                tell(UpgradeProgress::Versions(seen));
            }
        }
        overlay.write(kv, how)?;
        tell(UpgradeProgress::Versions(seen));
    }
}

/// What a version's key says but for its number.
fn artifact_of(key: &[u8]) -> &[u8] {
    key.split_last_chunk::<8>().map_or(key, |(artifact, _)| artifact)
}

/// How many bytes all contents take, with their keys.
fn stored(kv: &dyn Kv) -> Result<u64, StoreError> {
    let mut bytes = 0;
    for table in [Table::Blob, Table::Based, Table::Content, Table::Chunk, Table::Pack] {
        let mut steps = Steps::of(table);
        while steps.next(kv.snapshot()?.as_ref(), &mut |key, value| {
            bytes += (key.len() + value.len()) as u64;
        })? {}
    }
    Ok(bytes)
}

/// A snapshot, and what is to be written above it.
struct Overlay {
    snapshot: Box<dyn Snapshot>,
    batch: Batch,
    bytes: usize,
}

impl Get for Overlay {
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.batch.get(key) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.snapshot.get(key)?),
        }
    }

    fn show(&self, key: &[u8], show: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        match self.batch.get(key) {
            Some(value) => {
                value.iter().for_each(|value| show(value));
                Ok(value.is_some())
            }
            None => self.snapshot.as_ref().show(key, show),
        }
    }
}

impl Overlay {
    fn new(kv: &dyn Kv) -> Result<Self, StoreError> {
        Ok(Self { snapshot: kv.snapshot()?, batch: Batch::new(), bytes: 0 })
    }

    fn write(self, kv: &dyn Kv, how: Upgrade) -> Result<(), StoreError> {
        let Self { snapshot, mut batch, .. } = self;
        drop(snapshot);
        if how.dry_run { Ok(()) } else { write(kv, &mut batch) }
    }

    fn repack(
        &mut self,
        digest: &Digest,
        near: Option<&Digest>,
        numbers: &Numbers,
        repacked: &mut Repacked,
    ) -> Result<(), StoreError> {
        if self.is_base(digest)? {
            return Ok(());
        }
        let rows = match blob::smaller(self, digest, near, numbers)? {
            Some(Smaller::Delta(rows)) => {
                repacked.deltas += 1;
                rows
            }
            Some(Smaller::Chunks(rows)) => {
                repacked.chunked += 1;
                rows
            }
            None => return Ok(()),
        };
        for (key, value) in rows {
            repacked.after = repacked.after.saturating_sub(self.size(&key)?);
            self.put((key, value), &mut repacked.after);
        }
        Ok(())
    }

    /// Whether others are deltas against a content: then it stays in full.
    fn is_base(&self, digest: &Digest) -> Result<bool, StoreError> {
        let range = key::based_on(digest).all(Direction::Forward);
        let bounds = (Bound::Included(&range.from), Bound::Excluded(&range.to));
        if self.batch.range::<Vec<u8>, _>(bounds).next().is_some() {
            return Ok(true);
        }
        blob::is_base(self.snapshot.as_ref(), digest)
    }

    /// How many bytes a row takes; none if it is not there.
    fn size(&self, key: &[u8]) -> Result<u64, StoreError> {
        let value = self.sealed(key)?;
        Ok(value.map_or(0, |value| (key.len() + value.len()) as u64))
    }

    fn put(&mut self, (key, value): Row, after: &mut u64) {
        let bytes = key.len() + value.as_ref().map_or(0, Vec::len);
        self.bytes += bytes;
        *after += bytes as u64;
        self.batch.insert(key, value);
    }
}
