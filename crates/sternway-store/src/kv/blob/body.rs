//! The stored body of a content, taken apart, and its head.

use sternway_types::{ContentKind, ContentRef, Digest, MAX_CONTENT};

use super::name::Name;
use crate::{
    StoreError,
    kv::{codec, key, staging::Get},
};

/// How the bytes of a content are kept: the low half of the first byte of its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Codec {
    /// As they are.
    Raw = 0,
    /// One zstd frame.
    Zstd = 1,
    /// The digest of another content that is kept as one of the two above, and a zstd frame of what
    /// sets them apart from it.
    Delta = 2,
    /// The names of the chunks that they are made of, in order.
    Chunks = 3,
}

impl Codec {
    const ALL: [Self; 4] = [Self::Raw, Self::Zstd, Self::Delta, Self::Chunks];

    /// The codec of a chunk: one of the first two.
    pub(super) fn of_chunk(byte: u8) -> Option<Self> {
        [Self::Raw, Self::Zstd].into_iter().find(|codec| *codec as u8 == byte)
    }
}

/// What the bytes of a content are known to be, the weakest first: the high half of that byte. Who
/// wrote them checked it, so that a commit that names them need not read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Form {
    Bytes = 0,
    Text = 1,
    Json = 2,
    Tree = 3,
}

impl Form {
    const ALL: [Self; 4] = [Self::Bytes, Self::Text, Self::Json, Self::Tree];

    pub(super) const fn of(kind: &ContentKind) -> Self {
        match kind {
            ContentKind::Bytes { .. } => Self::Bytes,
            ContentKind::Text { .. } => Self::Text,
            ContentKind::Json => Self::Json,
            ContentKind::Tree => Self::Tree,
        }
    }

    /// A kind of contents that has this form.
    pub(super) fn kind(self) -> Option<ContentKind> {
        match self {
            Self::Bytes => None,
            Self::Text => Some(ContentKind::Text { language: None }),
            Self::Json => Some(ContentKind::Json),
            Self::Tree => Some(ContentKind::Tree),
        }
    }
}

/// What a content is: the first bytes of its body, which have a row of their own as well, so that a
/// commit that names a large content reads only them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) codec: Codec,
    pub(super) form: Form,
    /// How many bytes the content has.
    pub(super) len: u64,
}

impl Head {
    pub(super) const LEN: usize = 9;

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (first, len) = (self.codec as u8 | (self.form as u8) << 4, self.len.to_le_bytes());
        for (to, from) in bytes.iter_mut().zip([first].into_iter().chain(len)) {
            *to = from;
        }
        bytes
    }

    fn from_bytes(key: &[u8], [first, len @ ..]: [u8; Self::LEN]) -> Result<Self, StoreError> {
        let corrupt = |detail| codec::corrupt(key, detail);
        let codec = Codec::ALL.into_iter().find(|codec| *codec as u8 == first & 0xf);
        let form = Form::ALL.into_iter().find(|form| *form as u8 == first >> 4);
        Ok(Self {
            codec: codec.ok_or_else(|| corrupt("it is kept by an unknown codec"))?,
            form: form.ok_or_else(|| corrupt("it is of an unknown form"))?,
            len: u64::from_le_bytes(len),
        })
    }

    /// Whether it is that of what a version says of a content.
    pub(super) fn is_of(&self, content: &ContentRef) -> bool {
        self.len == content.len && self.form >= Form::of(&content.kind)
    }
}

/// The head in a row of its own.
pub(super) fn head(
    from: &(impl Get + ?Sized),
    digest: &Digest,
) -> Result<Option<Head>, StoreError> {
    let key = key::content(digest);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    open_head(&key, &value).map(Some)
}

/// A sealed head.
pub(super) fn open_head(key: &[u8], value: &[u8]) -> Result<Head, StoreError> {
    let head = codec::open(key, value)?;
    let head = head.try_into().map_err(|_| codec::corrupt(key, "it is no head of a content"))?;
    Head::from_bytes(key, head)
}

/// A row to be written, or to be taken away.
pub(in crate::kv) type Row = (Vec<u8>, Option<Vec<u8>>);

/// A stored body, taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'a> {
    pub(super) head: Head,
    pub(super) kept: &'a [u8],
}

impl<'a> Body<'a> {
    pub(super) fn open(key: &[u8], value: &'a [u8]) -> Result<Self, StoreError> {
        let body = codec::open(key, value)?;
        let (head, kept) = body
            .split_first_chunk()
            .ok_or_else(|| codec::corrupt(key, "it is too short to be a content"))?;
        Ok(Self { head: Head::from_bytes(key, *head)?, kept })
    }

    /// How many bytes the content has, if a content may have so many.
    pub(super) fn len(&self, key: &[u8]) -> Result<usize, StoreError> {
        let len = usize::try_from(self.head.len).ok().filter(|len| *len <= MAX_CONTENT);
        len.ok_or_else(|| codec::corrupt(key, "it says it is larger than any content may be"))
    }

    /// What it is a delta against, and the frame.
    pub(super) fn delta(&self, key: &[u8]) -> Result<(Digest, &'a [u8]), StoreError> {
        let (base, frame) = self
            .kept
            .split_first_chunk()
            .ok_or_else(|| codec::corrupt(key, "it is too short to be a delta"))?;
        Ok((Digest::from_bytes(*base), frame))
    }

    /// The chunks that it is made of.
    pub(super) fn chunks(
        &self,
        key: &[u8],
    ) -> Result<impl ExactSizeIterator<Item = Name> + use<'a>, StoreError> {
        let (names, rest) = self.kept.as_chunks();
        if !rest.is_empty() {
            return Err(codec::corrupt(key, "its list of chunks is cut off"));
        }
        Ok(names.iter().map(|name| Name::from_bytes(*name)))
    }
}

/// The rows of a content: its body, which begins with the head, and the head.
pub(super) fn seal(digest: &Digest, head: Head, kept: &[u8]) -> [Row; 2] {
    let key = key::blob(digest);
    let sealed = codec::seal_both(&key, &head.to_bytes(), kept);
    [(key, Some(sealed)), seal_head(digest, head)]
}

/// The row of a head.
pub(super) fn seal_head(digest: &Digest, head: Head) -> Row {
    let key = key::content(digest);
    let sealed = codec::seal(&key, &head.to_bytes());
    (key, Some(sealed))
}
