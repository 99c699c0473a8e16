//! Packs: chunks side by side in rows that fill the pages of a map. A chunk in a row by itself leaves a
//! quarter of its page empty, and what is empty is written all the same.
//!
//! A pack is how many chunks there are (four bytes), for each of them its name, its codec and its
//! length, and their bytes. It is found by the row of each of them. Packs are numbered, so that a new
//! one comes after all others, where a map of pages need not look at those.

use std::{
    borrow::Cow,
    collections::HashSet,
    mem,
    ops::{ControlFlow, Range},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    body::{Codec, Row},
    chunk::{self, Kept},
    frame::Frames,
    name::Name,
};
use crate::{
    StoreError,
    kv::{
        codec,
        key::{self, Key, KeyReader, Table},
        port::{Direction, Snapshot},
        staging::Get,
    },
};

/// The most bytes of a pack, with what is around it in a map.
const LARGEST: usize = 1024 * 1024;

/// The least bytes that a page is filled with: what is left is in one row.
const SMALLEST: usize = 64 * 1024;

/// What is around a pack at most: its key, its envelope, and what a map writes around a row.
const AROUND: usize = 128;

/// How many bytes say how many chunks there are, and how many say what one of them is.
const COUNT: usize = size_of::<u32>();
const ENTRY: usize = Name::LEN + 1 + size_of::<u32>();

/// Where a chunk lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kv) struct Place {
    /// The number of the pack.
    pub(super) pack: u64,
    pub(super) codec: Codec,
    /// Where it begins in the pack, and how many bytes it takes.
    pub(super) from: u32,
    pub(super) len: u32,
}

impl Place {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let Self { pack, codec, from, len } = self;
        [pack.to_le_bytes().as_slice(), &[codec as u8], &from.to_le_bytes(), &len.to_le_bytes()]
            .concat()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (pack, bytes) = bytes.split_first_chunk()?;
        let (codec, bytes) = bytes.split_first()?;
        let (from, bytes) = bytes.split_first_chunk()?;
        let (pack, codec) = (u64::from_le_bytes(*pack), Codec::of_chunk(*codec)?);
        let (from, len) = (u32::from_le_bytes(*from), u32::from_le_bytes(bytes.try_into().ok()?));
        Some(Self { pack, codec, from, len })
    }

    pub(super) fn range(&self) -> Range<usize> {
        let from = self.from as usize;
        from..from.saturating_add(self.len as usize)
    }
}

/// A chunk on its way into a pack, as it is kept there.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) name: Name,
    pub(super) codec: Codec,
    pub(super) kept: Cow<'a, [u8]>,
}

impl<'a> Part<'a> {
    /// A chunk, compressed if that makes it smaller.
    pub(super) fn new(name: Name, bytes: &'a [u8], frames: &mut Frames) -> Self {
        match frames.compress(bytes) {
            Some(frame) => Self { name, codec: Codec::Zstd, kept: Cow::Owned(frame.to_vec()) },
            None => Self { name, codec: Codec::Raw, kept: Cow::Borrowed(bytes) },
        }
    }

    pub(super) fn into_owned(self) -> Part<'static> {
        let Self { name, codec, kept } = self;
        Part { name, codec, kept: Cow::Owned(kept.into_owned()) }
    }
}

/// How many bytes of a pack are for its chunks, if all that are left take so many.
fn room(rest: usize) -> usize {
    let rest = rest + COUNT + AROUND;
    let page = rest.next_power_of_two().min(LARGEST);
    let nearly_full = page.saturating_sub(rest) <= page / 8;
    let page = if nearly_full || page <= SMALLEST { page } else { page / 2 };
    page - COUNT - AROUND
}

/// Which of these chunks come into one pack each, in order, by how many bytes they take.
fn shares(lens: &[usize]) -> Vec<Range<usize>> {
    let mut rest: usize = lens.iter().sum();
    let mut shares = Vec::new();
    let mut from = 0;
    while from < lens.len() {
        let room = room(rest);
        let (mut to, mut taken) = (from, 0);
        while let Some(len) = lens.get(to)
            && (to == from || taken + len <= room)
        {
            taken += len;
            to += 1;
        }
        shares.push(from..to);
        rest -= taken;
        from = to;
    }
    shares
}

/// Numbers packs. Those of packs that were never written are left out.
#[derive(Debug)]
pub(in crate::kv) struct Numbers(AtomicU64);

impl Numbers {
    /// Goes on after the packs that are there. A key that is damaged does not say where they end, and
    /// nothing is written in the place of what it seems to be.
    pub(in crate::kv) fn after(from: &dyn Snapshot) -> Result<Self, StoreError> {
        let mut next = 0;
        from.scan(&Key::table(Table::Pack).all(Direction::Backward), &mut |key, value| {
            let number = KeyReader::new(key).and_then(|mut parts| parts.number());
            next = number.and_then(|number| number.checked_add(1)).unwrap_or(0).max(next);
            match codec::open(key, value) {
                Ok(_) => ControlFlow::Break(()),
                Err(_) => ControlFlow::Continue(()),
            }
        })?;
        Ok(Self(AtomicU64::new(next)))
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// A pack on its way into the store.
#[derive(Debug)]
pub(in crate::kv) struct Pack {
    number: u64,
    chunks: Vec<(Name, Place)>,
    sealed: Vec<u8>,
}

impl Pack {
    /// Packs chunks side by side.
    pub(super) fn all(parts: &[Part<'_>], numbers: &Numbers) -> Vec<Self> {
        let lens: Vec<usize> = parts.iter().map(|part| part.kept.len() + ENTRY).collect();
        let shares = shares(&lens).into_iter().filter_map(|share| parts.get(share));
        shares.map(|parts| Self::new(numbers.next(), parts)).collect()
    }

    fn new(number: u64, parts: &[Part<'_>]) -> Self {
        // A pack is a megabyte at most.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let len: usize = parts.iter().map(|part| part.kept.len()).sum();
        let mut from = COUNT + ENTRY * parts.len();
        let mut body = codec::Unsealed::new(codec::FORMAT, from + len);
        body.extend(&place(parts.len()).to_le_bytes());
        let mut chunks = Vec::with_capacity(parts.len());
        for part in parts {
            let (codec, len) = (part.codec, place(part.kept.len()));
            body.extend(part.name.as_bytes());
            body.extend(&[codec as u8]);
            body.extend(&len.to_le_bytes());
            chunks.push((part.name, Place { pack: number, codec, from: place(from), len }));
            from += part.kept.len();
        }
        parts.iter().for_each(|part| body.extend(&part.kept));
        Self { number, chunks, sealed: body.seal(&key::pack(number)) }
    }

    /// What is left of it without those of its chunks that somebody else packed meanwhile; nothing if
    /// that is all of them.
    pub(super) fn unless(
        self,
        mut is_there: impl FnMut(&Name) -> Result<bool, StoreError>,
    ) -> Result<Option<Self>, StoreError> {
        let mut parts = Vec::with_capacity(self.chunks.len());
        for (name, place) in &self.chunks {
            if !is_there(name)? {
                let kept = codec::body(&self.sealed).get(place.range()).unwrap_or_default();
                parts.push(Part { name: *name, codec: place.codec, kept: Cow::Borrowed(kept) });
            }
        }
        match parts.len() {
            0 => Ok(None),
            all if all == self.chunks.len() => Ok(Some(self)),
            _ => Ok(Some(Self::new(self.number, &parts))),
        }
    }

    /// Its row, and those of its chunks.
    pub(in crate::kv) fn rows(self) -> impl Iterator<Item = Row> {
        let chunks = self.chunks.into_iter().map(|(name, place)| chunk::row(&name, place));
        chunks.chain([(key::pack(self.number), Some(self.sealed))])
    }
}

/// The chunks of a pack that is sound, and where each of them lies; nothing if it is no pack.
pub(super) fn entries(pack: u64, body: &[u8]) -> Option<Vec<(Name, Place)>> {
    let (count, rest) = body.split_first_chunk()?;
    let count = u32::from_le_bytes(*count) as usize;
    let list = rest.get(..count.checked_mul(ENTRY)?)?;
    let mut from = u32::try_from(COUNT + list.len()).ok()?;
    let mut entries = Vec::with_capacity(count);
    for entry in list.chunks_exact(ENTRY) {
        let (name, entry) = entry.split_first_chunk()?;
        let (codec, len) = entry.split_first()?;
        let (codec, len) = (Codec::of_chunk(*codec)?, u32::from_le_bytes(len.try_into().ok()?));
        entries.push((Name::from_bytes(*name), Place { pack, codec, from, len }));
        from = from.checked_add(len)?;
    }
    (from as usize == body.len()).then_some(entries)
}

/// A chunk that was read.
pub(super) struct Read<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// Whether its pack is, too.
    pub(super) is_sound: bool,
}

/// What comes of reading a chunk; nothing if it is not kept.
pub(super) type Reading<'a> = Result<Option<Read<'a>>, StoreError>;

/// Who takes chunks as they are read.
pub(super) type Take<'a> = dyn FnMut(&Name, Reading<'_>) -> Result<(), StoreError> + 'a;

/// Reads chunks in order. Those that lie side by side are read at once. If their pack has its
/// checksum, their names are not computed again.
pub(super) fn read(
    from: &(impl Get + ?Sized),
    names: impl Iterator<Item = Name>,
    take: &mut Take<'_>,
) -> Result<(), StoreError> {
    let mut packs = Packs { from, sound: HashSet::new() };
    let mut run: Vec<(Name, Place)> = Vec::new();
    for name in names {
        let key = key::chunk(&name);
        let value = from.sealed(&key)?;
        let kept = value.as_ref().map(|value| Kept::open(&key, value)).transpose();
        if let Ok(Some(Kept::Packed(place))) = kept {
            if run.first().is_some_and(|(_, first)| first.pack != place.pack) {
                packs.show(&mem::take(&mut run), take)?;
            }
            run.push((name, place));
            continue;
        }
        packs.show(&mem::take(&mut run), take)?;
        let reading = match kept {
            Ok(Some(Kept::Alone(codec, kept))) => {
                let corrupt = || codec::corrupt(&key, "it cannot be decompressed");
                let bytes = chunk::expand(codec, kept).ok_or_else(corrupt);
                bytes.map(|bytes| Some(Read { bytes, is_sound: true }))
            }
            Ok(Some(Kept::Packed(_)) | None) => Ok(None),
            Err(err) => Err(err),
        };
        take(&name, reading)?;
    }
    packs.show(&run, take)
}

/// The packs that chunks are read from.
struct Packs<'a, G: ?Sized> {
    from: &'a G,
    /// Those that were found to be sound: where some chunks of a content are new, reading goes back and
    /// forth.
    sound: HashSet<u64>,
}

impl<G: Get + ?Sized> Packs<'_, G> {
    /// Shows chunks of one pack.
    fn show(&mut self, run: &[(Name, Place)], take: &mut Take<'_>) -> Result<(), StoreError> {
        let Some((_, first)) = run.first() else { return Ok(()) };
        let (key, sound) = (key::pack(first.pack), &mut self.sound);
        let mut taken = Ok(());
        let is_there = self.from.show(&key, &mut |value| {
            let wrong = if sound.contains(&first.pack) { Ok(()) } else { open(&key, value) }.err();
            sound.extend(wrong.is_none().then_some(first.pack));
            let pack = Opened { key: &key, body: codec::body(value), wrong };
            taken = run.iter().try_for_each(|(name, place)| take(name, pack.chunk(name, place)));
        })?;
        if !is_there {
            let missing = || codec::corrupt(&key, "it is missing");
            taken = run.iter().try_for_each(|(name, _)| take(name, Err(missing())));
        }
        taken
    }
}

fn open(key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    codec::open(key, value).map(drop)
}

/// A pack that is being read.
struct Opened<'a> {
    key: &'a [u8],
    body: &'a [u8],
    /// What is wrong with it, if anything is. A chunk of a pack that has not its checksum may be what
    /// it was: it is if it is called so.
    wrong: Option<StoreError>,
}

impl<'a> Opened<'a> {
    fn chunk(&self, name: &Name, place: &Place) -> Reading<'a> {
        let kept = self.body.get(place.range());
        let bytes = kept.and_then(|kept| chunk::expand(place.codec, kept));
        let bytes = match &self.wrong {
            None => {
                let detail = "one of its chunks is cut off, or cannot be decompressed";
                bytes.ok_or_else(|| codec::corrupt(self.key, detail))
            }
            Some(wrong) => {
                bytes.filter(|bytes| Name::of(bytes) == *name).ok_or_else(|| wrong.clone())
            }
        };
        bytes.map(|bytes| Some(Read { bytes, is_sound: self.wrong.is_none() }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How many bytes of pages the packs of so many chunks take.
    fn pages(lens: &[usize]) -> usize {
        let taken = |share: Range<usize>| -> usize { lens.get(share).into_iter().flatten().sum() };
        let page = |share| (taken(share) + COUNT + AROUND).next_power_of_two();
        shares(lens).into_iter().map(page).sum()
    }

    #[test]
    fn packs_of_many_chunks_fill_their_pages() {
        let lens = vec![46_000 + ENTRY; 1_000];
        let taken: usize = lens.iter().sum();
        assert!(pages(&lens) * 100 < taken * 107, "{} for {taken}", pages(&lens));
    }

    #[test]
    fn packs_of_a_few_chunks_waste_less_than_chunks_by_themselves() {
        for count in 5..60 {
            let lens = vec![46_000 + ENTRY; count];
            let apart = count * SMALLEST;
            assert!(pages(&lens) <= apart, "{count}: {} of {apart}", pages(&lens));
        }
    }

    proptest! {
        #[test]
        fn every_chunk_is_in_one_pack_and_no_pack_is_too_large(
            lens in proptest::collection::vec(1_usize..chunk::MAX + ENTRY, 0..80),
        ) {
            let shares = shares(&lens);
            let all: Vec<usize> = shares.iter().cloned().flatten().collect();
            prop_assert_eq!(all, (0..lens.len()).collect::<Vec<_>>());
            for share in shares {
                let len = share.len();
                let taken: usize = lens.get(share).into_iter().flatten().sum();
                prop_assert!(len == 1 || taken + COUNT + AROUND <= LARGEST);
            }
        }

        #[test]
        fn what_is_left_of_a_pack_after_a_change_is_a_pack_or_none(
            lens in proptest::collection::vec(1_usize..40, 1..5),
            at in any::<proptest::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let bytes: Vec<Vec<u8>> = lens.into_iter().map(|len| vec![7; len]).collect();
            let mut frames = Frames::new();
            let part = |bytes| Part::new(Name::of(bytes), bytes, &mut frames);
            let parts: Vec<Part<'_>> = bytes.iter().map(Vec::as_slice).map(part).collect();
            let pack = Pack::new(3, &parts);
            let mut body = codec::body(&pack.sealed).to_vec();
            prop_assert_eq!(entries(3, &body), Some(pack.chunks.clone()));
            let at = at.index(body.len());
            body.splice(at..=at, [byte]);
            for (_, place) in entries(3, &body).into_iter().flatten() {
                prop_assert!(body.get(place.range()).is_some());
                prop_assert_eq!(Place::from_bytes(&place.to_bytes()), Some(place));
            }
        }
    }
}
