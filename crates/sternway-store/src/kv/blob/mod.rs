//! Contents as they are stored: once per digest, and small where that pays.
//!
//! A content is kept in full (as it is, or as a zstd frame); as a delta against another one, its base,
//! which is always kept in full, so that no delta hangs on a delta; or, above 256 KiB, as a list of
//! chunks, each of which is kept once, whoever shares it, side by side with others in a pack. Reading
//! takes one step for a full content, two for a delta, and one more for each chunk and each pack.
//!
//! Every content has a body and a head: the first bytes of the body again, which is all that a commit
//! reads of it. Every delta has a row under its base, so that whoever collects what nobody needs finds
//! out what a content is needed for.

mod body;
mod check;
mod chunk;
mod frame;
mod name;
mod pack;
mod parcel;
mod repack;
mod salvage;

use sternway_types::{Content, ContentError, ContentRef, Digest};

use self::body::{Body, Codec};
pub(super) use self::{
    body::Row,
    check::Contents,
    name::Name,
    pack::Numbers,
    parcel::{Parcel, Way, Wrapped, as_kept, is_base},
    repack::{Smaller, head_row, smaller},
};
use super::{codec, key, staging::Get};
use crate::StoreError;

/// The largest content that is kept whole, and the largest that may be a base: 256 KiB.
const WHOLE: usize = 256 * 1024;

/// How large a delta may be beside its content: a tenth. What is larger becomes a base itself, which
/// makes the deltas after it small again. See docs/performance.md.
const DELTA_SHARE: usize = 10;

/// How many bytes the frame of a delta may have; nothing if the digest of its base alone is too much.
fn apart_room(len: usize) -> Option<usize> {
    (len / DELTA_SHARE).checked_sub(size_of::<Digest>()).filter(|room| *room > 0)
}

/// Whether a content is kept as what a version says of it; nothing if it is not kept at all. Only
/// its head is read.
pub(super) fn is_kept(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
) -> Result<Option<bool>, StoreError> {
    Ok(body::head(from, &content.digest)?.map(|head| head.is_of(content)))
}

/// Whether bytes of this digest and length are kept, whatever they are.
pub(super) fn is_there(
    from: &(impl Get + ?Sized),
    digest: &Digest,
    len: u64,
) -> Result<bool, StoreError> {
    Ok(body::head(from, digest)?.is_some_and(|head| head.len == len))
}

/// Whether bytes of this digest and length are kept, with all that belongs to them.
pub(super) fn is_whole(
    from: &(impl Get + ?Sized),
    digest: &Digest,
    len: u64,
) -> Result<bool, StoreError> {
    Ok(is_there(from, digest, len)? && from.sealed(&key::blob(digest))?.is_some())
}

/// Whether a content is kept as what it is, and can be read.
pub(super) fn is_sound(from: &(impl Get + ?Sized), content: &Content) -> Result<bool, StoreError> {
    let (key, bytes) = (key::blob(&content.digest()), content.as_bytes());
    let Some(head) = body::head(from, &content.digest())? else { return Ok(false) };
    let Some(value) = from.sealed(&key)? else { return Ok(false) };
    let body = Body::open(&key, &value)?;
    if body.head != head || !head.is_of(&content.reference()) {
        return Ok(false);
    }
    if body.head.codec == Codec::Chunks {
        return are_chunks_of(from, &key, &body, bytes);
    }
    Ok(expand(from, &body, &key)? == bytes)
}

/// Whether the chunks of a content are these bytes, and nothing is wrong with their packs.
fn are_chunks_of(
    from: &(impl Get + ?Sized),
    key: &[u8],
    body: &Body<'_>,
    bytes: &[u8],
) -> Result<bool, StoreError> {
    let mut rest = Some(bytes);
    pack::read(from, body.chunks(key)?, &mut |_, reading| {
        let read = reading?.filter(|read| read.is_sound);
        rest = read.and_then(|read| rest?.strip_prefix(&*read.bytes));
        Ok(())
    })?;
    Ok(rest.is_some_and(<[u8]>::is_empty))
}

/// The content that a version names.
pub(super) fn read(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
) -> Result<Option<Content>, StoreError> {
    let key = key::blob(&content.digest);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let bytes = expand(from, &Body::open(&key, &value)?, &key)?;
    let read = Content::new(content.kind.clone(), bytes);
    match read {
        // It has its digest from its bytes: they are hashed once.
        Ok(read) if read.digest() == content.digest => Ok(Some(read)),
        Ok(_) => Err(other_digest(&key)),
        Err(err) => Err(differs(&key, &err)),
    }
}

fn other_digest(key: &[u8]) -> StoreError {
    codec::corrupt(key, "its bytes do not have its digest")
}

fn differs(key: &[u8], err: &ContentError) -> StoreError {
    codec::corrupt(key, &format!("it is not what its writer said ({err})"))
}

/// The bytes of a stored content, which have its digest; nothing if it is not kept.
pub(super) fn bytes(
    from: &(impl Get + ?Sized),
    digest: &Digest,
) -> Result<Option<Vec<u8>>, StoreError> {
    let key = key::blob(digest);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    unpack(from, digest, &Body::open(&key, &value)?).map(Some)
}

/// The bytes of a content, which have its digest.
fn unpack(
    from: &(impl Get + ?Sized),
    digest: &Digest,
    body: &Body<'_>,
) -> Result<Vec<u8>, StoreError> {
    let key = key::blob(digest);
    of_digest(&key, digest, expand(from, body, &key)?)
}

/// As many bytes as a content says it has.
fn expand(from: &(impl Get + ?Sized), body: &Body<'_>, key: &[u8]) -> Result<Vec<u8>, StoreError> {
    match body.head.codec {
        Codec::Raw | Codec::Zstd => full(key, body),
        Codec::Delta => {
            let (base, _) = body.delta(key)?;
            let base_bytes = base_of(from, &base)
                .and_then(|bytes| bytes.ok_or_else(|| codec::corrupt(key, "it is missing")))
                .map_err(|err| unfounded(key, &base, err))?;
            apart(key, body, &base_bytes)
        }
        Codec::Chunks => joined(from, key, body),
    }
}

/// The bytes of a content that is kept in full.
fn full(key: &[u8], body: &Body<'_>) -> Result<Vec<u8>, StoreError> {
    let len = body.len(key)?;
    let bytes = match body.head.codec {
        Codec::Raw => body.kept.to_vec(),
        Codec::Zstd => frame::expand(body.kept, len)
            .ok_or_else(|| codec::corrupt(key, "it cannot be decompressed"))?,
        Codec::Delta | Codec::Chunks => return Err(codec::corrupt(key, "it is not kept in full")),
    };
    sized(key, len, bytes)
}

/// The bytes of a base, which have its digest; nothing if it is not kept.
fn base_of(from: &(impl Get + ?Sized), base: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let key = key::blob(base);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    of_digest(&key, base, full(&key, &Body::open(&key, &value)?)?).map(Some)
}

/// The bytes of a delta.
fn apart(key: &[u8], body: &Body<'_>, base: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (_, frame) = body.delta(key)?;
    let len = body.len(key)?;
    let bytes = frame::expand_against(base, frame, len)
        .ok_or_else(|| codec::corrupt(key, "its delta cannot be decompressed"))?;
    sized(key, len, bytes)
}

/// The bytes of a content that is kept in chunks.
fn joined(from: &(impl Get + ?Sized), key: &[u8], body: &Body<'_>) -> Result<Vec<u8>, StoreError> {
    let len = body.len(key)?;
    let mut bytes = Vec::with_capacity(len);
    pack::read(from, body.chunks(key)?, &mut |name, reading| {
        let part = reading.map_err(|err| broken(key, name, err))?;
        let missing = || codec::corrupt(key, &format!("its chunk {name} is missing"));
        let part = part.ok_or_else(missing)?.bytes;
        if bytes.len() + part.len() > len {
            return Err(codec::corrupt(key, "its chunks have more bytes than it"));
        }
        bytes.extend_from_slice(&part);
        Ok(())
    })?;
    sized(key, len, bytes)
}

fn sized(key: &[u8], len: usize, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    if bytes.len() == len { Ok(bytes) } else { Err(other_digest(key)) }
}

fn of_digest(key: &[u8], digest: &Digest, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    if Digest::of(&bytes) == *digest { Ok(bytes) } else { Err(other_digest(key)) }
}

/// What is wrong with a delta whose base cannot be read.
fn unfounded(key: &[u8], base: &Digest, err: StoreError) -> StoreError {
    let StoreError::Corrupt { detail, .. } = err else { return err };
    let detail = format!("it is a delta against the content {base}, and of that: {detail}");
    codec::corrupt(key, &detail)
}

/// What is wrong with a content one of whose chunks cannot be read.
fn broken(key: &[u8], chunk: &Name, err: StoreError) -> StoreError {
    let StoreError::Corrupt { detail, .. } = err else { return err };
    codec::corrupt(key, &format!("of its chunk {chunk}: {detail}"))
}
