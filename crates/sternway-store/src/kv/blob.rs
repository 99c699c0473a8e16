//! Contents as they are stored: once per digest, compressed where that pays.

use sternway_types::{Content, ContentRef, Digest};

use super::{codec, key, staging::Get};
use crate::StoreError;

/// How the bytes of a content are kept: the first byte of its stored body.
///
/// A delta against an anchor is a further codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Codec {
    /// As they are.
    Raw = 0,
    /// One zstd frame.
    Zstd = 1,
}

/// Contents below this many bytes are kept as they are: a frame would save next to nothing.
const MIN_COMPRESSED: usize = 1024;

/// The level of compression: the one that costs little more than a copy.
const LEVEL: i32 = 3;

/// The stored value of a content, ready to be put under its key.
pub(super) fn seal(content: &Content) -> Vec<u8> {
    let bytes = content.as_bytes();
    let compressed = (bytes.len() >= MIN_COMPRESSED)
        .then(|| zstd::bulk::compress(bytes, LEVEL).ok())
        .flatten()
        .filter(|compressed| compressed.len() < bytes.len());
    let (codec, kept) = match &compressed {
        Some(compressed) => (Codec::Zstd, compressed.as_slice()),
        None => (Codec::Raw, bytes),
    };
    let mut body = Vec::with_capacity(kept.len() + 9);
    body.push(codec as u8);
    body.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    body.extend_from_slice(kept);
    codec::seal(&key::blob(&content.digest()), &body)
}

/// The bytes of a stored content, checked against its digest.
pub(super) fn open(digest: &Digest, value: &[u8]) -> Result<Vec<u8>, StoreError> {
    let key = key::blob(digest);
    let body = codec::open(&key, value)?;
    let corrupt = |detail| codec::corrupt(&key, detail);
    let (head, kept) =
        body.split_first_chunk::<9>().ok_or_else(|| corrupt("it is too short to be a content"))?;
    let [codec, len @ ..] = *head;
    let len = usize::try_from(u64::from_le_bytes(len)).unwrap_or(usize::MAX);
    if len > sternway_types::MAX_CONTENT {
        return Err(corrupt("it says it is larger than any content may be"));
    }
    let bytes = match codec {
        byte if byte == Codec::Raw as u8 => kept.to_vec(),
        byte if byte == Codec::Zstd as u8 => {
            zstd::bulk::decompress(kept, len).map_err(|_| corrupt("it cannot be decompressed"))?
        }
        _ => return Err(corrupt("it is kept by an unknown codec")),
    };
    if bytes.len() != len || Digest::of(&bytes) != *digest {
        return Err(corrupt("its bytes do not have its digest"));
    }
    Ok(bytes)
}

/// The content that a version names.
pub(super) fn read(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
) -> Result<Option<Content>, StoreError> {
    let key = key::blob(&content.digest);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let bytes = open(&content.digest, &value)?;
    Content::new(content.kind.clone(), bytes)
        .map(Some)
        .map_err(|err| codec::corrupt(&key, &format!("it is not what its version says ({err})")))
}
