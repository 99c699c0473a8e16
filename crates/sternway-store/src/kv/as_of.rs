//! Reading the past: which revisions a read may see, and what was there then.

use sternway_types::{
    Artifact, ArtifactId, At, Commit, NamespaceId, Pointer, PointerName, RecordEntry, Revision,
    Timestamp, Version, VersionNumber,
};

use super::{
    codec,
    floor::compacted,
    key,
    port::Direction,
    read::{self, decode_move, sense},
    stored::StoredRecord,
    view::View,
};
use crate::{Head, Limit, StoreError};

impl View {
    /// The last revision that a read may see; nothing for the newest state.
    pub(super) fn bound(&self, ns: &NamespaceId, at: At) -> Result<Option<Revision>, StoreError> {
        match at {
            At::Head => Ok(None),
            At::Revision(asked) => {
                let newest = self.known_head(ns)?.revision;
                if asked > newest {
                    return Err(StoreError::NotYet { asked, newest });
                }
                self.kept(ns, asked).map(|()| Some(asked))
            }
            At::Time(time) => {
                let head = self.known_head(ns)?;
                let past = time < head.at;
                past.then(|| self.last_until(ns, time, head.revision)).transpose()
            }
        }
    }

    /// The last revision committed at or before a moment. Commit times never go backwards, so the
    /// log itself is the index.
    fn last_until(
        &self,
        ns: &NamespaceId,
        time: Timestamp,
        newest: Revision,
    ) -> Result<Revision, StoreError> {
        let floor = self.floor(ns)?;
        if let Some(floor) = floor.filter(|floor| time < floor.at) {
            return Err(compacted(At::Time(time), floor));
        }
        let (mut low, mut high) = (floor.map_or(0, |floor| floor.revision.get()), newest.get());
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let found = self.known_commit(ns, Revision::new(middle))?;
            if found.at <= time {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Ok(Revision::new(low))
    }

    /// Where a namespace stood.
    pub(super) fn head_as_of(&self, ns: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        match self.bound(ns, at)? {
            None => self.known_head(ns).map(Some),
            Some(Revision::ZERO) => Ok(None),
            Some(revision) => {
                let Commit { at, chain, .. } = self.known_commit(ns, revision)?;
                Ok(Some(Head { revision, at, chain }))
            }
        }
    }

    fn known_commit(&self, ns: &NamespaceId, revision: Revision) -> Result<Commit, StoreError> {
        let commit = read::commit(self.snapshot.as_ref(), ns, revision)?;
        let key = key::commit(ns, revision);
        commit.ok_or_else(|| codec::corrupt(&key, "it is missing"))
    }

    /// An artifact as it was at a revision; nothing if it was not there yet. Versions are numbered in
    /// the order of their revisions, so the newest one of then is found by halving.
    pub(super) fn artifact_until(
        &self,
        ns: &NamespaceId,
        artifact: Artifact,
        bound: Option<Revision>,
    ) -> Result<Option<Artifact>, StoreError> {
        let Some(bound) = bound.filter(|bound| artifact.revision > *bound) else {
            return Ok(Some(artifact));
        };
        let (mut newest, mut low, mut high) = (None, 1, artifact.latest.get() - 1);
        while low <= high {
            let middle = low + (high - low) / 2;
            let version = self.known_version(ns, &artifact.id, middle)?;
            if version.revision <= bound {
                newest = Some(version);
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        Ok(newest.map(|version| Artifact {
            latest: version.number,
            revision: version.revision,
            ..artifact
        }))
    }

    fn known_version(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        number: u64,
    ) -> Result<Version, StoreError> {
        let missing = || StoreError::Corrupt {
            place: format!("{id}@v{number} of namespace {ns}"),
            detail: "it is missing".into(),
        };
        let number = VersionNumber::new(number).ok_or_else(missing)?;
        read::version(self.snapshot.as_ref(), ns, id, number)?.ok_or_else(missing)
    }

    /// A record as it was at a revision; nothing if it was not there yet.
    pub(super) fn record_until(
        &self,
        ns: &NamespaceId,
        entry: RecordEntry,
        bound: Option<Revision>,
    ) -> Result<Option<RecordEntry>, StoreError> {
        let Some(bound) = bound.filter(|bound| entry.revision > *bound) else {
            return Ok(Some(entry));
        };
        let mut range = key::past_records(ns, &entry.key).all(Direction::Backward);
        range.to = key::past_record(ns, &entry.key, bound.next());
        let last = self.page(&range, Limit::new(1), |key, value| {
            sense(key, codec::read::<StoredRecord>(key, value)?.into_entry()).map(Some)
        })?;
        Ok(last.into_iter().next())
    }

    /// A pointer as it was at a revision; nothing if it was not there yet.
    pub(super) fn pointer_until(
        &self,
        ns: &NamespaceId,
        pointer: Pointer,
        bound: Option<Revision>,
    ) -> Result<Option<Pointer>, StoreError> {
        match bound.filter(|bound| pointer.revision > *bound) {
            Some(bound) => self.pointer_as_of(ns, &pointer.artifact, &pointer.name, bound),
            None => Ok(Some(pointer)),
        }
    }

    pub(super) fn pointer_as_of(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        revision: Revision,
    ) -> Result<Option<Pointer>, StoreError> {
        let mut range = key::moves(ns, id, name).all(Direction::Backward);
        range.to = key::moved(ns, id, name, revision.next());
        let last =
            self.page(&range, Limit::new(1), |key, value| decode_move(key, value).map(Some))?;
        Ok(last.first().map(Pointer::from))
    }
}
