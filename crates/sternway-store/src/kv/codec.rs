//! The envelope of every stored value: `format ‖ body ‖ CRC-32 of key, format and body`.
//!
//! The checksum covers the key, so that a value under a damaged or foreign key is seen as well. It
//! stands at the end in every format, so that a damaged format byte is not taken for a newer one.

use std::fmt::Write as _;

use serde::{Serialize, de::DeserializeOwned};
use sternway_types::Digest;

use super::{
    blob::Name,
    key::{KeyReader, Table},
};
use crate::StoreError;

/// The newest format: chunks in packs. It is written where there is such a thing, so that an older
/// reader says that it is too old, and takes nothing for damage.
pub(super) const FORMAT: u8 = 4;

/// The format of how what was measured is spread, likewise.
pub(super) const SPREAD: u8 = 3;

/// The format of what the first one has no place for, likewise.
pub(super) const SECOND: u8 = 2;

/// The format of everything else.
pub(super) const FIRST: u8 = 1;

/// The bytes of the checksum.
const CRC: usize = 4;

fn crc(key: &[u8], value: &[u8]) -> [u8; CRC] {
    let mut hasher = crc32fast::Hasher::new();
    // The length keeps a byte that moves from key to value from going unseen.
    hasher.update(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().to_le_bytes()
}

/// Puts a body into its envelope.
pub(super) fn seal(key: &[u8], body: &[u8]) -> Vec<u8> {
    seal_both(key, body, &[])
}

/// Puts a body into an envelope of a format.
pub(super) fn seal_as(format: u8, key: &[u8], body: &[u8]) -> Vec<u8> {
    sealed(format, key, [body, &[]])
}

/// Puts a body of two parts into its envelope.
pub(super) fn seal_both(key: &[u8], first: &[u8], second: &[u8]) -> Vec<u8> {
    sealed(FIRST, key, [first, second])
}

fn sealed(format: u8, key: &[u8], parts: [&[u8]; 2]) -> Vec<u8> {
    let mut value = Unsealed::new(format, parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| value.extend(part));
    value.seal(key)
}

/// An envelope that is being filled.
pub(super) struct Unsealed(Vec<u8>);

impl Unsealed {
    /// One of a format, with room for a body of so many bytes.
    pub(super) fn new(format: u8, room: usize) -> Self {
        let mut value = Vec::with_capacity(room + 1 + CRC);
        value.push(format);
        Self(value)
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn seal(self, key: &[u8]) -> Vec<u8> {
        let Self(mut value) = self;
        let crc = crc(key, &value);
        value.extend_from_slice(&crc);
        value
    }
}

/// What is in an envelope, whether it has its checksum or not.
pub(super) fn body(value: &[u8]) -> &[u8] {
    value.len().checked_sub(CRC).and_then(|end| value.get(1..end)).unwrap_or_default()
}

/// Takes a body out of its envelope.
pub(super) fn open<'a>(key: &[u8], value: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let (sealed, found) = value
        .split_last_chunk::<CRC>()
        .ok_or_else(|| corrupt(key, "it is too short to be a value"))?;
    if crc(key, sealed) != *found {
        return Err(corrupt(key, "its checksum does not match"));
    }
    match sealed.split_first() {
        Some((&(FIRST..=FORMAT), body)) => Ok(body),
        Some((&found, _)) => {
            Err(StoreError::NewerFormat { place: place(key), found, newest: FORMAT })
        }
        None => Err(corrupt(key, "it is empty")),
    }
}

/// The stored encoding of a struct.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(value).map_err(|err| StoreError::Corrupt {
        place: "a value to be written".into(),
        detail: err.to_string(),
    })
}

/// A struct from its stored encoding.
pub(super) fn decode<T: DeserializeOwned>(key: &[u8], body: &[u8]) -> Result<T, StoreError> {
    match postcard::take_from_bytes(body) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(corrupt(key, "there are bytes left over")),
        Err(err) => Err(corrupt(key, &format!("it cannot be decoded ({err})"))),
    }
}

/// Seals the stored encoding of a struct that holds what the first format has no place for, or may.
pub(super) fn write_as<T: Serialize>(
    format: u8,
    key: &[u8],
    value: &T,
) -> Result<Vec<u8>, StoreError> {
    Ok(seal_as(format, key, &encode(value)?))
}

/// Seals the stored encoding of a struct.
pub(super) fn write<T: Serialize>(key: &[u8], value: &T) -> Result<Vec<u8>, StoreError> {
    Ok(seal(key, &encode(value)?))
}

/// Opens an envelope and decodes the struct in it.
pub(super) fn read<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Result<T, StoreError> {
    decode(key, open(key, value)?)
}

/// The error for a stored value that is not what was written.
pub(super) fn corrupt(key: &[u8], detail: &str) -> StoreError {
    StoreError::Corrupt { place: place(key), detail: detail.into() }
}

/// A key in words: its table, and its digest, or its parts with what cannot be printed as
/// hexadecimal.
pub(super) fn place(key: &[u8]) -> String {
    let table = Table::of(key);
    let name = table.map_or("an unknown table", Table::name);
    let digest = KeyReader::new(key).and_then(|mut parts| parts.array());
    let number = KeyReader::new(key).and_then(|mut parts| parts.number());
    match (table, digest, number) {
        (Some(Table::Blob | Table::Content), Some(digest), _) => {
            return format!("{name} {}", Digest::from_bytes(digest));
        }
        (Some(Table::Chunk), Some(bytes), _) => {
            return format!("{name} {}", Name::from_bytes(bytes));
        }
        (Some(Table::Pack), None, Some(number)) => return format!("{name} {number}"),
        (_, _, _) => (),
    }
    let mut text = format!("{name} (key ");
    for byte in key.iter().take(200) {
        if byte.is_ascii_graphic() {
            text.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push(')');
    text
}
