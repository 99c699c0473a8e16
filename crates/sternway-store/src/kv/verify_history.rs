//! Checks the history of one namespace: the chain, and the rows that were derived from it.

use std::collections::HashSet;

use sternway_types::{
    Applied, Commit, ContentKind, Digest, NamespaceId, PointerMove, PointerName, RecordChange,
    Revision, Timestamp, Version, VersionNumber,
};

use super::{
    apply, blob, codec,
    key::{self, Table},
    port::Snapshot,
    read,
    staging::Get,
    stored::{StoredChangeset, StoredCommit, StoredMove, StoredPointer, StoredRecord},
    tree,
    verify::{Rows, damaged},
};
use crate::{Report, StoreError};

/// Walks the history of a namespace from its first revision.
pub(super) fn check(
    from: &dyn Snapshot,
    ns: &NamespaceId,
    (rows, damaged_contents): (&Rows, &HashSet<Digest>),
    report: &mut Report,
) -> Result<(), StoreError> {
    let head = match read::head(from, ns) {
        Ok(Some(head)) => head,
        Ok(None) => return Ok(()),
        Err(err) => return damaged(report, || format!("the head of namespace {ns}"), err),
    };
    let (counts, trees) = (Counts::default(), HashSet::new());
    let mut walk = Walk { from, ns, report, counts, damaged_contents, trees };
    let mut chain = Digest::ZERO;
    let mut at = Timestamp::MIN;
    for number in 1..=head.revision.get() {
        let revision = Revision::new(number);
        match walk.revision(revision, &chain, at) {
            Ok(commit) => {
                walk.report.revisions += 1;
                (chain, at) = (commit.chain, commit.at);
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
    walk.counts.compare(ns, head.revision, rows, walk.report);
    Ok(())
}

/// How many rows there must be.
#[derive(Default)]
struct Counts {
    artifacts: u64,
    versions: u64,
    dependents: u64,
    pointers: u64,
    in_environments: u64,
    moves: u64,
    records: u64,
    past_records: u64,
}

impl Counts {
    fn compare(&self, ns: &NamespaceId, newest: Revision, rows: &Rows, report: &mut Report) {
        let expected = [
            (Table::Commit, newest.get()),
            (Table::Changeset, newest.get()),
            (Table::Artifact, self.artifacts),
            (Table::Version, self.versions),
            (Table::Digest, self.versions),
            (Table::Dependent, self.dependents),
            (Table::Pointer, self.pointers),
            (Table::Environment, self.in_environments),
            (Table::Move, self.moves),
            (Table::Record, self.records),
            (Table::PastRecord, self.past_records),
        ];
        for (table, expected) in expected {
            let found = rows.get(&(ns.to_string(), table as u8)).copied().unwrap_or_default();
            if found != expected {
                let detail = format!("{found} sound rows, and history makes {expected}");
                report.note(format!("{} of namespace {ns}", table.name()), detail);
            }
        }
    }
}

struct Walk<'a> {
    from: &'a dyn Snapshot,
    ns: &'a NamespaceId,
    report: &'a mut Report,
    counts: Counts,
    damaged_contents: &'a HashSet<Digest>,
    /// The trees whose files were looked at. Each is looked at once, however many versions have it.
    trees: HashSet<Digest>,
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
        if apply::chain(before, revision, record) != chain {
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

    fn version(&mut self, commit: &Commit, version: &Version) -> Result<bool, StoreError> {
        self.counts.versions += 1;
        self.counts.dependents += version.depends_on.len() as u64;
        self.counts.artifacts += u64::from(version.number == VersionNumber::FIRST);
        self.report.versions += 1;
        let (ns, id) = (self.ns, &version.artifact);
        let row = read::version(self.from, ns, id, version.number)?;
        let digest = key::digest(ns, &version.content.digest, id, version.number);
        let kept = blob::is_kept(self.from, &version.content)? == Some(true);
        let artifact = read::artifact(self.from, ns, id)?;
        let latest = artifact.is_some_and(|artifact| {
            let newest = artifact.latest == version.number;
            let first = version.number == VersionNumber::FIRST;
            let made = artifact.created_at == version.at && artifact.created_by == commit.actor;
            artifact.latest >= version.number
                && newest == (artifact.revision == version.revision)
                && (made || !first)
        });
        let added = self.from.sealed(&digest)?;
        let added = added.as_ref().map(|value| codec::open(&digest, value)).transpose()?;
        self.files(version)?;
        let has_digest = added == Some(version.revision.get().to_be_bytes().as_slice());
        for dependency in &version.depends_on {
            let key = key::dependent(ns, dependency, id, version.number);
            let Some(value) = self.from.sealed(&key)? else { return Ok(false) };
            codec::open(&key, &value)?;
        }
        Ok(row.as_ref() == Some(version) && latest && has_digest && kept)
    }

    /// Names what is wrong with the files of a version that is a tree.
    fn files(&mut self, version: &Version) -> Result<(), StoreError> {
        let content = &version.content;
        // A tree that is damaged itself is named for that.
        let is_sound = !self.damaged_contents.contains(&content.digest);
        if content.kind != ContentKind::Tree || !is_sound || !self.trees.insert(content.digest) {
            return Ok(());
        }
        for (path, problem) in tree::spoilt_files(self.from, content, self.damaged_contents)? {
            let (ns, artifact, number) = (self.ns, &version.artifact, version.number);
            let place = format!("the file {path} of {artifact}@{number} in namespace {ns}");
            self.report.note(place, problem);
        }
        Ok(())
    }

    fn moved(&mut self, moved: &PointerMove) -> Result<bool, StoreError> {
        let in_environment = matches!(moved.name, PointerName::Environment(_));
        let first = moved.generation.get() == 1;
        self.counts.moves += 1;
        self.counts.pointers += u64::from(first);
        self.counts.in_environments += u64::from(first && in_environment);
        let (ns, id, name) = (self.ns, &moved.artifact, &moved.name);
        let key = key::moved(ns, id, name, moved.revision);
        let row = self.from.read::<StoredMove>(&key)?.map(StoredMove::into_move).transpose();
        if read::sense(&key, row)?.as_ref() != Some(moved) {
            return Ok(false);
        }
        let pointer = read::pointer(self.from, ns, id, name)?;
        if in_environment {
            let key = key::in_environment(ns, name, id);
            let copy = self.from.read::<StoredPointer>(&key)?;
            if copy != pointer.as_ref().map(StoredPointer::new) {
                return Ok(false);
            }
        }
        Ok(pointer.is_some_and(|pointer| {
            if pointer.generation != moved.generation {
                return pointer.generation > moved.generation && pointer.revision > moved.revision;
            }
            let placed = pointer.version == moved.to && pointer.revision == moved.revision;
            placed && pointer.at == moved.at
        }))
    }

    fn record(&mut self, commit: &Commit, change: &RecordChange) -> Result<bool, StoreError> {
        let first = change.generation.get() == 1;
        self.counts.records += u64::from(first);
        self.counts.past_records += u64::from(!first);
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
