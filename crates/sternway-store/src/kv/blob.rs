//! Contents as they are stored: once per digest, compressed where that pays.

use sternway_types::{Content, ContentError, ContentKind, ContentRef, Digest};

use super::{codec, key, staging::Get};
use crate::StoreError;

/// How the bytes of a content are kept: the low half of the first byte of its stored body.
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

impl Codec {
    const ALL: [Self; 2] = [Self::Raw, Self::Zstd];
}

/// What the bytes of a content are known to be, the weakest first: the high half of that byte. Who
/// wrote them checked it, so that a commit that names them need not read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Form {
    Bytes = 0,
    Text = 1,
    Json = 2,
    Tree = 3,
}

impl Form {
    const ALL: [Self; 4] = [Self::Bytes, Self::Text, Self::Json, Self::Tree];

    const fn of(kind: &ContentKind) -> Self {
        match kind {
            ContentKind::Bytes { .. } => Self::Bytes,
            ContentKind::Text { .. } => Self::Text,
            ContentKind::Json => Self::Json,
            ContentKind::Tree => Self::Tree,
        }
    }

    /// A kind of contents that has this form.
    fn kind(self) -> Option<ContentKind> {
        match self {
            Self::Bytes => None,
            Self::Text => Some(ContentKind::Text { language: None }),
            Self::Json => Some(ContentKind::Json),
            Self::Tree => Some(ContentKind::Tree),
        }
    }
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
    let mut body = Vec::with_capacity(kept.len() + HEAD);
    body.push(codec as u8 | (Form::of(content.kind()) as u8) << 4);
    body.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    body.extend_from_slice(kept);
    codec::seal(&key::blob(&content.digest()), &body)
}

/// How many bytes of a stored body stand before what is kept.
const HEAD: usize = 9;

/// A stored content, taken apart.
struct Stored<'a> {
    codec: Codec,
    form: Form,
    len: u64,
    kept: &'a [u8],
}

fn take_apart<'a>(key: &[u8], value: &'a [u8]) -> Result<Stored<'a>, StoreError> {
    let body = codec::open(key, value)?;
    let corrupt = |detail| codec::corrupt(key, detail);
    let (head, kept) = body
        .split_first_chunk::<HEAD>()
        .ok_or_else(|| corrupt("it is too short to be a content"))?;
    let [first, len @ ..] = *head;
    let codec = Codec::ALL.into_iter().find(|codec| *codec as u8 == first & 0xf);
    let form = Form::ALL.into_iter().find(|form| *form as u8 == first >> 4);
    Ok(Stored {
        codec: codec.ok_or_else(|| corrupt("it is kept by an unknown codec"))?,
        form: form.ok_or_else(|| corrupt("it is of an unknown form"))?,
        len: u64::from_le_bytes(len),
        kept,
    })
}

/// Whether a content is kept as what a version says of it; nothing if it is not kept at all. Its
/// bytes are neither unpacked nor parsed; they are copied, and their checksum is checked.
pub(super) fn is_kept(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
) -> Result<Option<bool>, StoreError> {
    let key = key::blob(&content.digest);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let Stored { form, len, .. } = take_apart(&key, &value)?;
    Ok(Some(len == content.len && form >= Form::of(&content.kind)))
}

/// Whether bytes of this digest and length are kept, whatever they are. Only the beginning of the
/// stored value is looked at, so that its checksum is not checked.
pub(super) fn is_there(
    from: &(impl Get + ?Sized),
    digest: &Digest,
    len: u64,
) -> Result<bool, StoreError> {
    let key = key::blob(digest);
    let Some(beginning) = from.beginning(&key, codec::BEFORE + HEAD)? else { return Ok(false) };
    let head = beginning.get(codec::BEFORE..).and_then(|head| head.split_first_chunk::<HEAD>());
    let Some((head, _)) = head else {
        return Err(codec::corrupt(&key, "it is too short to be a content"));
    };
    let [_, kept @ ..] = *head;
    Ok(u64::from_le_bytes(kept) == len)
}

/// The bytes of a stored content, checked against its digest.
pub(super) fn open(digest: &Digest, value: &[u8]) -> Result<Vec<u8>, StoreError> {
    let key = key::blob(digest);
    unpack(digest, &key, &take_apart(&key, value)?)
}

fn unpack(digest: &Digest, key: &[u8], stored: &Stored<'_>) -> Result<Vec<u8>, StoreError> {
    let corrupt = |detail| codec::corrupt(key, detail);
    let len = usize::try_from(stored.len).unwrap_or(usize::MAX);
    if len > sternway_types::MAX_CONTENT {
        return Err(corrupt("it says it is larger than any content may be"));
    }
    let bytes = match stored.codec {
        Codec::Raw => stored.kept.to_vec(),
        Codec::Zstd => zstd::bulk::decompress(stored.kept, len)
            .map_err(|_| corrupt("it cannot be decompressed"))?,
    };
    if bytes.len() != len || Digest::of(&bytes) != *digest {
        return Err(corrupt("its bytes do not have its digest"));
    }
    Ok(bytes)
}

/// Checks that a stored content is everything that it says it is.
pub(super) fn check(digest: &Digest, value: &[u8]) -> Result<(), StoreError> {
    let key = key::blob(digest);
    let stored = take_apart(&key, value)?;
    let bytes = unpack(digest, &key, &stored)?;
    let Some(kind) = stored.form.kind() else { return Ok(()) };
    Content::new(kind, bytes).map(drop).map_err(|err| differs(&key, &err))
}

fn differs(key: &[u8], err: &ContentError) -> StoreError {
    codec::corrupt(key, &format!("it is not what its writer said ({err})"))
}

/// The content that a version names.
pub(super) fn read(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
) -> Result<Option<Content>, StoreError> {
    let key = key::blob(&content.digest);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let bytes = open(&content.digest, &value)?;
    Content::new(content.kind.clone(), bytes).map(Some).map_err(|err| differs(&key, &err))
}
