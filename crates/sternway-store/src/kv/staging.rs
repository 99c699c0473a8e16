//! What a batch will write, as the changesets in it see it.
//!
//! A changeset sees the snapshot, the batch that is becoming durable just now, what changesets
//! before it in its own batch wrote, and what it wrote itself. When it is refused, what it wrote is
//! taken back: nothing of it leaks.

use std::{
    mem,
    ops::ControlFlow,
    sync::{Arc, Weak},
};

use super::{
    codec,
    port::{Batch, Direction, Range, Snapshot},
    view::View,
};
use crate::StoreError;

/// Reads values by their keys.
pub(super) trait Get {
    /// The sealed value of a key.
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Shows the sealed value of a key where it is, since copying it costs as much as reading it;
    /// false if there is none.
    fn show(&self, key: &[u8], show: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError>;

    /// The decoded value of a key.
    fn read<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.sealed(key)?.map(|value| codec::read(key, &value)).transpose()
    }
}

impl Get for dyn Snapshot + '_ {
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.get(key)?)
    }

    fn show(&self, key: &[u8], show: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        let to = [key, &[0]].concat();
        let alone = Range { from: key.to_vec(), to, direction: Direction::Forward };
        let mut is_there = false;
        self.scan(&alone, &mut |_, value| {
            show(value);
            is_there = true;
            ControlFlow::Break(())
        })?;
        Ok(is_there)
    }
}

/// Whether the contents that a changeset names must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// They must.
    Required,
    /// A rehearsal has not written them.
    Assumed,
}

/// What a batch held under a key before a write: nothing at all, a value, or that it was deleted.
type Undo = (Vec<u8>, Option<Option<Vec<u8>>>);

/// A batch in the making.
pub(super) struct Staging {
    view: Arc<View>,
    /// What was handed on to be committed and is not in the view.
    ahead: Option<Arc<Batch>>,
    batch: Batch,
    /// What the batch held before, for each write since the last `keep` or `take_back`.
    journal: Vec<Undo>,
    contents: Contents,
}

impl Staging {
    pub(super) fn new(view: Arc<View>, contents: Contents) -> Self {
        Self { view, ahead: None, batch: Batch::new(), journal: Vec::new(), contents }
    }

    /// Goes on with what had gathered, above a view that holds what was handed on.
    pub(super) fn resume(view: Arc<View>, batch: Batch) -> Self {
        Self { batch, ..Self::new(view, Contents::Required) }
    }

    /// Whether it may hold something under a key that a view does not.
    pub(super) fn knows_more(&self, seen: &Weak<View>, key: &[u8]) -> bool {
        self.will_write(key) || !std::ptr::eq(Arc::as_ptr(&self.view), seen.as_ptr())
    }

    /// Whether something is to be written under a key that is not in the view.
    pub(super) fn will_write(&self, key: &[u8]) -> bool {
        let ahead = self.ahead.as_ref().is_some_and(|ahead| ahead.contains_key(key));
        ahead || self.batch.contains_key(key)
    }

    /// Whether there may be something in a range: also where all of it is to be deleted.
    pub(super) fn may_hold(&self, range: &Range) -> Result<bool, StoreError> {
        let bounds = range.from.clone()..range.to.clone();
        let ahead = self.ahead.as_ref().is_some_and(|it| it.range(bounds.clone()).next().is_some());
        let mut holds = ahead || self.batch.range(bounds).next().is_some();
        if !holds {
            self.view.snapshot.scan(range, &mut |_, _| {
                holds = true;
                ControlFlow::Break(())
            })?;
        }
        Ok(holds)
    }

    /// What was decided about a key and is not in the view.
    fn staged(&self, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        let ahead = self.ahead.as_ref();
        self.batch.get(key).or_else(|| ahead?.get(key))
    }

    /// What has gathered. What a map that panicked left half written is not in it.
    pub(super) fn into_batch(mut self) -> Batch {
        self.take_back();
        self.batch
    }

    /// Whether a version may only be added when its content is there.
    pub(super) fn requires_contents(&self) -> bool {
        self.contents == Contents::Required
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.set(key, Some(value));
    }

    pub(super) fn delete(&mut self, key: Vec<u8>) {
        self.set(key, None);
    }

    /// Writes a value under a key, or takes the key away.
    pub(super) fn set(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let before = self.batch.insert(key.clone(), value);
        self.journal.push((key, before));
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

    pub(super) fn write_as<T: serde::Serialize>(
        &mut self,
        format: u8,
        key: Vec<u8>,
        value: &T,
    ) -> Result<(), StoreError> {
        let sealed = codec::write_as(format, &key, value)?;
        self.put(key, sealed);
        Ok(())
    }

    /// Keeps what was written since the last `keep` or `take_back`.
    pub(super) fn keep(&mut self) {
        self.journal.clear();
    }

    /// Takes back what was written since the last `keep` or `take_back`.
    pub(super) fn take_back(&mut self) {
        while let Some((key, before)) = self.journal.pop() {
            match before {
                Some(value) => drop(self.batch.insert(key, value)),
                None => drop(self.batch.remove(&key)),
            }
        }
    }

    /// Hands on what was gathered, and goes on above it.
    pub(super) fn hand_on(&mut self) -> Arc<Batch> {
        let batch = Arc::new(mem::take(&mut self.batch));
        self.ahead = Some(Arc::clone(&batch));
        batch
    }

    /// The keys of what is not in the view.
    pub(super) fn unwritten(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.ahead.iter().flat_map(|ahead| ahead.keys()).chain(self.batch.keys())
    }
}

impl Get for Staging {
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.staged(key) {
            Some(value) => Ok(value.clone()),
            None => self.view.snapshot.as_ref().sealed(key),
        }
    }

    fn show(&self, key: &[u8], show: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        match self.staged(key) {
            Some(value) => {
                value.iter().for_each(|value| show(value));
                Ok(value.is_some())
            }
            None => self.view.snapshot.as_ref().show(key, show),
        }
    }
}
