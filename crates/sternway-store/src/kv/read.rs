//! One value by its key, decoded: what reading and writing share.

use sternway_types::{
    Artifact, ArtifactId, Commit, Digest, NamespaceId, Pointer, PointerMove, PointerName,
    RecordEntry, RecordKey, Revision, Subject, Version, VersionNumber,
};

use super::{
    codec, key,
    staging::Get,
    stored::{
        Decoded, StoredArtifact, StoredCommit, StoredHead, StoredMove, StoredPointer, StoredRecord,
        StoredTallies, StoredVersion,
    },
};
use crate::{Head, StoreError, Tallies};

/// Turns a stored value that makes no sense into the error that names it.
pub(super) fn sense<T>(key: &[u8], decoded: Decoded<T>) -> Result<T, StoreError> {
    decoded.map_err(|detail| codec::corrupt(key, &detail))
}

/// Where a namespace stands.
pub(super) fn head(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
) -> Result<Option<Head>, StoreError> {
    Ok(from.read::<StoredHead>(&key::head(ns))?.map(Into::into))
}

/// One artifact.
pub(super) fn artifact(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    id: &ArtifactId,
) -> Result<Option<Artifact>, StoreError> {
    let key = key::artifact(ns, id);
    let stored = from.read::<StoredArtifact>(&key)?;
    stored.map(|stored| sense(&key, stored.into_artifact(id.clone()))).transpose()
}

/// One version.
pub(super) fn version(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    id: &ArtifactId,
    number: VersionNumber,
) -> Result<Option<Version>, StoreError> {
    let key = key::version(ns, id, number);
    let stored = from.read::<StoredVersion>(&key)?;
    stored.map(|stored| sense(&key, stored.into_version())).transpose()
}

/// One pointer as it stands, deleted ones included.
pub(super) fn pointer(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    id: &ArtifactId,
    name: &PointerName,
) -> Result<Option<Pointer>, StoreError> {
    let key = key::pointer(ns, id, name);
    let stored = from.read::<StoredPointer>(&key)?;
    stored.map(|stored| sense(&key, stored.into_pointer(id.clone(), name.clone()))).transpose()
}

/// One record as it stands, deleted ones included.
pub(super) fn record(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    record: &RecordKey,
) -> Result<Option<RecordEntry>, StoreError> {
    let key = key::record(ns, record);
    let stored = from.read::<StoredRecord>(&key)?;
    stored.map(|stored| sense(&key, stored.into_entry())).transpose()
}

/// One commit.
pub(super) fn commit(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    revision: Revision,
) -> Result<Option<Commit>, StoreError> {
    let key = key::commit(ns, revision);
    from.sealed(&key)?.map(|value| decode_commit(ns, &key, &value)).transpose()
}

/// What the outcomes of a subject add up to.
pub(super) fn tallies(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    subject: &Subject,
) -> Result<Option<Tallies>, StoreError> {
    let key = key::tallies(ns, subject);
    let stored = from.read::<StoredTallies>(&key)?;
    stored.map(|stored| sense(&key, stored.into_tallies())).transpose()
}

/// The chain and the bytes it covers, of a stored commit.
pub(super) fn split_commit<'a>(
    key: &[u8],
    value: &'a [u8],
) -> Result<(Digest, &'a [u8]), StoreError> {
    let body = codec::open(key, value)?;
    let (chain, record) =
        body.split_first_chunk().ok_or_else(|| codec::corrupt(key, "it is too short"))?;
    Ok((Digest::from_bytes(*chain), record))
}

pub(super) fn decode_commit(
    ns: &NamespaceId,
    key: &[u8],
    value: &[u8],
) -> Result<Commit, StoreError> {
    let (chain, record) = split_commit(key, value)?;
    sense(key, codec::decode::<StoredCommit>(key, record)?.into_commit(ns.clone(), chain))
}

pub(super) fn decode_move(key: &[u8], value: &[u8]) -> Result<PointerMove, StoreError> {
    sense(key, codec::read::<StoredMove>(key, value)?.into_move())
}

pub(super) fn decode_version(key: &[u8], value: &[u8]) -> Result<Version, StoreError> {
    sense(key, codec::read::<StoredVersion>(key, value)?.into_version())
}
