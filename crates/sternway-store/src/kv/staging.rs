//! What a batch will write, as the changesets in it see it.
//!
//! A changeset sees the snapshot, what changesets before it in the batch wrote, and what it wrote
//! itself. When it is refused, only the last layer is dropped: nothing of it leaks.

use super::{
    codec,
    port::{Batch, Snapshot},
};
use crate::StoreError;

/// Reads values by their keys.
pub(super) trait Get {
    /// The sealed value of a key.
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The decoded value of a key.
    fn read<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.sealed(key)?.map(|value| codec::read(key, &value)).transpose()
    }
}

impl Get for dyn Snapshot + '_ {
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.get(key)?)
    }
}

/// A batch in the making.
pub(super) struct Staging {
    snapshot: Box<dyn Snapshot>,
    batch: Batch,
    layer: Batch,
    contents: Contents,
}

/// Whether the contents that a changeset names must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// They must.
    Required,
    /// A rehearsal has not written them.
    Assumed,
}

impl Staging {
    pub(super) fn new(snapshot: Box<dyn Snapshot>, contents: Contents) -> Self {
        Self { snapshot, batch: Batch::new(), layer: Batch::new(), contents }
    }

    /// Whether a version may only be added when its content is there.
    pub(super) fn requires_contents(&self) -> bool {
        self.contents == Contents::Required
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.layer.insert(key, Some(value));
    }

    pub(super) fn delete(&mut self, key: Vec<u8>) {
        self.layer.insert(key, None);
    }

    /// Seals and puts the stored encoding of a struct.
    pub(super) fn write<T: serde::Serialize>(
        &mut self,
        key: Vec<u8>,
        value: &T,
    ) -> Result<(), StoreError> {
        let sealed = codec::write(&key, value)?;
        self.put(key, sealed);
        Ok(())
    }

    /// Keeps what was written since the last `keep` or `drop_layer`.
    pub(super) fn keep(&mut self) {
        // Not `append`, which would rebuild the whole batch for every changeset in it.
        self.batch.extend(std::mem::take(&mut self.layer));
    }

    /// Forgets what was written since the last `keep` or `drop_layer`.
    pub(super) fn drop_layer(&mut self) {
        self.layer.clear();
    }

    /// What to commit.
    pub(super) fn into_batch(self) -> Batch {
        self.batch
    }
}

impl Get for Staging {
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let staged = self.layer.get(key).or_else(|| self.batch.get(key));
        match staged {
            Some(value) => Ok(value.clone()),
            None => self.snapshot.as_ref().sealed(key),
        }
    }
}
