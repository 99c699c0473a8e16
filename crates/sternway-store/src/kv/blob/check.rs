//! Checks contents: each against its digest, each head against its body, each delta and its base
//! against each other.

use sternway_types::{Content, Digest};

use super::{
    apart, base_of,
    body::{self, Body},
    chunk, differs, of_digest, unfounded, unpack,
};
use crate::{
    Report, StoreError,
    kv::{
        codec,
        key::{self, KeyReader, Table},
        port::Snapshot,
        staging::Get as _,
    },
};

/// A base that was read, or what is wrong with it.
type Base = (Digest, Result<Vec<u8>, StoreError>);

/// What was seen of the contents so far. Deltas are checked under their bases, one base after the
/// other, so that each base is unpacked once, and one at a time is kept.
pub(in crate::kv) struct Contents<'a> {
    snapshot: &'a dyn Snapshot,
    base: Option<Base>,
    /// How many rows there are, sound or not.
    bodies: u64,
    heads: u64,
}

impl<'a> Contents<'a> {
    pub(in crate::kv) const fn new(snapshot: &'a dyn Snapshot) -> Self {
        Self { snapshot, base: None, bodies: 0, heads: 0 }
    }

    /// Counts a row, sound or not.
    pub(in crate::kv) fn count(&mut self, key: &[u8]) {
        match Table::of(key) {
            Some(Table::Blob) => self.bodies += 1,
            Some(Table::Content) => self.heads += 1,
            Some(_) | None => (),
        }
    }

    /// Checks the body of a content, and that its head says the same. A delta is checked under its
    /// base.
    pub(in crate::kv) fn body(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let [digest] = digests(key)?;
        let body = Body::open(key, value)?;
        match body::head(self.snapshot, &digest) {
            Err(err) if err.is_temporary() => return Err(err),
            // One that is damaged is named when its own row is checked.
            Err(_) => (),
            Ok(Some(head)) if head == body.head => (),
            Ok(Some(_)) => return Err(codec::corrupt(key, "its head says something else")),
            Ok(None) => return Err(codec::corrupt(key, "its head is missing")),
        }
        if body.head.codec != super::Codec::Delta {
            return is_what_it_says(key, &body, unpack(self.snapshot, &digest, &body)?);
        }
        let (base, _) = body.delta(key)?;
        let based = key::based(&base, &digest);
        let known = self.snapshot.sealed(&based)?;
        if known.as_ref().is_some_and(|known| codec::open(&based, known).is_ok()) {
            return Ok(());
        }
        is_what_it_says(key, &body, unpack(self.snapshot, &digest, &body)?)?;
        if known.is_some() {
            return Ok(());
        }
        let detail = format!("it is a delta against the content {base}, which does not know of it");
        Err(codec::corrupt(key, &detail))
    }

    /// Checks the head of a content by itself.
    pub(in crate::kv) fn head(key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        body::open_head(key, value).map(drop)
    }

    /// Checks a chunk.
    pub(in crate::kv) fn chunk(key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let [digest] = digests(key)?;
        chunk::check(&digest, value)
    }

    /// Checks a delta, by the row that stands under its base.
    pub(in crate::kv) fn based(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        if !codec::open(key, value)?.is_empty() {
            return Err(codec::corrupt(key, "there are bytes left over"));
        }
        let [base, digest] = digests(key)?;
        let delta = key::blob(&digest);
        let missing = || codec::corrupt(&delta, "it is missing, and its base knows of it");
        let value = self.snapshot.sealed(&delta)?.ok_or_else(missing)?;
        // One that is damaged is named when its own row is checked.
        let Ok(body) = Body::open(&delta, &value) else { return Ok(()) };
        if body.head.codec != super::Codec::Delta || body.delta(&delta)?.0 != base {
            let detail = format!("the content {base} takes it for a delta, and it is not one");
            return Err(codec::corrupt(&delta, &detail));
        }
        let of_base = self.base(base)?.map_err(|err| unfounded(&delta, &base, err))?;
        let bytes = of_digest(&delta, &digest, apart(&delta, &body, of_base)?)?;
        is_what_it_says(&delta, &body, bytes)
    }

    /// The bytes of a base, which is kept until another one is asked for.
    fn base(&mut self, digest: Digest) -> Result<Result<&[u8], StoreError>, StoreError> {
        if self.base.as_ref().is_none_or(|(kept, _)| *kept != digest) {
            let read = base_of(self.snapshot, &digest).and_then(|bytes| {
                bytes.ok_or_else(|| codec::corrupt(&key::blob(&digest), "it is missing"))
            });
            self.base = Some((digest, read));
        }
        match &self.base {
            Some((_, Ok(bytes))) => Ok(Ok(bytes)),
            Some((_, Err(err))) if err.is_temporary() => Err(err.clone()),
            Some((_, Err(err))) => Ok(Err(err.clone())),
            None => Ok(Ok(&[])),
        }
    }

    /// Compares how many rows there are of what belongs together.
    pub(in crate::kv) fn finish(&self, report: &mut Report) {
        if self.heads != self.bodies {
            let detail = format!("{} contents have {} heads", self.bodies, self.heads);
            report.note("the contents", detail);
        }
    }
}

/// The digests that a key is made of.
fn digests<const N: usize>(key: &[u8]) -> Result<[Digest; N], StoreError> {
    let no_digest = || codec::corrupt(key, "its key is no digest");
    let mut parts = KeyReader::new(key).ok_or_else(no_digest)?;
    let mut digests = [Digest::ZERO; N];
    for digest in &mut digests {
        *digest = Digest::from_bytes(parts.array().ok_or_else(no_digest)?);
    }
    if parts.is_done() { Ok(digests) } else { Err(no_digest()) }
}

/// Checks that the bytes of a content are what their writer said.
fn is_what_it_says(key: &[u8], body: &Body<'_>, bytes: Vec<u8>) -> Result<(), StoreError> {
    let Some(kind) = body.head.form.kind() else { return Ok(()) };
    Content::new(kind, bytes).map(drop).map_err(|err| differs(key, &err))
}
