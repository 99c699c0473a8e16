//! The chain: what is stored of a commit, and how one leads to the next.

use sternway_types::{Commit, Digest, NamespaceId, Revision};

use super::{codec, key, read::sense, stored::StoredCommit};
use crate::StoreError;

/// What is stored of a commit, and chained. The namespace and the chain are not in it.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if no store could keep such a commit.
pub fn record(commit: &Commit) -> Result<Vec<u8>, StoreError> {
    let key = key::commit(&commit.namespace, commit.revision);
    codec::encode(&sense(&key, StoredCommit::new(commit))?)
}

/// The commit that was stored as these bytes, with this chain.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if they are not what [`record`] makes.
pub fn commit(
    ns: &NamespaceId,
    revision: Revision,
    chain: Digest,
    record: &[u8],
) -> Result<Commit, StoreError> {
    let key = key::commit(ns, revision);
    sense(&key, codec::decode::<StoredCommit>(&key, record)?.into_commit(ns.clone(), chain))
}

/// The chain up to a commit, computed from the chain before it and from what the commit says; not the
/// one that it says. Whoever has the commits of a history from elsewhere checks them by it.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if no store could keep such a commit.
pub fn chain_of(before: &Digest, commit: &Commit) -> Result<Digest, StoreError> {
    Ok(link(before, commit.revision, &record(commit)?))
}

/// The chain up to a revision: SHA-256 of the chain before it, the revision and the stored record.
#[must_use]
pub fn link(before: &Digest, revision: Revision, record: &[u8]) -> Digest {
    Digest::of_parts(&[before.as_bytes(), &revision.get().to_be_bytes(), record])
}
