//! One flipped bit of an ordered map.

use std::{fmt, ops::ControlFlow};

use sternway_store::{Batch, Direction, Kv, Range, StoreError};

use crate::{dice::Dice, must::Must};

type Entry = (Vec<u8>, Vec<u8>);

/// One bit of one entry, in its key or in its value.
#[derive(Clone, Debug)]
pub(crate) struct Flip {
    before: Entry,
    after: Entry,
    bit: usize,
}

impl Flip {
    /// The bit that a seed chooses: first an entry, so that small ones are hit as often as large
    /// ones, then a bit of it.
    pub(crate) fn choose(kv: &dyn Kv, seed: u64) -> Self {
        let entries = entries(kv);
        let mut dice = Dice::new(seed);
        loop {
            let before = dice.pick(&entries).clone();
            let flip = Self::of(before, &mut dice);
            // A key must not become another one that is there: that would be two losses.
            let taken = entries.iter().any(|(key, _)| *key == flip.after.0);
            if flip.before.0 == flip.after.0 || !taken {
                return flip;
            }
        }
    }

    fn of(before: Entry, dice: &mut Dice) -> Self {
        let bit = dice.below((before.0.len() + before.1.len()) * 8);
        let mut after = before.clone();
        for byte in after.0.iter_mut().chain(&mut after.1).skip(bit / 8).take(1) {
            *byte ^= 1 << (bit % 8);
        }
        Self { before, after, bit }
    }

    /// The batch that flips the bit.
    pub(crate) fn damage(&self) -> Batch {
        replace(&self.before, &self.after)
    }

    /// The batch that flips it back.
    pub(crate) fn repair(&self) -> Batch {
        replace(&self.after, &self.before)
    }
}

fn replace(old: &Entry, new: &Entry) -> Batch {
    let mut batch = Batch::from([(old.0.clone(), None)]);
    batch.insert(new.0.clone(), Some(new.1.clone()));
    batch
}

/// Everything that a map holds.
pub(crate) fn entries(kv: &dyn Kv) -> Vec<Entry> {
    let everything =
        Range { from: Vec::new(), to: vec![u8::MAX; 1001], direction: Direction::Forward };
    let mut entries = Vec::new();
    let scanned = kv.snapshot().and_then(|snapshot| {
        snapshot.scan(&everything, &mut |key, value| {
            entries.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })
    });
    scanned.map_err(StoreError::from).must("scan the map");
    entries
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = &self.before;
        let (part, bit) = match self.bit.checked_sub(key.len() * 8) {
            Some(bit) => ("value", bit),
            None => ("key", self.bit),
        };
        let key = key.escape_ascii();
        write!(f, "bit {bit} of the {part} of {key} (a value of {} bytes)", value.len())
    }
}
