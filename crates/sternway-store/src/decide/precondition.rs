//! What a changeset asks to be true, compared with what is.

use sternway_types::{Changeset, Generation, NamespaceId, Precondition};

use super::State;
use crate::{Conflict, Contested, StoreError};

/// Checks every precondition; the first that fails is the conflict.
pub(super) fn check<S: State>(state: &S, changeset: &Changeset) -> Result<(), StoreError> {
    changeset.preconditions.iter().try_for_each(|one| check_one(state, &changeset.namespace, one))
}

fn check_one<S: State>(
    state: &S,
    ns: &NamespaceId,
    precondition: &Precondition,
) -> Result<(), StoreError> {
    let (contested, revision) = match precondition {
        Precondition::PointerAt { artifact, name, generation } => {
            let pointer = state.pointer(ns, artifact, name)?;
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
            let last = pointer.map(|pointer| state.last_move(ns, &pointer)).transpose()?.flatten();
            return Err(Conflict { contested, last }.into());
        }
        Precondition::LatestIs { artifact: id, version } => {
            let artifact = state.artifact(ns, id)?;
            let found = artifact.as_ref().map(|artifact| artifact.latest);
            if found == *version {
                return Ok(());
            }
            let contested = Contested::Latest { artifact: id.clone(), expected: *version, found };
            (contested, artifact.map(|artifact| artifact.revision))
        }
        Precondition::LatestDiffers { artifact: id, content } => {
            let Some(artifact) = state.artifact(ns, id)? else { return Ok(()) };
            let version = state.version(ns, id, artifact.latest)?;
            if version.is_none_or(|version| version.content != *content) {
                return Ok(());
            }
            let contested =
                Contested::SameContent { artifact: id.clone(), version: artifact.latest };
            (contested, Some(artifact.revision))
        }
        Precondition::RecordAt { key, generation } => {
            let entry = state.record(ns, key)?;
            let found = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation);
            if found == *generation {
                return Ok(());
            }
            let contested = Contested::Record { key: key.clone(), expected: *generation, found };
            (contested, entry.map(|entry| entry.revision))
        }
    };
    let last = revision.map(|revision| state.last_write(ns, revision)).transpose()?.flatten();
    Err(Conflict { contested, last }.into())
}
