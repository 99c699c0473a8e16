//! What a put writes: dear work first, and outside of every lock.

use std::{collections::HashSet, ops::ControlFlow};

use sternway_types::{Content, ContentRef, Digest};

use super::{
    Codec, WHOLE, apart_room, base_of, body,
    body::{Body, Form, Head, Row},
    chunk::{self, Chunk},
    frame::{self, Frames},
    name::Name,
    pack::{Numbers, Pack, Part},
    salvage::{self, Salvaged},
};
use crate::{
    StoreError,
    kv::{
        codec,
        key::{self, Key, Table},
        port::{Direction, Snapshot},
        staging::Get,
    },
};

/// A content on its way into the store, cut into chunks if it is large.
pub(in crate::kv) struct Parcel<'a> {
    content: &'a Content,
    reference: ContentRef,
    chunks: Vec<Chunk>,
}

/// How a content comes into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kv) enum Way {
    /// It was not there.
    Anew,
    /// It was there as less than it is: as bytes and not as text, say.
    Stronger,
    /// It was there and could not be read.
    Mended,
}

/// What a content finds in the store.
pub(in crate::kv) struct Found {
    way: Way,
    /// What it may be a delta against.
    base: Option<(Digest, Vec<u8>)>,
    /// Which of its chunks are kept.
    chunks: HashSet<Name>,
    /// What mends the packs that they are in.
    salvaged: Salvaged,
    /// What its bytes are known to be.
    form: Form,
    /// Rows that mend what is there: chunks from before there were packs, and what says of what it was
    /// a delta.
    mending: Vec<Row>,
}

/// The rows of a content, ready to be written.
pub(in crate::kv) struct Wrapped {
    pub(in crate::kv) way: Way,
    rows: Vec<Row>,
    packs: Vec<Pack>,
    /// Whether chunks are mended: then what is there may be what is damaged.
    mends: bool,
}

impl Wrapped {
    const fn of(way: Way, rows: Vec<Row>) -> Self {
        Self { way, rows, packs: Vec::new(), mends: false }
    }

    /// The rows, without chunks that somebody else packed since they were looked for, of which there
    /// may be some now that there were not.
    pub(in crate::kv) fn into_rows(
        self,
        now: &(impl Get + ?Sized),
        may_be_new: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<Row>, StoreError> {
        let Self { mut rows, packs, mends, .. } = self;
        for pack in packs {
            let is_there = |name: &Name| {
                let key = key::chunk(name);
                Ok(!mends && may_be_new(&key) && now.sealed(&key)?.is_some())
            };
            rows.extend(pack.unless(is_there)?.into_iter().flat_map(Pack::rows));
        }
        Ok(rows)
    }
}

impl<'a> Parcel<'a> {
    pub(in crate::kv) fn new(content: &'a Content) -> Self {
        let chunks = chunk::cut(content.as_bytes());
        Self { content, reference: content.reference(), chunks }
    }

    /// Looks at what is there. A content that nothing can be told of, or that is not what was
    /// written, is no base: the hint is only a hint.
    pub(in crate::kv) fn look(
        &self,
        from: &dyn Snapshot,
        near: Option<&Digest>,
    ) -> Result<Found, StoreError> {
        let digest = &self.reference.digest;
        let present = salvage::look(from, self.content.as_bytes(), &self.chunks)?;
        let salvaged = present.salvage(from, &self.chunks)?;
        let there =
            from.get(&key::blob(digest))?.is_some() || from.get(&key::content(digest))?.is_some();
        let (mut form, mut mending) = (Form::of(&self.reference.kind), Vec::new());
        let (way, base) = if !there {
            (Way::Anew, self.base(from, near)?)
        } else if !present.is_damaged && self.is_there_as_less(from)? {
            (Way::Stronger, None)
        } else {
            form = self.form_before(from)?.max(form);
            mending = salvage::alone(from, self.content.as_bytes(), &self.chunks)?;
            mending.extend(bases_of(from, digest)?.into_iter().map(|key| (key, None)));
            // Others may be deltas against it, so it is kept in full.
            (Way::Mended, None)
        };
        Ok(Found { way, base, chunks: present.kept, salvaged, form, mending })
    }

    fn is_there_as_less(&self, from: &dyn Snapshot) -> Result<bool, StoreError> {
        match self.bytes_there(from) {
            Err(err) if err.is_temporary() => Err(err),
            bytes => Ok(bytes.ok().flatten().is_some_and(|it| it == self.content.as_bytes())),
        }
    }

    /// The bytes that are there, if their body and their head say the same of them.
    fn bytes_there(&self, from: &dyn Snapshot) -> Result<Option<Vec<u8>>, StoreError> {
        let (digest, key) = (&self.reference.digest, key::blob(&self.reference.digest));
        let Some(head) = body::head(from, digest)? else { return Ok(None) };
        let Some(value) = from.sealed(&key)? else { return Ok(None) };
        let body = Body::open(&key, &value)?;
        if body.head == head { super::unpack(from, digest, &body).map(Some) } else { Ok(None) }
    }

    /// What its bytes were known to be before they were damaged, if that is still to be read: versions
    /// name it as that.
    fn form_before(&self, from: &dyn Snapshot) -> Result<Form, StoreError> {
        let head = match body::head(from, &self.reference.digest) {
            Err(err) if err.is_temporary() => return Err(err),
            head => head.ok().flatten(),
        };
        let form = head.map_or(Form::Bytes, |head| head.form);
        let bytes = || self.content.as_bytes().to_vec();
        let is_that = form.kind().is_some_and(|kind| Content::new(kind, bytes()).is_ok());
        Ok(if is_that { form } else { Form::Bytes })
    }

    /// The base of what is near, which is that itself if it is kept in full.
    fn base(
        &self,
        from: &dyn Snapshot,
        near: Option<&Digest>,
    ) -> Result<Option<(Digest, Vec<u8>)>, StoreError> {
        let Some(near) = near else { return Ok(None) };
        let room = apart_room(self.content.as_bytes().len());
        if !self.chunks.is_empty() || room.is_none() || is_base(from, &self.reference.digest)? {
            return Ok(None);
        }
        match found_base(from, near) {
            Err(err) if err.is_temporary() => Err(err),
            base => Ok(base.ok().flatten()),
        }
    }

    /// Compresses what is to be written.
    pub(in crate::kv) fn wrap(self, found: Found, numbers: &Numbers) -> Wrapped {
        let Found { way, base, chunks, salvaged, form, mending } = found;
        if way == Way::Stronger {
            return Wrapped::of(way, Vec::new());
        }
        let digest = &self.reference.digest;
        let bytes = self.content.as_bytes();
        let mut wrapped = if self.chunks.is_empty() {
            let delta =
                base.and_then(|(base, of_base)| delta(digest, form, bytes, &base, &of_base));
            Wrapped::of(way, delta.unwrap_or_else(|| full(digest, form, bytes)))
        } else {
            let mends = salvaged.mends;
            let (rows, packs) =
                chunked((digest, form, bytes), &self.chunks, chunks, salvaged, numbers);
            Wrapped { way, rows, packs, mends }
        };
        wrapped.rows.extend(mending);
        wrapped
    }
}

/// The rows of a content that is kept in full.
fn full(digest: &Digest, form: Form, bytes: &[u8]) -> Vec<Row> {
    let mut frames = Frames::new();
    let frame = frames.compress(bytes);
    let (codec, kept) = frame.map_or((Codec::Raw, bytes), |frame| (Codec::Zstd, frame));
    body::seal(digest, Head { codec, form, len: bytes.len() as u64 }, kept).into()
}

/// The rows of a content that is kept as a delta; nothing if that would not pay.
pub(super) fn delta(
    digest: &Digest,
    form: Form,
    bytes: &[u8],
    base: &Digest,
    of_base: &[u8],
) -> Option<Vec<Row>> {
    let frame = frame::compress_against(of_base, bytes, apart_room(bytes.len())?)?;
    let kept = [base.as_bytes().as_slice(), &frame].concat();
    let head = Head { codec: Codec::Delta, form, len: bytes.len() as u64 };
    let based = key::based(base, digest);
    let sealed = codec::seal(&based, &[]);
    Some(body::seal(digest, head, &kept).into_iter().chain([(based, Some(sealed))]).collect())
}

/// A content that is kept in chunks, some of which may be kept already: its rows, and the packs of its
/// new chunks and of what was salvaged.
pub(super) fn chunked(
    (digest, form, bytes): (&Digest, Form, &[u8]),
    chunks: &[Chunk],
    mut kept: HashSet<Name>,
    salvaged: Salvaged,
    numbers: &Numbers,
) -> (Vec<Row>, Vec<Pack>) {
    let mut frames = Frames::new();
    let new = chunks.iter().filter(|chunk| kept.insert(chunk.name));
    let parts = new.map(|Chunk { name, place }| {
        Part::new(*name, bytes.get(place.clone()).unwrap_or_default(), &mut frames)
    });
    let parts: Vec<Part<'_>> = parts.chain(salvaged.parts).collect();
    let packs = Pack::all(&parts, numbers);
    let names: Vec<u8> = chunks.iter().flat_map(|chunk| *chunk.name.as_bytes()).collect();
    let head = Head { codec: Codec::Chunks, form, len: bytes.len() as u64 };
    let mut rows: Vec<Row> = body::seal(digest, head, &names).into();
    rows.extend(salvaged.replaced.into_iter().map(|number| (key::pack(number), None)));
    (rows, packs)
}

/// What a content that is like this one is a delta against.
pub(super) fn found_base(
    from: &(impl Get + ?Sized),
    near: &Digest,
) -> Result<Option<(Digest, Vec<u8>)>, StoreError> {
    let key = key::blob(near);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let body = Body::open(&key, &value)?;
    let base = match body.head.codec {
        Codec::Raw | Codec::Zstd => *near,
        Codec::Delta => body.delta(&key)?.0,
        Codec::Chunks => return Ok(None),
    };
    let bytes = if base == *near {
        Some(super::of_digest(&key, near, super::full(&key, &body)?)?)
    } else {
        base_of(from, &base)?
    };
    Ok(bytes.filter(|bytes| bytes.len() <= WHOLE).map(|bytes| (base, bytes)))
}

/// Whether other contents are deltas against a content.
pub(in crate::kv) fn is_base(from: &dyn Snapshot, digest: &Digest) -> Result<bool, StoreError> {
    let mut is_base = false;
    from.scan(&key::based_on(digest).all(Direction::Forward), &mut |_, _| {
        is_base = true;
        ControlFlow::Break(())
    })?;
    Ok(is_base)
}

/// The rows that say of what a damaged content was a delta: what it says itself cannot be trusted,
/// so that all of them are looked through.
fn bases_of(from: &dyn Snapshot, digest: &Digest) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut keys = Vec::new();
    from.scan(&Key::table(Table::Based).all(Direction::Forward), &mut |key, _| {
        if key.ends_with(digest.as_bytes()) {
            keys.push(key.to_vec());
        }
        ControlFlow::Continue(())
    })?;
    Ok(keys)
}

/// What is to be written so that a content that somebody else wrote is kept as what it is given:
/// no rows if it is; nothing if it is not there, or damaged.
pub(in crate::kv) fn as_kept(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
) -> Result<Option<Vec<Row>>, StoreError> {
    let (digest, key) = (&content.digest, key::blob(&content.digest));
    let sound = |err: StoreError| if err.is_temporary() { Err(err) } else { Ok(None) };
    let head = match body::head(from, digest) {
        Ok(Some(head)) => head,
        Ok(None) => return Ok(None),
        Err(err) => return sound(err),
    };
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let body = match Body::open(&key, &value) {
        Ok(body) if body.head == head && head.len == content.len => body,
        Ok(_) => return Ok(None),
        Err(err) => return sound(err),
    };
    if head.is_of(content) {
        return Ok(Some(Vec::new()));
    }
    let head = Head { form: Form::of(&content.kind), ..head };
    Ok(Some(body::seal(digest, head, body.kept).into()))
}
