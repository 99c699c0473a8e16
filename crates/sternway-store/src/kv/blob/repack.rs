//! Keeps contents smaller that were written before there were deltas and chunks.

use sternway_types::Digest;

use super::{
    Codec, WHOLE,
    body::{self, Body, Head, Row},
    chunk, full, of_digest,
    pack::{Numbers, Pack},
    parcel::{chunked, delta, found_base},
    salvage::{self, Salvaged},
};
use crate::{
    StoreError,
    kv::{
        codec,
        key::{self, KeyReader},
        staging::Get,
    },
};

/// The head of a content that has none, in a row of its own.
pub(in crate::kv) fn head_row(key: &[u8], value: &[u8]) -> Result<Row, StoreError> {
    let digest = KeyReader::new(key).and_then(|mut parts| parts.array());
    let digest = digest.ok_or_else(|| codec::corrupt(key, "its key is no digest"))?;
    let head = Body::open(key, value)?.head;
    Ok(body::seal_head(&Digest::from_bytes(digest), head))
}

/// What a content is kept as from now on.
pub(in crate::kv) enum Smaller {
    Delta(Vec<Row>),
    Chunks(Vec<Row>),
}

/// How a content that is kept in full can be kept smaller, beside one that it resembles; nothing if
/// it cannot. Whoever asks has made sure that no other is a delta against it.
pub(in crate::kv) fn smaller(
    from: &(impl Get + ?Sized),
    digest: &Digest,
    near: Option<&Digest>,
    numbers: &Numbers,
) -> Result<Option<Smaller>, StoreError> {
    let key = key::blob(digest);
    let Some(value) = from.sealed(&key)? else { return Ok(None) };
    let body = Body::open(&key, &value)?;
    let Head { codec, form, len } = body.head;
    if !matches!(codec, Codec::Raw | Codec::Zstd) {
        return Ok(None);
    }
    if len > WHOLE as u64 {
        let bytes = of_digest(&key, digest, full(&key, &body)?)?;
        let chunks = chunk::cut(&bytes);
        let present = salvage::look(from, &bytes, &chunks)?;
        // It is better put again, which mends that.
        if present.is_damaged {
            return Ok(None);
        }
        let (kept, none) = (present.kept, Salvaged::default());
        let (mut rows, packs) = chunked((digest, form, &bytes), &chunks, kept, none, numbers);
        rows.extend(packs.into_iter().flat_map(Pack::rows));
        return Ok(Some(Smaller::Chunks(rows)));
    }
    let Some(near) = near else { return Ok(None) };
    let Some((base, of_base)) = found_base(from, near)?.filter(|(base, _)| base != digest) else {
        return Ok(None);
    };
    let bytes = of_digest(&key, digest, full(&key, &body)?)?;
    Ok(delta(digest, form, &bytes, &base, &of_base).map(Smaller::Delta))
}
