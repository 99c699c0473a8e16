//! One step of a story, and how a store answers it.

use sternway::{
    store::{Append, Appended, Cause, Compaction, Store, StoreError},
    types::{Changeset, Receipt, Revision},
};

use super::{contents::Put, story::namespace};

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A changeset, and the content that it names.
    Commit { put: Option<Box<Put>>, changeset: Changeset },
    /// Outcomes.
    Append(Append),
    /// Lets go of what was before a revision.
    Compact(Revision),
}

/// How it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Committed(Receipt),
    Appended(Appended),
    Compacted(Compaction),
    /// In words: it was in vain, and everybody who is in the same state says so.
    Refused(String),
}

impl Step {
    /// Takes the step. The error says that nobody knows whether it was taken.
    pub(super) async fn play(&self, store: &dyn Store) -> Result<Answer, StoreError> {
        let answer = match self {
            Self::Commit { put, changeset } => {
                if let Some(put) = put {
                    put.play(store).await?;
                }
                store.commit(changeset).await.map(Answer::Committed)
            }
            Self::Append(append) => store.append(append).await.map(Answer::Appended),
            Self::Compact(before) => {
                let namespace =
                    namespace().map_err(|err| StoreError::Unavailable(Cause::new(err)))?;
                store.compact(&namespace, *before).await.map(Answer::Compacted)
            }
        };
        match answer {
            Err(err) if is_verdict(&err) => Ok(Answer::Refused(format!("{err:?}"))),
            answer => answer,
        }
    }
}

/// Whether an error speaks about the step, and not about the store.
const fn is_verdict(err: &StoreError) -> bool {
    matches!(
        err,
        StoreError::Conflict(_)
            | StoreError::Refused(_)
            | StoreError::NoNamespace(_)
            | StoreError::ChangesetReused { .. }
            | StoreError::NotYet { .. }
            | StoreError::Compacted { .. }
    )
}
