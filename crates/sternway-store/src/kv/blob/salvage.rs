//! Which chunks of a content are kept, and what becomes of a damaged pack that it is put again with.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::ControlFlow,
};

use super::{
    chunk::{Chunk, Kept},
    frame::Frames,
    name::Name,
    pack::{self, Part},
};
use crate::{
    StoreError,
    kv::{
        key::{self, Key, KeyReader, Table},
        port::{Direction, Snapshot},
        staging::Get,
    },
};

/// What is found of the chunks of a content.
#[derive(Debug, Default)]
pub(super) struct Present {
    /// Those that are kept. One that is damaged is not: it is written again.
    pub(super) kept: HashSet<Name>,
    /// Whether some are damaged, and in which packs.
    is_damaged: bool,
    damaged: BTreeSet<u64>,
}

/// Looks for the chunks of a content.
pub(super) fn look(
    from: &(impl Get + ?Sized),
    bytes: &[u8],
    chunks: &[Chunk],
) -> Result<Present, StoreError> {
    let mut present = Present::default();
    let mut places = chunks.iter().map(|chunk| chunk.place.clone());
    let mut damaged = Vec::new();
    pack::read(from, chunks.iter().map(|chunk| chunk.name), &mut |name, found| {
        let ours = places.next().and_then(|place| bytes.get(place));
        match found {
            Ok(Some(there)) if Some(&*there) == ours => drop(present.kept.insert(*name)),
            Ok(None) => (),
            Err(err) if err.is_temporary() => return Err(err),
            Ok(Some(_)) | Err(_) => damaged.push(*name),
        }
        Ok(())
    })?;
    present.is_damaged = !damaged.is_empty();
    for name in damaged {
        present.damaged.extend(pack_of(from, &name)?);
    }
    Ok(present)
}

fn pack_of(from: &(impl Get + ?Sized), name: &Name) -> Result<Option<u64>, StoreError> {
    let key = key::chunk(name);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    match Kept::open(&key, &value) {
        Ok(Kept::Packed(place)) => Ok(Some(place.pack)),
        Ok(Kept::Alone(..)) | Err(_) => Ok(None),
    }
}

/// What mends packs.
#[derive(Debug, Default)]
pub(super) struct Salvaged {
    /// Whether there was damage: then what is there is no reason not to write a chunk.
    pub(super) mends: bool,
    /// Damaged packs that nobody needs any more.
    pub(super) replaced: Vec<u64>,
    /// What was sound in them.
    pub(super) parts: Vec<Part<'static>>,
}

impl Present {
    /// What becomes of damaged packs whose damage is in the content that is put: what is sound in them
    /// is packed anew with it. One that holds more damage stays. Which chunks are in a pack is not asked
    /// of it but of all chunks, since what it says cannot be trusted.
    pub(super) fn salvage(
        &self,
        from: &dyn Snapshot,
        ours: &[Chunk],
    ) -> Result<Salvaged, StoreError> {
        let mut salvaged = Salvaged { mends: self.is_damaged, ..Salvaged::default() };
        if self.damaged.is_empty() {
            return Ok(salvaged);
        }
        let ours: HashSet<Name> = ours.iter().map(|chunk| chunk.name).collect();
        let mut packs: BTreeMap<u64, Option<Vec<Part<'static>>>> =
            self.damaged.iter().map(|pack| (*pack, Some(Vec::new()))).collect();
        let mut frames = Frames::new();
        let there = chunks_of(from, &self.damaged)?;
        let there: Vec<(Name, u64)> = there
            .into_iter()
            .filter(|(name, _)| !ours.contains(name) || self.kept.contains(name))
            .collect();
        let mut of = there.iter().map(|(_, pack)| pack);
        pack::read(from, there.iter().map(|(name, _)| *name), &mut |name, found| {
            let Some(parts) = of.next().and_then(|pack| packs.get_mut(pack)) else { return Ok(()) };
            match found {
                Ok(Some(bytes)) => {
                    let part = Part::new(*name, &bytes, &mut frames).into_owned();
                    parts.iter_mut().for_each(|parts| parts.push(part.clone()));
                }
                Err(err) if err.is_temporary() => return Err(err),
                Ok(None) | Err(_) => *parts = None,
            }
            Ok(())
        })?;
        for (pack, parts) in packs {
            let Some(parts) = parts else { continue };
            salvaged.replaced.push(pack);
            salvaged.parts.extend(parts);
        }
        Ok(salvaged)
    }
}

/// Every chunk that is in one of these packs.
fn chunks_of(from: &dyn Snapshot, packs: &BTreeSet<u64>) -> Result<Vec<(Name, u64)>, StoreError> {
    let mut found = Vec::new();
    from.scan(&Key::table(Table::Chunk).all(Direction::Forward), &mut |key, value| {
        if let Ok(Kept::Packed(place)) = Kept::open(key, value)
            && packs.contains(&place.pack)
            && let Some(name) = KeyReader::new(key).and_then(|mut parts| parts.array())
        {
            found.push((Name::from_bytes(name), place.pack));
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}
