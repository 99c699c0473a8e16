//! What was committed, and what every read must answer because of it.

use std::collections::{BTreeMap, BTreeSet};

use sternway_store::{DigestHit, Head};
use sternway_types::{
    Applied, Artifact, ArtifactId, At, Commit, EnvironmentId, Pointer, PointerMove, PointerName,
    Record, RecordChange, RecordEntry, RecordKey, RecordKind, Revision, Version,
};

use crate::everything::{Everything, Topics};

/// The commits of a namespace up to some moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct History<'a>(pub(crate) &'a [Commit]);

impl<'a> History<'a> {
    /// The state as of some moment. Revisions stand in their order, and times never go back.
    pub(crate) fn as_of(self, at: At) -> Self {
        let end = self.0.partition_point(|commit| match at {
            At::Head => true,
            At::Revision(revision) => commit.revision <= revision,
            At::Time(time) => commit.at <= time,
        });
        Self(self.0.get(..end).unwrap_or_default())
    }

    fn applied(self) -> impl DoubleEndedIterator<Item = (&'a Commit, &'a Applied)> {
        let of_commit = |commit: &'a Commit| commit.applied.iter().map(move |one| (commit, one));
        self.0.iter().flat_map(of_commit)
    }

    pub(crate) fn head(self) -> Option<Head> {
        let last = self.0.last()?;
        let (revision, at, chain) = (last.revision, last.at, last.chain);
        Some(Head { revision, at, chain })
    }

    fn added(self) -> impl DoubleEndedIterator<Item = (&'a Commit, &'a Version)> {
        self.applied().filter_map(|(commit, applied)| match applied {
            Applied::VersionAdded(version) => Some((commit, version.as_ref())),
            Applied::NamespaceCreated | Applied::PointerMoved(_) | Applied::RecordChanged(_) => {
                None
            }
        })
    }

    fn moved(self) -> impl DoubleEndedIterator<Item = &'a PointerMove> {
        self.applied().filter_map(|(_, applied)| match applied {
            Applied::PointerMoved(moved) => Some(moved.as_ref()),
            Applied::NamespaceCreated | Applied::VersionAdded(_) | Applied::RecordChanged(_) => {
                None
            }
        })
    }

    fn recorded(self) -> impl DoubleEndedIterator<Item = (&'a Commit, &'a RecordChange)> {
        self.applied().filter_map(|(commit, applied)| match applied {
            Applied::RecordChanged(change) => Some((commit, change.as_ref())),
            Applied::NamespaceCreated | Applied::VersionAdded(_) | Applied::PointerMoved(_) => None,
        })
    }

    /// The versions of an artifact, the oldest first.
    pub(crate) fn versions(self, id: &ArtifactId) -> Vec<&'a Version> {
        self.added().map(|(_, version)| version).filter(|version| version.artifact == *id).collect()
    }

    pub(crate) fn artifact(self, id: &ArtifactId) -> Option<Artifact> {
        let mut versions = self.added().filter(|(_, version)| version.artifact == *id);
        let (founding, first) = versions.next()?;
        let last = versions.next_back().map_or(first, |(_, version)| version);
        Some(Artifact {
            id: id.clone(),
            latest: last.number,
            created_at: first.at,
            created_by: founding.actor.clone(),
            revision: last.revision,
        })
    }

    /// The artifacts whose newest version depends on this one.
    pub(crate) fn dependents(self, on: &ArtifactId) -> Vec<Artifact> {
        let needs = |id: &&ArtifactId| {
            self.versions(id).last().is_some_and(|newest| newest.depends_on.contains(on))
        };
        self.artifacts().into_iter().filter(needs).filter_map(|id| self.artifact(id)).collect()
    }

    pub(crate) fn artifacts(self) -> BTreeSet<&'a ArtifactId> {
        self.added().map(|(_, version)| &version.artifact).collect()
    }

    /// The moves of a pointer, the newest first.
    fn moves(self, id: &ArtifactId, name: &PointerName) -> Vec<&'a PointerMove> {
        let of_pointer = |moved: &&PointerMove| moved.artifact == *id && moved.name == *name;
        self.moved().rev().filter(of_pointer).collect()
    }

    pub(crate) fn pointer(self, id: &ArtifactId, name: &PointerName) -> Option<Pointer> {
        let last = *self.moves(id, name).first()?;
        Some(Pointer {
            artifact: id.clone(),
            name: name.clone(),
            version: last.to,
            generation: last.generation,
            revision: last.revision,
            at: last.at,
        })
    }

    /// The pointers that name a version, environments first.
    pub(crate) fn pointers(self, id: &ArtifactId) -> Vec<Pointer> {
        let names: BTreeSet<_> =
            self.moved().filter(|moved| moved.artifact == *id).map(|moved| &moved.name).collect();
        let pointers = names.into_iter().filter_map(|name| self.pointer(id, name));
        pointers.filter(|pointer| pointer.version.is_some()).collect()
    }

    pub(crate) fn environment(self, id: &EnvironmentId) -> Vec<Pointer> {
        let name = PointerName::Environment(id.clone());
        self.artifacts().into_iter().filter_map(|artifact| self.pointer(artifact, &name)).collect()
    }

    /// A record, also one that was taken away.
    pub(crate) fn entry(self, key: &RecordKey) -> Option<RecordEntry> {
        let (commit, change) = self.recorded().rev().find(|(_, change)| change.key == *key)?;
        Some(RecordEntry {
            key: key.clone(),
            record: change.after.clone(),
            generation: change.generation,
            revision: commit.revision,
            at: commit.at,
        })
    }

    /// A record, unless it was taken away.
    pub(crate) fn record(self, key: &RecordKey) -> Option<Record> {
        self.entry(key)?.record
    }

    fn records(self, kind: RecordKind) -> Vec<RecordEntry> {
        let keys: BTreeSet<_> = self.recorded().map(|(_, change)| &change.key).collect();
        let entries =
            keys.into_iter().filter(|key| key.kind() == kind).filter_map(|key| self.entry(key));
        entries.filter(|entry| entry.record.is_some()).collect()
    }

    pub(crate) fn find(self, revision: Revision) -> Option<&'a Commit> {
        self.0.iter().find(|commit| commit.revision == revision)
    }

    /// What every read must answer, but for outcomes and contents, which are not in the feed.
    pub(crate) fn everything(self) -> Everything {
        let topics = Topics::of(self.0);
        let of_artifact = |id: &ArtifactId| id.clone();
        let mut digests = BTreeMap::<_, Vec<_>>::new();
        for (_, version) in self.added() {
            let (artifact, digest) = (version.artifact.clone(), version.content.digest);
            let hit = DigestHit { digest, artifact, number: version.number };
            digests.entry(digest).or_default().push(hit);
        }
        digests.values_mut().for_each(|places| places.sort());
        let newest_first = |id: &ArtifactId| self.versions(id).into_iter().rev().cloned().collect();
        let pointers = topics.pointers.iter();
        Everything {
            head: self.head(),
            feed: self.0.to_vec(),
            artifacts: self.artifacts().into_iter().filter_map(|id| self.artifact(id)).collect(),
            versions: self
                .artifacts()
                .into_iter()
                .map(|id| (of_artifact(id), newest_first(id)))
                .collect(),
            digests,
            dependents: self
                .artifacts()
                .into_iter()
                .map(|id| (of_artifact(id), self.dependents(id)))
                .collect(),
            pointers: self
                .artifacts()
                .into_iter()
                .map(|id| (of_artifact(id), self.pointers(id)))
                .collect(),
            moves: pointers
                .map(|(id, name)| {
                    let moves = self.moves(id, name).into_iter().cloned().collect();
                    ((id.clone(), name.clone()), moves)
                })
                .collect(),
            environments: topics
                .environments
                .iter()
                .map(|id| (id.clone(), self.environment(id)))
                .collect(),
            records: RecordKind::ALL
                .into_iter()
                .map(|kind| (kind.as_str(), self.records(kind)))
                .collect(),
            ..Everything::default()
        }
    }
}
