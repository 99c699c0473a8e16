//! From layout 4 to layout 5: what outcomes add up to is added up again, since more of it is kept.

use std::ops::ControlFlow;

use sternway_types::{NamespaceId, Subject, Tally};

use super::{Steps, Upgrade, UpgradeProgress, Upgraded, write};
use crate::{
    StoreError, Tallies,
    kv::{
        codec,
        key::{self, Table},
        key_reader::KeyReader,
        port::{Batch, Direction, Kv, Snapshot},
        read::sense,
        stored::{StoredBlock, StoredSums, StoredTallies},
    },
};

/// A subject whose outcomes are to be added up, and how many of them were judged.
struct Waiting {
    key: Vec<u8>,
    ns: NamespaceId,
    subject: Subject,
    judged: u64,
}

/// Adds up the logs. What is new begins as what is old does, so that it may be done again.
pub(super) fn add_up(
    kv: &dyn Kv,
    how: Upgrade,
    upgraded: &mut Upgraded,
    tell: &mut dyn FnMut(UpgradeProgress),
) -> Result<(), StoreError> {
    let mut steps = Steps::of(Table::Tallies);
    loop {
        let snapshot = kv.snapshot()?;
        let mut waiting = Vec::new();
        let more = steps.next(snapshot.as_ref(), &mut |key, value| match read(key, value) {
            Some(it) => waiting.push(it),
            None => upgraded.damaged += 1,
        })?;
        if !more {
            return Ok(());
        }
        let mut batch = Batch::new();
        for it in waiting {
            let Some(tallies) = replay(snapshot.as_ref(), &it)? else {
                upgraded.damaged += 1;
                continue;
            };
            upgraded.tallies += 1;
            let stored = StoredTallies::new(&tallies);
            let sealed = codec::write_as(stored.format(), &it.key, &stored)?;
            batch.insert(it.key, Some(sealed));
        }
        drop(snapshot);
        if !how.dry_run {
            write(kv, &mut batch)?;
        }
        tell(UpgradeProgress::Subjects(upgraded.tallies));
    }
}

fn read(key: &[u8], value: &[u8]) -> Option<Waiting> {
    let body = codec::open(key, value).ok()?;
    let (sums, _) = postcard::take_from_bytes::<StoredSums>(body).ok()?;
    let mut parts = KeyReader::new(key)?;
    let (ns, subject) = (parts.name()?, parts.subject()?);
    Some(Waiting { key: key.to_vec(), ns, subject, judged: sums.judged() })
}

/// What the outcomes of a subject add up to; nothing if they cannot be read.
fn replay(from: &dyn Snapshot, it: &Waiting) -> Result<Option<Tallies>, StoreError> {
    let range = key::log(&it.ns, &it.subject).all(Direction::Forward);
    let (mut tally, mut judged, mut readable) = (Tally::default(), Tally::default(), true);
    from.scan(&range, &mut |key, value| {
        let block = codec::read::<StoredBlock>(key, value);
        let Ok(outcomes) = block.and_then(|block| sense(key, block.into_outcomes(&it.subject)))
        else {
            readable = false;
            return ControlFlow::Break(());
        };
        for outcome in outcomes {
            tally.add(&outcome);
            if tally.total() == it.judged {
                judged = tally.clone();
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(readable.then_some(Tallies { tally, judged }))
}
