//! Watch: every commit once, in order, from any revision on.

use std::{collections::VecDeque, sync::Arc};

use sternway_store::{Limit, Store};
use sternway_types::{Commit, NamespaceId, Revision};

use crate::{Control, ControlError};

/// Follows the feed of a namespace. A slow follower misses nothing: what it has not read stays in
/// the store, unless that is compacted. Then it is told so, and nothing is skipped by itself: who
/// follows loads the state anew, and goes on from there with [`Watch::resume`].
#[derive(Debug)]
pub struct Watch {
    store: Arc<dyn Store>,
    namespace: NamespaceId,
    after: Revision,
    page: VecDeque<Commit>,
}

impl Watch {
    pub(crate) fn new(store: Arc<dyn Store>, namespace: NamespaceId, after: Revision) -> Self {
        Self { store, namespace, after, page: VecDeque::new() }
    }

    /// The revision of the last commit that was given out: where to resume.
    #[must_use]
    pub const fn position(&self) -> Revision {
        self.after
    }

    /// What is followed.
    pub(crate) fn source(&self) -> (&dyn Store, &NamespaceId) {
        (self.store.as_ref(), &self.namespace)
    }

    /// Goes on after this revision, whatever was between: the state as of it was loaded.
    pub fn resume(&mut self, after: Revision) {
        self.after = after;
        self.page.clear();
    }

    /// The next commit, as soon as there is one. Giving up waiting loses nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with [`StoreError::Compacted`](sternway_store::StoreError::Compacted) if
    /// the next one was let go, and if the store cannot be read, or was closed.
    pub async fn next(&mut self) -> Result<Commit, ControlError> {
        loop {
            if let Some(commit) = self.try_next().await? {
                return Ok(commit);
            }
            self.store.wait(&self.namespace, self.after).await?;
        }
    }

    /// The next commit, if there is one.
    ///
    /// # Errors
    ///
    /// As [`Watch::next`].
    pub async fn try_next(&mut self) -> Result<Option<Commit>, ControlError> {
        if self.page.is_empty() {
            let page = self.store.feed(&self.namespace, self.after, Limit::default()).await?;
            self.page.extend(page);
        }
        let next = self.page.pop_front();
        if let Some(commit) = &next {
            self.after = commit.revision;
        }
        Ok(next)
    }
}

impl Control {
    /// Follows every commit after a revision; [`Revision::ZERO`] for all of them.
    #[must_use]
    pub fn watch(&self, after: Revision) -> Watch {
        Watch::new(Arc::clone(&self.store), self.namespace.clone(), after)
    }
}
