//! One record of the log: a batch behind its length and its checksum.
//!
//! `length of the body (8) ‖ CRC-32 of place, length and body (4) ‖ body`. The checksum covers the
//! length, so that one flipped bit cannot make a reader skip what follows; and the place in the
//! file, so that a record is one nowhere else, not even within a value that is a copy of a log.

use sternway_store::Batch;

/// The record of a batch at a place.
pub(crate) fn encode(place: u64, batch: &Batch) -> Vec<u8> {
    let mut body = Vec::new();
    for (key, value) in batch {
        put(&mut body, key);
        body.push(u8::from(value.is_some()));
        if let Some(value) = value {
            put(&mut body, value);
        }
    }
    let len = (body.len() as u64).to_le_bytes();
    let sum = checksum(place, len, &body).to_le_bytes();
    [&len[..], &sum, &body].concat()
}

/// The body of the record that these bytes, found at a place, begin with, and what comes after it;
/// nothing if they begin with no whole record.
pub(crate) fn open(place: u64, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, bytes) = bytes.split_first_chunk()?;
    let (sum, bytes) = bytes.split_first_chunk()?;
    let (body, rest) = bytes.split_at_checked(length(*len)?)?;
    (checksum(place, *len, body) == u32::from_le_bytes(*sum)).then_some((body, rest))
}

/// The batch in a body; nothing if it is none.
pub(crate) fn decode(mut body: &[u8]) -> Option<Batch> {
    let mut batch = Batch::new();
    while !body.is_empty() {
        let key = take(&mut body)?;
        let (kept, rest) = body.split_first()?;
        body = rest;
        let value = if *kept == 0 { None } else { Some(take(&mut body)?) };
        batch.insert(key, value);
    }
    Some(batch)
}

fn put(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend((bytes.len() as u64).to_le_bytes());
    body.extend(bytes);
}

fn take(body: &mut &[u8]) -> Option<Vec<u8>> {
    let (len, rest) = body.split_first_chunk()?;
    let (bytes, rest) = rest.split_at_checked(length(*len)?)?;
    *body = rest;
    Some(bytes.to_vec())
}

fn length(bytes: [u8; 8]) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(bytes)).ok()
}

fn checksum(place: u64, len: [u8; 8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&place.to_le_bytes());
    hasher.update(&len);
    hasher.update(body);
    hasher.finalize()
}
