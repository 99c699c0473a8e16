//! A tally by itself, as bytes.

use sternway_types::Tally;

use super::{codec, stored::StoredWhole};
use crate::StoreError;

/// The bytes of a tally.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if it cannot be written.
pub fn write_tally(tally: &Tally) -> Result<Vec<u8>, StoreError> {
    codec::encode(&StoredWhole::new(tally))
}

/// The tally of these bytes; the place says whose it is, for who reads the error.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if they are not those of one.
pub fn read_tally(place: &str, bytes: &[u8]) -> Result<Tally, StoreError> {
    let corrupt = |detail: String| StoreError::Corrupt { place: place.to_owned(), detail };
    match postcard::take_from_bytes::<StoredWhole>(bytes) {
        Ok((stored, [])) => stored.into_tally().map_err(corrupt),
        Ok(_) => Err(corrupt("there are bytes left over".into())),
        Err(err) => Err(corrupt(format!("it cannot be decoded ({err})"))),
    }
}
