//! Applies commits of a feed from elsewhere again: the same changes on top of the same state come to
//! the same rows and the same chain, or nothing is kept of them.

use sternway_types::{Change, Commit, Digest, Revision, Timestamp};

use super::{State, changeset};
use crate::{Head, Refusal, StoreError};

/// Applies the commits that are not there, in their order, and answers with how many those are. What
/// was written into the state of a replay that is refused is to be taken back.
///
/// # Errors
///
/// The refusal, or what the backend answers.
pub fn replay<S: State>(state: &mut S, commits: &[Commit]) -> Result<usize, StoreError> {
    let mut new = 0;
    for commit in commits {
        new += usize::from(replay_one(state, commit)?);
    }
    Ok(new)
}

/// Whether it was new.
fn replay_one<S: State>(state: &mut S, commit: &Commit) -> Result<bool, StoreError> {
    let ns = &commit.namespace;
    let other = || Refusal::OtherHistory { namespace: ns.clone(), revision: commit.revision };
    let start = Head { revision: Revision::ZERO, at: Timestamp::MIN, chain: Digest::ZERO };
    let head = state.head(ns)?.unwrap_or(start);
    if commit.revision <= head.revision {
        // The chain stands for all that the commit is, and for all that was before it.
        if state.chain(ns, commit.revision)? == Some(commit.chain) {
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
    if let Some(revision) = state.used(ns, commit.changeset)? {
        return Err(StoreError::ChangesetReused { id: commit.changeset, revision });
    }
    let made = changeset::make(state, &changeset, commit.fingerprint, &head)?;
    if made.chain == commit.chain { Ok(true) } else { Err(other().into()) }
}
