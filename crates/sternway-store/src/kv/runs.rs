//! Runs that are open: two rows each, one by when it is due, and one by its id.

use sternway_types::{NamespaceId, OpenRun, OutcomeId, Timestamp};

use super::{
    codec,
    key::{self, KeyReader, Table},
    port::{Direction, Snapshot},
    read::sense,
    staging::{Get, Staging},
    stored::StoredRun,
    view::{View, after},
};
use crate::{Append, Limit, Opened, StoreError, decide};

/// Opens the runs of an append whose outcomes were counted.
pub(super) fn open(staging: &mut Staging, append: &Append) -> Result<Vec<Opened>, StoreError> {
    let ns = append.namespace();
    let runs = append.openings().iter().enumerate();
    runs.map(|(place, run)| {
        decide::subject(staging, ns, (&run.subject, run.id), place)?;
        open_one(staging, ns, run)
    })
    .collect()
}

fn open_one(staging: &mut Staging, ns: &NamespaceId, run: &OpenRun) -> Result<Opened, StoreError> {
    if staging.sealed(&key::outcome_id(ns, run.id))?.is_some() {
        return Ok(Opened::Ended);
    }
    let by_id = key::due_of(ns, run.id);
    if staging.sealed(&by_id)?.is_some() {
        return Ok(Opened::Before);
    }
    staging.write(by_id, &run.due.as_micros())?;
    staging.write(key::open_run(ns, run.due, run.id), &StoredRun::new(run))?;
    Ok(Opened::Now)
}

/// Whether a run of a namespace may be open: where none is, nobody looks for one by one.
pub(super) fn may_be_open(staging: &Staging, ns: &NamespaceId) -> Result<bool, StoreError> {
    staging.may_hold(&key::of_namespace(Table::DueOf, ns).all(Direction::Forward))
}

/// Takes a run off the list, since its outcome is counted, if it is open.
pub(super) fn end(
    staging: &mut Staging,
    ns: &NamespaceId,
    id: OutcomeId,
) -> Result<(), StoreError> {
    let by_id = key::due_of(ns, id);
    if let Some(due) = staging.read::<i64>(&by_id)? {
        staging.delete(by_id);
        staging.delete(key::open_run(ns, Timestamp::from_micros(due), id));
    }
    Ok(())
}

impl View {
    pub(super) fn open_run(
        &self,
        ns: &NamespaceId,
        id: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError> {
        let by_id = key::due_of(ns, id);
        let due = self.snapshot.as_ref().read::<i64>(&by_id)?;
        let Some(due) = self.found(ns, due)? else { return Ok(None) };
        let key = key::open_run(ns, Timestamp::from_micros(due), id);
        let missing = || codec::corrupt(&by_id, "there is no such run");
        let value = self.snapshot.as_ref().sealed(&key)?.ok_or_else(missing)?;
        read(&key, &value).map(Some)
    }

    pub(super) fn open_runs(
        &self,
        ns: &NamespaceId,
        due_by: Timestamp,
        last: Option<&OpenRun>,
        limit: Limit,
    ) -> Result<Vec<OpenRun>, StoreError> {
        let mut range = key::of_namespace(Table::OpenRun, ns).all(Direction::Forward);
        if let Some(last) = last {
            range.from = after(key::open_run(ns, last.due, last.id));
        }
        if due_by < Timestamp::MAX {
            let next = due_by.saturating_add(std::time::Duration::from_micros(1));
            range.to = key::open_run(ns, next, OutcomeId::from_uuid(uuid::Uuid::nil()));
        }
        let page = self.page(&range, limit, |key, value| read(key, value).map(Some))?;
        self.listed(ns, page)
    }
}

fn read(key: &[u8], value: &[u8]) -> Result<OpenRun, StoreError> {
    sense(key, codec::read::<StoredRun>(key, value)?.into_run())
}

/// Checks a row of an open run: it stands where it is due, and is found by its id.
pub(super) fn check(snapshot: &dyn Snapshot, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let run = read(key, value)?;
    let ns = namespace(key)?;
    if key::open_run(&ns, run.due, run.id) != key {
        return Err(codec::corrupt(key, "it is due at another moment than its place says"));
    }
    match snapshot.read::<i64>(&key::due_of(&ns, run.id)) {
        Ok(Some(due)) if due == run.due.as_micros() => Ok(()),
        Ok(_) => Err(codec::corrupt(key, "it is not found by its id")),
        Err(err) if err.is_temporary() => Err(err),
        // What is damaged is named when its own row is checked.
        Err(_) => Ok(()),
    }
}

/// Checks a row by which an open run is found: the run is there.
pub(super) fn check_due(
    snapshot: &dyn Snapshot,
    key: &[u8],
    value: &[u8],
) -> Result<(), StoreError> {
    let due = Timestamp::from_micros(codec::read::<i64>(key, value)?);
    let ns = namespace(key)?;
    let id = KeyReader::new(key).and_then(|mut parts| {
        parts.name::<NamespaceId>()?;
        parts.array()
    });
    let id = id.map(|id| OutcomeId::from_uuid(uuid::Uuid::from_bytes(id)));
    let id = id.ok_or_else(|| codec::corrupt(key, "its key names no run"))?;
    match snapshot.sealed(&key::open_run(&ns, due, id))? {
        Some(_) => Ok(()),
        None => Err(codec::corrupt(key, "there is no such run")),
    }
}

fn namespace(key: &[u8]) -> Result<NamespaceId, StoreError> {
    let ns = KeyReader::new(key).and_then(|mut parts| parts.name::<NamespaceId>());
    ns.ok_or_else(|| codec::corrupt(key, "its key names no namespace"))
}
