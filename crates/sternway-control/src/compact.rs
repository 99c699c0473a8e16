//! Compact: let go of the past of a namespace, and give the room back.
//!
//! What was live before stays known: every move of an environment is kept, so that rollbacks,
//! `live~2` and what a stay led to work as if nothing had gone.

use sternway_store::{Compaction, Floor, Shrunk, StoreError};
use sternway_types::{At, Revision};

use crate::{Control, ControlError};

impl Control {
    /// Where the namespace begins: the oldest moment that can be asked for; nothing if nothing of it
    /// was ever let go.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn floor(&self) -> Result<Option<Floor>, ControlError> {
        Ok(self.store.floor(&self.namespace).await?)
    }

    /// The revision whose state is the oldest one to keep, so that this moment can still be asked
    /// for. Where that is gone already, the floor; before the beginning, [`Revision::ZERO`].
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with [`StoreError::NotYet`] if there is no such revision, and if the
    /// store cannot be read.
    pub async fn oldest_for(&self, moment: At) -> Result<Revision, ControlError> {
        match self.store.head(&self.namespace, moment).await {
            Ok(head) => Ok(head.map_or(Revision::ZERO, |head| head.revision)),
            Err(StoreError::Compacted { oldest, .. }) => Ok(oldest),
            Err(err) => Err(err.into()),
        }
    }

    /// Lets go of every state before this revision, and of what only served them. Versions, contents
    /// and outcomes stay.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with [`StoreError::NotYet`] if there is no such revision, and if the
    /// store cannot write; what was begun is gone on with by the next call.
    pub async fn compact(&self, before: Revision) -> Result<Compaction, ControlError> {
        Ok(self.store.compact(&self.namespace, before).await?)
    }

    /// Gives back the room that nothing takes any more, in all namespaces of the store. Everybody
    /// else who uses it waits meanwhile.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be made smaller.
    pub async fn shrink(&self) -> Result<Shrunk, ControlError> {
        Ok(self.store.shrink().await?)
    }
}
