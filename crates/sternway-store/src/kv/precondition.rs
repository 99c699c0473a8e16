//! What a changeset asks to be true, compared with what is.

use sternway_types::{Changeset, Generation, NamespaceId, Precondition, Revision};

use super::{
    floor, key, read,
    staging::{Get, Staging},
};
use crate::{Conflict, Contested, LastWrite, StoreError};

/// Checks every precondition; the first that fails is the conflict.
pub(super) fn check(staging: &Staging, changeset: &Changeset) -> Result<(), StoreError> {
    changeset.preconditions.iter().try_for_each(|one| check_one(staging, &changeset.namespace, one))
}

fn check_one(
    staging: &Staging,
    ns: &NamespaceId,
    precondition: &Precondition,
) -> Result<(), StoreError> {
    let (contested, revision) = match precondition {
        Precondition::PointerAt { artifact, name, generation } => {
            let pointer = read::pointer(staging, ns, artifact, name)?;
            let found = pointer.as_ref().map_or(Generation::ZERO, |pointer| pointer.generation);
            if found == *generation {
                return Ok(());
            }
            let contested = Contested::Pointer {
                artifact: artifact.clone(),
                name: name.clone(),
                expected: *generation,
                found,
                version: pointer.as_ref().and_then(|pointer| pointer.version),
            };
            // Its last move says the same as the commit, and is never let go.
            let last = pointer.map(|pointer| key::moved(ns, artifact, name, pointer.revision));
            let last = last.map(|key| last_move(staging, &key)).transpose()?.flatten();
            return Err(Conflict { contested, last }.into());
        }
        Precondition::LatestIs { artifact: id, version } => {
            let artifact = read::artifact(staging, ns, id)?;
            let found = artifact.as_ref().map(|artifact| artifact.latest);
            if found == *version {
                return Ok(());
            }
            let contested = Contested::Latest { artifact: id.clone(), expected: *version, found };
            (contested, artifact.map(|artifact| artifact.revision))
        }
        Precondition::LatestDiffers { artifact: id, content } => {
            let Some(artifact) = read::artifact(staging, ns, id)? else { return Ok(()) };
            let version = read::version(staging, ns, id, artifact.latest)?;
            if version.is_none_or(|version| version.content != *content) {
                return Ok(());
            }
            let contested =
                Contested::SameContent { artifact: id.clone(), version: artifact.latest };
            (contested, Some(artifact.revision))
        }
        Precondition::RecordAt { key, generation } => {
            let entry = read::record(staging, ns, key)?;
            let found = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation);
            if found == *generation {
                return Ok(());
            }
            let contested = Contested::Record { key: key.clone(), expected: *generation, found };
            (contested, entry.map(|entry| entry.revision))
        }
    };
    let last = revision.map(|revision| last_write(staging, ns, revision)).transpose()?.flatten();
    Err(Conflict { contested, last }.into())
}

/// Who made a move, and when.
fn last_move(from: &(impl Get + ?Sized), key: &[u8]) -> Result<Option<LastWrite>, StoreError> {
    let Some(value) = from.sealed(key)? else { return Ok(None) };
    let moved = read::decode_move(key, &value)?;
    Ok(Some(LastWrite { revision: moved.revision, by: moved.by, at: moved.at }))
}

/// Who wrote a revision, and when; nothing if that was let go.
fn last_write(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    revision: Revision,
) -> Result<Option<LastWrite>, StoreError> {
    if floor::of(from, ns)?.is_some_and(|floor| revision < floor.revision) {
        return Ok(None);
    }
    let commit = read::commit(from, ns, revision)?;
    Ok(commit.map(|commit| LastWrite { revision, by: commit.actor, at: commit.at }))
}
