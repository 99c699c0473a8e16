//! When to look: what `--at` and the names of operations mean.

use std::str::FromStr;

use sternway::{
    store::{Store, StoreError},
    types::{At, ChangesetId, Commit, NamespaceId, Revision, Timestamp},
};

/// Why a text is not a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not a moment: expected a revision such as r12, the id of an operation, or a time \
     such as 2026-11-20T16:00:00Z"
)]
pub(crate) struct MomentError {
    given: String,
}

/// A point of a namespace's history, as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Right after this revision.
    Revision(Revision),
    /// Right after the operation with this id.
    Operation(ChangesetId),
    /// At this time.
    Time(Timestamp),
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        // As `watch` and `op log` print it, or the number alone.
        let revision = text.strip_prefix('r').unwrap_or(text).parse().map(Revision::new);
        let operation = || text.parse().map(Self::Operation);
        let time = || text.parse().map(Self::Time);
        revision
            .map(Self::Revision)
            .or_else(|_| operation())
            .or_else(|_| time())
            .map_err(|_| MomentError { given: text.chars().take(80).collect() })
    }
}

impl Moment {
    /// When to look; nothing if no operation has that id.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read.
    pub(crate) async fn in_store(
        self,
        store: &dyn Store,
        namespace: &NamespaceId,
    ) -> Result<Option<At>, StoreError> {
        match self {
            Self::Revision(revision) => Ok(Some(At::Revision(revision))),
            // Looked up once, and not again for every read.
            Self::Time(time) => {
                let head = store.head(namespace, At::Time(time)).await?;
                Ok(Some(At::Revision(head.map_or(Revision::ZERO, |head| head.revision))))
            }
            Self::Operation(id) => {
                let commit = store.commit_of(namespace, id).await?;
                Ok(commit.map(|Commit { revision, .. }| At::Revision(revision)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_revision_an_operation_or_a_time() {
        let parse = |text: &str| text.parse::<Moment>().ok();
        assert_eq!(parse("12"), Some(Moment::Revision(Revision::new(12))));
        assert_eq!(parse("r12"), parse("12"));
        assert!(matches!(parse("2026-11-20T16:00:00Z"), Some(Moment::Time(_))));
        let id = ChangesetId::from_name("one");
        assert_eq!(parse(&id.to_string()), Some(Moment::Operation(id)));
        for wrong in ["", "r", "-1", "yesterday", "99999999999999999999"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
