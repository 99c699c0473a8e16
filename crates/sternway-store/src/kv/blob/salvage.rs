//! Which chunks of a content are kept, and what becomes of a damaged pack that it is put again with.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::ControlFlow,
};

use sternway_types::Digest;

use super::{
    body::Row,
    chunk::{self, Chunk, Kept},
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
    /// Whether some are damaged, or something beside them in their packs.
    pub(super) is_damaged: bool,
    /// The packs of those.
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
    pack::read(from, chunks.iter().map(|chunk| chunk.name), &mut |name, reading| {
        let ours = places.next().and_then(|place| bytes.get(place));
        match reading {
            Ok(Some(read)) if Some(&*read.bytes) == ours => {
                present.kept.insert(*name);
                damaged.extend((!read.is_sound).then_some(*name));
            }
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

/// The pack that a chunk says it is in, if that is there: a new one may be called by the number of one
/// that was lost.
fn pack_of(from: &(impl Get + ?Sized), name: &Name) -> Result<Option<u64>, StoreError> {
    let key = key::chunk(name);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let Ok(Kept::Packed(place)) = Kept::open(&key, &value) else { return Ok(None) };
    let is_there = from.show(&key::pack(place.pack), &mut |_| ())?;
    Ok(is_there.then_some(place.pack))
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
        let is_written = |name: &Name| ours.contains(name) && !self.kept.contains(name);
        let Some(there) = self.beside(from, &is_written)? else { return Ok(salvaged) };
        let mut packs: BTreeMap<u64, Option<Vec<Part<'static>>>> =
            self.damaged.iter().map(|pack| (*pack, Some(Vec::new()))).collect();
        let mut frames = Frames::new();
        let mut of = there.iter().map(|(pack, _)| pack);
        pack::read(from, there.iter().map(|(_, name)| *name), &mut |name, reading| {
            let Some(parts) = of.next().and_then(|pack| packs.get_mut(pack)) else { return Ok(()) };
            match reading {
                Ok(Some(read)) if Name::of(&read.bytes) == *name => {
                    let part = Part::new(*name, &read.bytes, &mut frames).into_owned();
                    parts.iter_mut().for_each(|parts| parts.push(part.clone()));
                }
                Err(err) if err.is_temporary() => return Err(err),
                Ok(_) | Err(_) => *parts = None,
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

    /// Every chunk that is in a damaged pack and is not written anew, pack by pack; nothing if it cannot
    /// be told of some chunk in which pack it is.
    fn beside(
        &self,
        from: &dyn Snapshot,
        is_written: &dyn Fn(&Name) -> bool,
    ) -> Result<Option<Vec<(u64, Name)>>, StoreError> {
        let mut found = Some(Vec::new());
        from.scan(&Key::table(Table::Chunk).all(Direction::Forward), &mut |key, value| {
            let name = KeyReader::new(key).and_then(|mut parts| parts.array());
            match (name.map(Name::from_bytes), Kept::open(key, value)) {
                (Some(name), _) if is_written(&name) => (),
                (Some(name), Ok(Kept::Packed(place))) if self.damaged.contains(&place.pack) => {
                    found.iter_mut().for_each(|found| found.push((place.pack, name)));
                }
                (_, Ok(_)) => (),
                (_, Err(_)) => found = None,
            }
            if found.is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if let Some(found) = &mut found {
            found.sort_unstable();
        }
        Ok(found)
    }
}

/// The rows of damaged chunks from before there were packs that are in this content: others list them
/// by the names that they had then.
pub(super) fn alone(
    from: &dyn Snapshot,
    bytes: &[u8],
    chunks: &[Chunk],
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for Chunk { place, .. } in chunks {
        let part = bytes.get(place.clone()).unwrap_or_default();
        let name = Name::from_bytes(*Digest::of(part).as_bytes());
        let key = key::chunk(&name);
        let Some(value) = from.sealed(&key)? else { continue };
        let is_sound = match Kept::open(&key, &value) {
            Ok(Kept::Alone(codec, kept)) => chunk::expand(codec, kept).is_some_and(|it| it == part),
            Ok(Kept::Packed(_)) | Err(_) => false,
        };
        if !is_sound {
            rows.push(chunk::alone(&name, part));
        }
    }
    Ok(rows)
}
