//! Applies commits of a feed from elsewhere again: the same changes on top of the same state come to
//! the same rows and the same chain, or nothing is kept of them.

use sternway_types::{Change, Commit, Digest, Revision, Timestamp};

use super::{
    apply, key, read,
    staging::{Get as _, Staging},
    stored::StoredChangeset,
};
use crate::{Head, Refusal, StoreError};

/// Applies the commits that are not there, in their order, and answers with how many those are. What
/// it wrote is left in the last layer of `staging`, to be kept or dropped.
pub(super) fn replay(staging: &mut Staging, commits: &[Commit]) -> Result<usize, StoreError> {
    let mut new = 0;
    for commit in commits {
        new += usize::from(replay_one(staging, commit)?);
    }
    Ok(new)
}

/// Whether it was new.
fn replay_one(staging: &mut Staging, commit: &Commit) -> Result<bool, StoreError> {
    let ns = &commit.namespace;
    let other = || Refusal::OtherHistory { namespace: ns.clone(), revision: commit.revision };
    let start = Head { revision: Revision::ZERO, at: Timestamp::MIN, chain: Digest::ZERO };
    let head = read::head(staging, ns)?.unwrap_or(start);
    if commit.revision <= head.revision {
        let there = read::commit(staging, ns, commit.revision)?;
        // The chain stands for all that the commit is, and for all that was before it.
        if there.is_some_and(|there| there.chain == commit.chain) {
            return Ok(false);
        }
        return Err(other().into());
    }
    if commit.revision != head.revision.next() {
        let (found, next) = (commit.revision, head.revision.next());
        return Err(Refusal::NotNext { namespace: ns.clone(), found, next }.into());
    }
    let changeset = commit.replay();
    changeset.check().map_err(Refusal::from)?;
    let begins = changeset.changes.contains(&Change::CreateNamespace);
    if begins != (head.revision == Revision::ZERO) || commit.at < head.at {
        return Err(other().into());
    }
    let id = key::changeset(ns, commit.changeset);
    if let Some(stored) = staging.read::<StoredChangeset>(&id)? {
        let revision = Revision::new(stored.revision);
        return Err(StoreError::ChangesetReused { id: commit.changeset, revision });
    }
    let made = apply::make(staging, &changeset, commit.fingerprint, &head)?;
    if made.chain == commit.chain { Ok(true) } else { Err(other().into()) }
}
