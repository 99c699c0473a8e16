//! A tally by itself, as bytes.

use sternway_types::Tally;

use super::{
    codec,
    stored::{StoredMore, StoredSpread, StoredWhole},
};
use crate::StoreError;

/// The bytes of a tally.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if it cannot be written.
pub fn write_tally(tally: &Tally) -> Result<Vec<u8>, StoreError> {
    let mut bytes = codec::encode(&StoredWhole::new(tally))?;
    let (more, spread) = (StoredMore::new(tally), StoredSpread::new(tally));
    // What comes last is told by its place.
    let more = more.or_else(|| spread.is_some().then(StoredMore::none));
    if let Some(more) = more {
        bytes.extend(codec::encode(&more)?);
    }
    if let Some(spread) = spread {
        bytes.extend(codec::encode(&spread)?);
    }
    Ok(bytes)
}

/// The tally of these bytes; the place says whose it is, for who reads the error.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if they are not those of one.
pub fn read_tally(place: &str, bytes: &[u8]) -> Result<Tally, StoreError> {
    let corrupt = |detail: String| StoreError::Corrupt { place: place.to_owned(), detail };
    let undecodable = |err: postcard::Error| corrupt(format!("it cannot be decoded ({err})"));
    let (stored, rest) = postcard::take_from_bytes::<StoredWhole>(bytes).map_err(undecodable)?;
    let tally = stored.into_tally().map_err(corrupt)?;
    if rest.is_empty() {
        return Ok(tally);
    }
    let (more, rest) = postcard::take_from_bytes::<StoredMore>(rest).map_err(undecodable)?;
    let tally = more.add_to(tally).map_err(corrupt)?;
    if rest.is_empty() {
        return Ok(tally);
    }
    match postcard::take_from_bytes::<StoredSpread>(rest).map_err(undecodable)? {
        (spread, []) => spread.add_to(tally).map_err(corrupt),
        _ => Err(corrupt("there are bytes left over".into())),
    }
}
