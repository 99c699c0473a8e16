//! An ordered map in memory: for tests, and for what need not outlive the process.

use std::{
    ops::{Bound, ControlFlow},
    sync::{Arc, PoisonError, RwLock},
};

use imbl::OrdMap;

use super::port::{Batch, Direction, Kv, KvError, Range, Snapshot, Visit};
use crate::Shrunk;

type Map = OrdMap<Vec<u8>, Arc<[u8]>>;

/// An ordered map in memory.
///
/// A snapshot shares the map; a commit copies only the few nodes that lead to what it changes.
#[derive(Clone, Debug, Default)]
pub struct MemoryKv {
    map: Arc<RwLock<Map>>,
}

impl MemoryKv {
    /// An empty map. Clones of it share what it holds, as if they had opened the same file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Kv for MemoryKv {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        // A poisoned lock means that a commit died before it replaced the map, which is whole.
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Box::new(MemorySnapshot { map: map.clone() }))
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let mut kept = self.map.write().unwrap_or_else(PoisonError::into_inner);
        let mut map = kept.clone();
        for (key, value) in batch {
            match value {
                Some(value) => map.insert(key.clone(), value.as_slice().into()),
                None => map.remove(key),
            };
        }
        *kept = map;
        Ok(())
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        Ok(())
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        // What is taken away is gone at once.
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        let bytes = map.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum();
        Ok(Shrunk { before: bytes, after: bytes })
    }
}

struct MemorySnapshot {
    map: Map,
}

impl Snapshot for MemorySnapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        Ok(self.map.get(key).map(|value| value.to_vec()))
    }

    fn scan(&self, range: &Range, visit: &mut Visit<'_>) -> Result<(), KvError> {
        if range.from >= range.to {
            return Ok(());
        }
        let bounds = (Bound::Included(&range.from), Bound::Excluded(&range.to));
        let entries = self.map.range::<_, Vec<u8>>(bounds);
        let mut go = |(key, value): (&Vec<u8>, &Arc<[u8]>)| visit(key, value);
        let _: ControlFlow<()> = match range.direction {
            Direction::Forward => entries.map(&mut go).find(ControlFlow::is_break),
            Direction::Backward => entries.rev().map(&mut go).find(ControlFlow::is_break),
        }
        .unwrap_or(ControlFlow::Continue(()));
        Ok(())
    }
}
