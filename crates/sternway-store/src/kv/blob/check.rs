//! Checks contents: each against its digest, each head against its body, each delta and its base
//! against each other, each pack and the chunks in it.

use std::collections::HashMap;

use sternway_types::{Content, Digest};

use super::{
    apart, base_of,
    body::{self, Body},
    chunk::{self, Kept},
    differs,
    name::Name,
    of_digest, pack, unfounded, unpack,
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
    /// The packs, and whether each is sound.
    packs: HashMap<u64, bool>,
    /// How many chunks say that they are in packs that are sound, and how many are where they say.
    packed: u64,
    found: u64,
}

impl<'a> Contents<'a> {
    pub(in crate::kv) fn new(snapshot: &'a dyn Snapshot) -> Self {
        let packs = HashMap::new();
        Self { snapshot, base: None, bodies: 0, heads: 0, packs, packed: 0, found: 0 }
    }

    /// Counts a row, sound or not.
    pub(in crate::kv) fn count(&mut self, key: &[u8]) {
        match Table::of(key) {
            Some(Table::Blob) => self.bodies += 1,
            Some(Table::Content) => self.heads += 1,
            Some(Table::Pack) => self.packs.extend(number(key).map(|number| (number, false))),
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

    /// Checks a pack, and every chunk in it. One that lies elsewhere by now is nobody's.
    pub(in crate::kv) fn pack(&mut self, key: &[u8], body: &[u8]) -> Result<(), StoreError> {
        let no_pack = || codec::corrupt(key, "it is no pack");
        let number = number(key).ok_or_else(no_pack)?;
        let mut found = 0;
        for (name, place) in pack::entries(number, body).ok_or_else(no_pack)? {
            let kept = body.get(place.range()).unwrap_or_default();
            if chunk::expand(place.codec, kept).is_none_or(|bytes| Name::of(&bytes) != name) {
                return Err(codec::corrupt(key, &format!("its chunk {name} is another one")));
            }
            let key = key::chunk(&name);
            let value = self.snapshot.sealed(&key)?;
            let kept = value.as_ref().map(|value| Kept::open(&key, value));
            let is_found = matches!(kept, Some(Ok(Kept::Packed(there))) if there == place);
            found += u64::from(is_found);
        }
        self.found += found;
        self.packs.insert(number, true);
        Ok(())
    }

    /// Checks a chunk, or where it says it is. Packs were looked at before.
    pub(in crate::kv) fn chunk(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let [digest] = digests(key)?;
        match Kept::open(key, value)? {
            Kept::Alone(codec, kept) => {
                let bytes = chunk::expand(codec, kept);
                let bytes = bytes.filter(|bytes| Digest::of(bytes) == digest);
                bytes.map(drop).ok_or_else(|| codec::corrupt(key, "it is another one"))
            }
            Kept::Packed(place) => match self.packs.get(&place.pack) {
                Some(is_sound) => {
                    self.packed += u64::from(*is_sound);
                    Ok(())
                }
                None => Err(codec::corrupt(key, &format!("its pack {} is missing", place.pack))),
            },
        }
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
        if self.found != self.packed {
            let detail = format!("{} of {} chunks are where they say", self.found, self.packed);
            report.note("the packs", detail);
        }
    }
}

/// The number of a pack.
fn number(key: &[u8]) -> Option<u64> {
    let mut parts = KeyReader::new(key)?;
    parts.number().filter(|_| parts.is_done())
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
