//! What the machine allows: bare redb, with the same durability as ours.

use std::{path::Path, time::Duration};

use redb::{Database, TableDefinition};
use sternway::{provider::Stopwatch, store::Batch};

use crate::Measured;

const TABLE: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("bare");

/// A bare redb file.
pub(crate) struct Bare(Database);

impl Bare {
    pub(crate) fn open(path: &Path) -> Measured<Self> {
        let bare = Self(Database::create(path)?);
        bare.commit(&Batch::new())?;
        Ok(bare)
    }

    /// One durable commit of a batch.
    pub(crate) fn commit(&self, batch: &Batch) -> Measured<Duration> {
        let watch = Stopwatch::start();
        let mut write = self.0.begin_write()?;
        write.set_quick_repair(true);
        {
            let mut table = write.open_table(TABLE)?;
            for (key, value) in batch {
                match value {
                    Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                    None => drop(table.remove(key.as_slice())?),
                }
            }
        }
        write.commit()?;
        Ok(watch.elapsed())
    }

    /// How long a loop over these batches takes.
    pub(crate) fn replay(&self, batches: &[Batch]) -> Measured<Duration> {
        let watch = Stopwatch::start();
        for batch in batches {
            self.commit(batch)?;
        }
        Ok(watch.elapsed())
    }
}

/// A small batch, like that of one changeset.
pub(crate) fn small_batch(number: u64) -> Batch {
    let key = number.to_be_bytes().to_vec();
    Batch::from([(key, Some(vec![7; 256]))])
}
