//! The parts of a large content: cut where its bytes say so, so that one that is changed in one place
//! has all other parts in common with what it was.

use std::{borrow::Cow, ops::Range};

use fastcdc::v2020::{FastCDC, Normalization};

use super::{
    WHOLE,
    body::{Codec, Row},
    frame,
    name::Name,
    pack::Place,
};
use crate::{
    StoreError,
    kv::{codec, key},
};

/// The most bytes that a chunk has.
pub(super) const MAX: usize = 64 * 1024;

/// Where contents are cut: after at least so many bytes (but for the last chunk), after how many it
/// becomes easier, and after how many at the latest. Nearly from the beginning it is as easy as it
/// gets, at one place in 8,192: no byte before that needs to be looked at, and two contents that
/// differ in one place are cut alike again after one chunk and a half. See docs/performance.md.
const SIZES: [usize; 3] = [32 * 1024, 33_000, MAX - 128];

/// A part of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) name: Name,
    pub(super) place: Range<usize>,
}

/// The chunks that a content is kept as, in order; none if it is kept whole.
pub(super) fn cut(bytes: &[u8]) -> Vec<Chunk> {
    if bytes.len() <= WHOLE {
        return Vec::new();
    }
    let [min, easier, max] = SIZES;
    let cuts = FastCDC::with_level(bytes, min, easier, max, Normalization::Level2);
    cuts.map(|cut| {
        let place = cut.offset..cut.offset + cut.length;
        Chunk { name: Name::of(bytes.get(place.clone()).unwrap_or_default()), place }
    })
    .collect()
}

/// The row of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept<'a> {
    /// It is in a pack.
    Packed(Place),
    /// It is in the row: from before there were packs, when it was called by its SHA-256.
    Alone(Codec, &'a [u8]),
}

/// What stands for the codec in the row of a chunk that is in a pack.
const PACKED: u8 = 2;

impl<'a> Kept<'a> {
    pub(super) fn open(key: &[u8], value: &'a [u8]) -> Result<Self, StoreError> {
        let unknown = || codec::corrupt(key, "it is kept by an unknown codec");
        match codec::open(key, value)?.split_first() {
            Some((&PACKED, place)) => Place::from_bytes(place)
                .map(Self::Packed)
                .ok_or_else(|| codec::corrupt(key, "where it is cannot be read")),
            Some((&codec, bytes)) => {
                Ok(Self::Alone(Codec::of_chunk(codec).ok_or_else(unknown)?, bytes))
            }
            None => Err(unknown()),
        }
    }
}

/// The row of a chunk that is in a pack.
pub(super) fn row(name: &Name, place: Place) -> Row {
    let key = key::chunk(name);
    let body = [&[PACKED], place.to_bytes().as_slice()].concat();
    let sealed = codec::seal_as(codec::FORMAT, &key, &body);
    (key, Some(sealed))
}

/// The row of a chunk as it was before there were packs.
pub(super) fn alone(name: &Name, bytes: &[u8]) -> Row {
    let key = key::chunk(name);
    let sealed = codec::seal_both(&key, &[Codec::Raw as u8], bytes);
    (key, Some(sealed))
}

/// The bytes of a chunk that is kept by a codec; nothing if they cannot be that.
pub(super) fn expand(codec: Codec, kept: &[u8]) -> Option<Cow<'_, [u8]>> {
    let bytes = match codec {
        Codec::Raw => Cow::Borrowed(kept),
        Codec::Zstd => Cow::Owned(frame::expand(kept, MAX)?),
        Codec::Delta | Codec::Chunks => return None,
    };
    Some(bytes).filter(|bytes| bytes.len() <= MAX)
}
