//! Large contents, cut where their bytes say so: two that differ in one place share nearly all chunks.

use std::{borrow::Cow, collections::HashSet, ops::Range};

use fastcdc::v2020::{FastCDC, Normalization};
use sternway_types::Digest;

use super::{
    WHOLE,
    body::Row,
    frame::{self, Frames},
};
use crate::{
    StoreError,
    kv::{codec, key, staging::Get},
};

/// The most bytes that a chunk has.
const MAX: usize = 64 * 1024;

/// Where contents are cut: after at least so many bytes (but for the last chunk), after how many it
/// becomes easier, and after how many at the latest. Nearly all chunks have 32 to 64 KiB, with what
/// is around them in a map, too, so that a map whose pages are powers of two wastes a quarter; and
/// only one in a hundred is cut because it is too long, so that two contents that differ in one place
/// are cut alike again after one chunk.
const SIZES: [usize; 3] = [24 * 1024, 46_000, MAX - 128];

/// The first byte of a stored chunk: its bytes as they are, or one zstd frame.
const RAW: u8 = 0;
const ZSTD: u8 = 1;

/// A part of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) digest: Digest,
    pub(super) place: Range<usize>,
}

/// The chunks that a content is kept as, in order; none if it is kept whole.
pub(super) fn cut(bytes: &[u8]) -> Vec<Chunk> {
    if bytes.len() <= WHOLE {
        return Vec::new();
    }
    let [min, easier, max] = SIZES;
    let cuts = FastCDC::with_level(bytes, min, easier, max, Normalization::Level3);
    cuts.map(|cut| {
        let place = cut.offset..cut.offset + cut.length;
        Chunk { digest: Digest::of(bytes.get(place.clone()).unwrap_or_default()), place }
    })
    .collect()
}

/// Which chunks are kept. One that is damaged is not: it is written again.
pub(super) fn kept(
    from: &(impl Get + ?Sized),
    chunks: &[Chunk],
) -> Result<HashSet<Digest>, StoreError> {
    let mut kept = HashSet::new();
    for Chunk { digest, .. } in chunks {
        let value = from.sealed(&key::chunk(digest))?;
        let sound = value.is_some_and(|value| check(digest, &value).is_ok());
        kept.extend(sound.then_some(*digest));
    }
    Ok(kept)
}

/// The row of a chunk.
pub(super) fn seal(digest: &Digest, bytes: &[u8], frames: &mut Frames) -> Row {
    let key = key::chunk(digest);
    let (codec, kept) = frames.compress(bytes).map_or((RAW, bytes), |frame| (ZSTD, frame));
    let sealed = codec::seal_both(&key, &[codec], kept);
    (key, Some(sealed))
}

/// The bytes of a stored chunk. That they have its digest is not looked at.
pub(super) fn open<'a>(key: &[u8], value: &'a [u8]) -> Result<Cow<'a, [u8]>, StoreError> {
    let bytes = match codec::open(key, value)?.split_first() {
        Some((&RAW, bytes)) => Some(Cow::Borrowed(bytes)),
        Some((&ZSTD, frame)) => frame::expand(frame, MAX).map(Cow::Owned),
        Some(_) | None => return Err(codec::corrupt(key, "it is kept by an unknown codec")),
    };
    let bytes = bytes.filter(|bytes| bytes.len() <= MAX);
    bytes.ok_or_else(|| codec::corrupt(key, "it cannot be decompressed"))
}

/// Checks that the bytes of a stored chunk have its digest.
pub(super) fn check(digest: &Digest, value: &[u8]) -> Result<(), StoreError> {
    let key = key::chunk(digest);
    if Digest::of(&open(&key, value)?) == *digest {
        return Ok(());
    }
    Err(codec::corrupt(&key, "its bytes do not have its digest"))
}
