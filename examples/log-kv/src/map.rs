//! The state in memory: a map that shares what did not change, so that a snapshot costs nothing.

use std::{
    ops::{Bound, ControlFlow},
    sync::Arc,
};

use imbl::OrdMap;
use sternway_store::{Batch, Direction, KvError, Range, Snapshot, Visit};

/// What the log adds up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Map(OrdMap<Vec<u8>, Arc<[u8]>>);

impl Map {
    pub(crate) fn apply(&mut self, batch: Batch) {
        for (key, value) in batch {
            match value {
                Some(value) => self.0.insert(key, value.into()),
                None => self.0.remove(&key),
            };
        }
    }
}

impl Map {
    /// The batch that makes this map of an empty one.
    pub(crate) fn whole(&self) -> Batch {
        self.0.iter().map(|(key, value)| (key.clone(), Some(value.to_vec()))).collect()
    }
}

impl Snapshot for Map {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        Ok(self.0.get(key).map(|value| value.to_vec()))
    }

    fn scan(&self, range: &Range, visit: &mut Visit<'_>) -> Result<(), KvError> {
        // The map would panic; the port calls it an empty range.
        if range.from >= range.to {
            return Ok(());
        }
        let bounds = (Bound::Included(&range.from), Bound::Excluded(&range.to));
        let mut entries = self.0.range::<_, Vec<u8>>(bounds);
        loop {
            let entry = match range.direction {
                Direction::Forward => entries.next(),
                Direction::Backward => entries.next_back(),
            };
            let Some((key, value)) = entry else { return Ok(()) };
            if let ControlFlow::Break(()) = visit(key, value) {
                return Ok(());
            }
        }
    }
}
