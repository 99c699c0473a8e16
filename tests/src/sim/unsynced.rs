//! One map of redb, whose batches are committed or written unsynced: what waits for no disk is lost from
//! its end, and never a part of it.

use sternway::{
    redb::{RedbKv, RedbOptions},
    store::{Batch, Kv as _, KvError, StoreError},
};

use super::{
    dice::Dice,
    disk::{Disk, Syncs},
    error::Failure,
    fault::Fault,
    twin,
};

/// What the map may hold: one of the states from the last one that was durable on.
struct States {
    states: Vec<Batch>,
    durable: usize,
}

impl States {
    fn newest(&self) -> Batch {
        self.states.last().cloned().unwrap_or_default()
    }

    /// These rows were found.
    fn found(&mut self, rows: Batch) -> Result<(), Failure> {
        let may_be = self.states.get(self.durable..).unwrap_or_default();
        if !may_be.contains(&rows) {
            let words = format!(
                "{} rows were found, which is none of {} states that may be",
                rows.len(),
                may_be.len()
            );
            return Err(Failure::Broken(words));
        }
        *self = Self { states: vec![rows], durable: 0 };
        Ok(())
    }
}

/// Runs some lives of a map on a disk that loses power, fails and is full.
///
/// # Errors
///
/// [`Failure`] if the map broke a promise, or the run itself is wrong.
pub fn unsynced(seed: u64, syncs: Syncs) -> Result<(), Failure> {
    let mut dice = Dice::of(seed, "unsynced");
    let disk = Disk::new(seed, syncs);
    let cache = dice.pick(16 * 1024, [256 * 1024, 16 * 1024 * 1024]);
    let options = RedbOptions::default().with_cache(cache).with_quick_repair(dice.chance(3, 4));
    RedbKv::on(disk.attach(), options).map(drop).map_err(Failure::store("making the map"))?;
    let mut states = States { states: vec![Batch::new()], durable: 0 };
    for _ in 0..1 + dice.below(4) {
        live(&mut dice, &disk, options, &mut states)?;
        disk.plan(None);
    }
    let kv = RedbKv::on(disk.attach(), options).map_err(Failure::store("opening at the end"))?;
    states.found(twin::rows(&kv).map_err(Failure::harness)?)
}

fn live(
    dice: &mut Dice,
    disk: &Disk,
    options: RedbOptions,
    states: &mut States,
) -> Result<(), Failure> {
    let faulty = dice.below(12);
    let kv = RedbKv::on(disk.attach(), options).map_err(Failure::store("opening"))?;
    states.found(twin::rows(&kv).map_err(Failure::harness)?)?;
    for step in 0..12 {
        if step == faulty {
            disk.plan(Some(Fault::roll(dice, 60)));
        }
        let (batch, synced) = (batch(dice), dice.chance(1, 3));
        let mut next = states.newest();
        next.extend(batch.clone());
        next.retain(|_, value| value.is_some());
        let written = if synced { kv.commit(&batch) } else { kv.commit_unsynced(&batch) };
        states.states.push(next);
        match written {
            Ok(()) if synced => states.durable = states.states.len() - 1,
            Ok(()) => (),
            // Nobody knows whether it was written, and what comes next is another life.
            Err(err) => {
                excused(disk, err)?;
                break;
            }
        }
    }
    match dice.below(4) {
        0 => (),
        1 => disk.detach(),
        _ => disk.cut(),
    }
    Ok(())
}

fn excused(disk: &Disk, err: KvError) -> Result<(), Failure> {
    let err = StoreError::from(err);
    if disk.struck().iter().any(|kind| kind.explains(&err)) {
        return Ok(());
    }
    Err(Failure::store("writing a batch")(err))
}

/// A few rows, of which some are taken away again.
fn batch(dice: &mut Dice) -> Batch {
    (0..1 + dice.below(6)).map(|_| row(dice)).collect()
}

fn row(dice: &mut Dice) -> (Vec<u8>, Option<Vec<u8>>) {
    let key = vec![1, u8::try_from(dice.below(40)).unwrap_or_default()];
    let len = dice.pick(10, [300, 5_000, 70_000]);
    let byte = u8::try_from(dice.below(256)).unwrap_or_default();
    (key, dice.chance(4, 5).then(|| vec![byte; len]))
}
