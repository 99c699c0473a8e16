//! From layout 3 to layout 4: every content gets a head of its own.

use super::{Steps, Upgrade, UpgradeProgress, Upgraded, write};
use crate::{
    StoreError,
    kv::{
        blob,
        key::Table,
        port::{Batch, Kv},
    },
};

/// Adds what is missing. A layout-3 store goes on working with what was added, so that an interrupted
/// upgrade does no harm.
pub(super) fn add(
    kv: &dyn Kv,
    how: Upgrade,
    upgraded: &mut Upgraded,
    tell: &mut dyn FnMut(UpgradeProgress),
) -> Result<(), StoreError> {
    let mut steps = Steps::of(Table::Blob);
    let mut seen = 0;
    loop {
        let snapshot = kv.snapshot()?;
        let (mut heads, mut failed) = (Batch::new(), Ok(()));
        let more = steps.next(snapshot.as_ref(), &mut |key, value| {
            seen += 1;
            match blob::head_row(key, value) {
                Ok((key, head)) => drop(heads.insert(key, head)),
                Err(err) if err.is_temporary() => failed = Err(err),
                Err(_) => upgraded.damaged += 1,
            }
        })?;
        failed?;
        if !more {
            return Ok(());
        }
        let mut missing = Batch::new();
        for (key, head) in heads {
            if snapshot.get(&key)? != head {
                missing.insert(key, head);
            }
        }
        drop(snapshot);
        upgraded.heads += missing.len() as u64;
        if !how.dry_run {
            write(kv, &mut missing)?;
        }
        tell(UpgradeProgress::Contents(seen));
    }
}
