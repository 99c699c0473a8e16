//! Large contents, cut where their bytes say so: two that differ in one place share nearly all chunks.

use std::{collections::HashSet, ops::Range};

use fastcdc::v2020::FastCDC;
use sternway_types::Digest;

use super::{WHOLE, body::Row, frame};
use crate::{
    StoreError,
    kv::{codec, key, staging::Get},
};

/// The sizes that chunks have, in bytes: at least (but for the last of a content), mostly, at most.
const SIZES: [usize; 3] = [4 * 1024, 16 * 1024, 64 * 1024];

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
    let [min, average, max] = SIZES;
    let cuts = FastCDC::new(bytes, min, average, max);
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
        let sound = value.is_some_and(|value| open_checked(digest, &value).is_ok());
        kept.extend(sound.then_some(*digest));
    }
    Ok(kept)
}

/// The row of a chunk.
pub(super) fn seal(digest: &Digest, bytes: &[u8]) -> Row {
    let key = key::chunk(digest);
    let frame = frame::compress(bytes);
    let (codec, kept) = frame.as_ref().map_or((RAW, bytes), |frame| (ZSTD, frame.as_slice()));
    let sealed = codec::seal(&key, &[&[codec], kept].concat());
    (key, Some(sealed))
}

/// The bytes of a stored chunk. That they have its digest is not looked at.
pub(super) fn open(key: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
    let [_, _, max] = SIZES;
    let bytes = match codec::open(key, value)?.split_first() {
        Some((&RAW, bytes)) => Some(bytes.to_vec()),
        Some((&ZSTD, frame)) => frame::expand(frame, max),
        Some(_) | None => return Err(codec::corrupt(key, "it is kept by an unknown codec")),
    };
    let bytes = bytes.filter(|bytes| bytes.len() <= max);
    bytes.ok_or_else(|| codec::corrupt(key, "it cannot be decompressed"))
}

/// The bytes of a stored chunk, which have its digest.
pub(super) fn open_checked(digest: &Digest, value: &[u8]) -> Result<Vec<u8>, StoreError> {
    let key = key::chunk(digest);
    let bytes = open(&key, value)?;
    if Digest::of(&bytes) == *digest {
        return Ok(bytes);
    }
    Err(codec::corrupt(&key, "its bytes do not have its digest"))
}
