//! Facts of the user's own about a version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    MAX_JSON_DEPTH,
    json::{has_nul, is_within},
};

/// The most members that metadata may have.
const MAX_MEMBERS: usize = 128;
/// The most bytes that metadata may have, written as JSON.
const MAX_BYTES: usize = 64 * 1024;

/// How deep a member may be nested: the object around it is a level too.
const MAX_DEPTH: usize = MAX_JSON_DEPTH - 1;

/// Why metadata is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Too many members.
    #[error("the metadata has {0} members: the limit is {MAX_MEMBERS}")]
    TooMany(usize),
    /// Too large.
    #[error("the metadata has {0} bytes as JSON: the limit is {MAX_BYTES}")]
    TooLarge(usize),
    /// Too deep to be read back.
    #[error("the metadata is nested deeper than {MAX_JSON_DEPTH} levels as JSON")]
    TooDeep,
    /// A name or a text in it holds a NUL character, which not every store can carry.
    #[error("the metadata holds a NUL character: take it out")]
    Nul,
}

/// Names and JSON values of the user's own beside a version, in order of their names: at most 128,
/// together at most 64 KiB as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Value>", into = "BTreeMap<String, Value>")]
pub struct Metadata(BTreeMap<String, Value>);

impl Metadata {
    /// Takes members.
    ///
    /// # Errors
    ///
    /// [`MetadataError`] if there are too many, they are too large or too deep, or hold a NUL.
    pub fn new(members: BTreeMap<String, Value>) -> Result<Self, MetadataError> {
        if members.len() > MAX_MEMBERS {
            return Err(MetadataError::TooMany(members.len()));
        }
        if !members.values().all(|value| is_within(MAX_DEPTH, value)) {
            return Err(MetadataError::TooDeep);
        }
        // A map of text and JSON can always be written.
        let json = serde_json::to_string(&members).unwrap_or_default();
        if json.len() > MAX_BYTES {
            return Err(MetadataError::TooLarge(json.len()));
        }
        if has_nul(&json) {
            return Err(MetadataError::Nul);
        }
        Ok(Self(members))
    }

    /// The members, in order of their names.
    #[must_use]
    pub const fn members(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<BTreeMap<String, Value>> for Metadata {
    type Error = MetadataError;

    fn try_from(members: BTreeMap<String, Value>) -> Result<Self, MetadataError> {
        Self::new(members)
    }
}

impl From<Metadata> for BTreeMap<String, Value> {
    fn from(metadata: Metadata) -> Self {
        metadata.0
    }
}
