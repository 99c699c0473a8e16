//! Checks the history of one namespace: the chain, and the rows that were derived from it.

use sternway_types::{
    Applied, Commit, Digest, NamespaceId, Pointer, PointerMove, PointerName, RecordChange,
    Revision, Timestamp, Version, VersionNumber,
};

use super::{
    blob, chain, codec, compact, floor,
    key::{self, Table},
    port::Snapshot,
    read,
    staging::Get,
    stored::{StoredChangeset, StoredCommit, StoredMove, StoredPointer, StoredRecord, StoredRows},
    verify::{Rows, damaged},
};
use crate::{Report, StoreError};

/// Walks the history of a namespace, from its first revision or from the oldest that is kept.
pub(super) fn check(
    from: &dyn Snapshot,
    ns: &NamespaceId,
    rows: &Rows,
    report: &mut Report,
) -> Result<(), StoreError> {
    let head = match read::head(from, ns) {
        Ok(Some(head)) => head,
        Ok(None) => return Ok(()),
        Err(err) => return damaged(report, || format!("the head of namespace {ns}"), err),
    };
    let begins = match floor::stored(from, ns) {
        Ok(begins) => begins,
        Err(err) => return damaged(report, || format!("the floor of namespace {ns}"), err),
    };
    if let Some(floor) = begins.floor() {
        report.begins(ns, floor, begins.kept.saturating_sub(1));
    }
    let (mut chain, mut at) = begins.before();
    let oldest = begins.kept;
    let mut walk = Walk { from, ns, report, rows: begins.rows };
    for number in oldest..=head.revision.get() {
        let revision = Revision::new(number);
        match walk.revision(revision, &chain, at) {
            Ok(commit) => {
                walk.report.revisions += 1;
                (chain, at) = (commit.chain, commit.at);
                compact::count(&mut walk.rows, &commit);
                for applied in &commit.applied {
                    walk.applied(&commit, applied)?;
                }
            }
            // What follows the first bad revision cannot be vouched for by the chain.
            Err(err) => {
                let place = || format!("revision {revision} of namespace {ns}");
                return damaged(walk.report, place, err);
            }
        }
    }
    if head.chain != chain || head.at != at {
        walk.report.note(format!("the head of namespace {ns}"), "it is not its last revision");
    }
    let commits = head.revision.next().get().saturating_sub(oldest);
    compare(ns, commits, head.revision, &walk.rows, (rows, walk.report));
    Ok(())
}

/// Compares how many rows there are with how many there must be.
fn compare(
    ns: &NamespaceId,
    commits: u64,
    newest: Revision,
    made: &StoredRows,
    (rows, report): (&Rows, &mut Report),
) {
    let expected = [
        (Table::Commit, commits),
        (Table::Changeset, newest.get()),
        (Table::Artifact, made.artifacts),
        (Table::Version, made.versions),
        (Table::Digest, made.versions),
        (Table::Dependent, made.dependents),
        (Table::Pointer, made.pointers),
        (Table::Environment, made.in_environments),
        (Table::Move, made.moves),
        (Table::Record, made.records),
        (Table::PastRecord, made.past_records),
    ];
    for (table, expected) in expected {
        let found = rows.get(&(ns.to_string(), table as u8)).copied().unwrap_or_default();
        if found != expected {
            let detail = format!("{found} sound rows, and history makes {expected}");
            report.note(format!("{} of namespace {ns}", table.name()), detail);
        }
    }
}

struct Walk<'a> {
    from: &'a dyn Snapshot,
    ns: &'a NamespaceId,
    report: &'a mut Report,
    /// How many rows history makes.
    rows: StoredRows,
}

impl Walk<'_> {
    /// Reads a revision and checks it against the chain so far.
    fn revision(
        &self,
        revision: Revision,
        before: &Digest,
        earliest: Timestamp,
    ) -> Result<Commit, StoreError> {
        let key = key::commit(self.ns, revision);
        let value = self.from.sealed(&key)?;
        let value = value.ok_or_else(|| codec::corrupt(&key, "it is missing"))?;
        let (chain, record) = read::split_commit(&key, &value)?;
        if chain::link(before, revision, record) != chain {
            return Err(codec::corrupt(&key, "the chain does not lead to it"));
        }
        let stored = codec::decode::<StoredCommit>(&key, record)?;
        let commit = read::sense(&key, stored.into_commit(self.ns.clone(), chain))?;
        if commit.revision != revision || commit.at < earliest {
            return Err(codec::corrupt(&key, "it belongs elsewhere"));
        }
        let id = key::changeset(self.ns, commit.changeset);
        let changeset = self.from.read::<StoredChangeset>(&id)?;
        if changeset.is_none_or(|stored| stored.revision != revision.get()) {
            return Err(codec::corrupt(&key, "its changeset id does not lead to it"));
        }
        Ok(commit)
    }

    fn applied(&mut self, commit: &Commit, applied: &Applied) -> Result<(), StoreError> {
        let sound = match applied {
            Applied::NamespaceCreated => Ok(true),
            Applied::VersionAdded(version) => self.version(commit, version),
            Applied::PointerMoved(moved) => self.moved(moved),
            Applied::RecordChanged(change) => self.record(commit, change),
        };
        let place = || format!("what revision {} of namespace {} wrote", commit.revision, self.ns);
        match sound {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.report.note(place(), "a row differs from the chained record");
                Ok(())
            }
            Err(err) if err.is_temporary() => Err(err),
            Err(err) => {
                self.report.note(place(), err.to_string());
                Ok(())
            }
        }
    }

    fn version(&self, commit: &Commit, version: &Version) -> Result<bool, StoreError> {
        let (ns, id) = (self.ns, &version.artifact);
        let row = read::version(self.from, ns, id, version.number)?;
        let first = version.number == VersionNumber::FIRST;
        let made = !first
            || read::artifact(self.from, ns, id)?.is_some_and(|artifact| {
                artifact.created_at == version.at && artifact.created_by == commit.actor
            });
        Ok(row.as_ref() == Some(version) && made && version_is_placed(self.from, ns, version)?)
    }

    fn moved(&self, moved: &PointerMove) -> Result<bool, StoreError> {
        let (ns, id, name) = (self.ns, &moved.artifact, &moved.name);
        let key = key::moved(ns, id, name, moved.revision);
        let row = self.from.read::<StoredMove>(&key)?.map(StoredMove::into_move).transpose();
        if read::sense(&key, row)?.as_ref() != Some(moved) {
            return Ok(false);
        }
        let pointer = read::pointer(self.from, ns, id, name)?;
        if let Some(pointer) = &pointer
            && !pointer_is_copied(self.from, ns, pointer)?
        {
            return Ok(false);
        }
        Ok(pointer.is_some_and(|pointer| {
            if pointer.generation != moved.generation {
                return pointer.generation > moved.generation && pointer.revision > moved.revision;
            }
            let placed = pointer.version == moved.to && pointer.revision == moved.revision;
            placed && pointer.at == moved.at
        }))
    }

    fn record(&self, commit: &Commit, change: &RecordChange) -> Result<bool, StoreError> {
        let Some(newest) = read::record(self.from, self.ns, &change.key)? else { return Ok(false) };
        let written = if newest.generation > change.generation {
            let key = key::past_record(self.ns, &change.key, commit.revision);
            let past = self.from.read::<StoredRecord>(&key)?.map(StoredRecord::into_entry);
            read::sense(&key, past.transpose())?
        } else {
            Some(newest)
        };
        Ok(written.is_some_and(|entry| {
            let as_chained = entry.generation == change.generation && entry.record == change.after;
            let placed = entry.revision == commit.revision && entry.at == commit.at;
            as_chained && placed && entry.key == change.key
        }))
    }
}

/// Whether the rows that lead to a version are there: its artifact, its digest, what it depends on and
/// its content.
pub(super) fn version_is_placed(
    from: &dyn Snapshot,
    ns: &NamespaceId,
    version: &Version,
) -> Result<bool, StoreError> {
    let id = &version.artifact;
    let latest = read::artifact(from, ns, id)?.is_some_and(|artifact| {
        let newest = artifact.latest == version.number;
        artifact.latest >= version.number && newest == (artifact.revision == version.revision)
    });
    let digest = key::digest(ns, &version.content.digest, id, version.number);
    let added = from.sealed(&digest)?;
    let added = added.as_ref().map(|value| codec::open(&digest, value)).transpose()?;
    let has_digest = added == Some(version.revision.get().to_be_bytes().as_slice());
    for dependency in &version.depends_on {
        let key = key::dependent(ns, dependency, id, version.number);
        let Some(value) = from.sealed(&key)? else { return Ok(false) };
        codec::open(&key, &value)?;
    }
    Ok(latest && has_digest && blob::is_kept(from, &version.content)? == Some(true))
}

/// Whether the pointer of an environment is where its environment is read, too.
pub(super) fn pointer_is_copied(
    from: &dyn Snapshot,
    ns: &NamespaceId,
    pointer: &Pointer,
) -> Result<bool, StoreError> {
    if matches!(pointer.name, PointerName::Label(_)) {
        return Ok(true);
    }
    let key = key::in_environment(ns, &pointer.name, &pointer.artifact);
    let copy = from.read::<StoredPointer>(&key)?;
    Ok(copy == Some(StoredPointer::new(pointer)))
}
