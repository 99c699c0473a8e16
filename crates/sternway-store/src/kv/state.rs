//! What changesets are decided on here: a snapshot, and the batch in the making above it.

use sternway_types::{
    Artifact, ArtifactId, ChangesetId, Commit, ContentRef, Digest, NamespaceId, Pointer,
    PointerMove, PointerName, RecordEntry, RecordKey, Revision, Version, VersionNumber,
};

use super::{
    blob, chain, codec, floor, key,
    read::{self, sense},
    staging::{Get, Staging},
    stored::{
        StoredArtifact, StoredChangeset, StoredHead, StoredMove, StoredPointer, StoredRecord,
        StoredVersion,
    },
    tree,
};
use crate::{Head, LastWrite, Refusal, StoreError, decide::State};

impl State for Staging {
    fn head(&self, ns: &NamespaceId) -> Result<Option<Head>, StoreError> {
        read::head(self, ns)
    }

    fn used(&self, ns: &NamespaceId, id: ChangesetId) -> Result<Option<Revision>, StoreError> {
        let stored = self.read::<StoredChangeset>(&key::changeset(ns, id))?;
        Ok(stored.map(|stored| Revision::new(stored.revision)))
    }

    fn committed(&self, ns: &NamespaceId, revision: Revision) -> Result<Commit, StoreError> {
        floor::is_kept(self, ns, revision)?;
        let commit = read::commit(self, ns, revision)?;
        commit.ok_or_else(|| codec::corrupt(&key::commit(ns, revision), "it is missing"))
    }

    fn chain(&self, ns: &NamespaceId, revision: Revision) -> Result<Option<Digest>, StoreError> {
        Ok(read::commit(self, ns, revision)?.map(|commit| commit.chain))
    }

    fn artifact(&self, ns: &NamespaceId, id: &ArtifactId) -> Result<Option<Artifact>, StoreError> {
        read::artifact(self, ns, id)
    }

    fn version(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        read::version(self, ns, id, number)
    }

    fn pointer(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
    ) -> Result<Option<Pointer>, StoreError> {
        read::pointer(self, ns, id, name)
    }

    fn record(&self, ns: &NamespaceId, key: &RecordKey) -> Result<Option<RecordEntry>, StoreError> {
        read::record(self, ns, key)
    }

    /// Its last move says the same as the commit, and is never let go.
    fn last_move(&self, ns: &NamespaceId, of: &Pointer) -> Result<Option<LastWrite>, StoreError> {
        let key = key::moved(ns, &of.artifact, &of.name, of.revision);
        let Some(value) = self.sealed(&key)? else { return Ok(None) };
        let moved = read::decode_move(&key, &value)?;
        Ok(Some(LastWrite { revision: moved.revision, by: moved.by, at: moved.at }))
    }

    fn last_write(&self, ns: &NamespaceId, at: Revision) -> Result<Option<LastWrite>, StoreError> {
        if floor::of(self, ns)?.is_some_and(|floor| at < floor.revision) {
            return Ok(None);
        }
        let commit = read::commit(self, ns, at)?;
        Ok(commit.map(|commit| LastWrite { revision: at, by: commit.actor, at: commit.at }))
    }

    fn check_content(&self, content: &ContentRef) -> Result<(), StoreError> {
        if !self.requires_contents() {
            return Ok(());
        }
        match blob::is_kept(self, content)? {
            Some(true) => tree::check_files(self, content),
            Some(false) => Err(Refusal::OtherContent(Box::new(content.clone())).into()),
            None => Err(Refusal::NoContent(content.digest).into()),
        }
    }

    /// Writes them with the rows by which the version is found.
    fn put_version(
        &mut self,
        ns: &NamespaceId,
        version: &Version,
        artifact: &Artifact,
    ) -> Result<(), StoreError> {
        let (id, number) = (&version.artifact, version.number);
        let key = key::version(ns, id, number);
        let stored = sense(&key, StoredVersion::new(version))?;
        self.write(key, &stored)?;
        let key = key::digest(ns, &version.content.digest, id, number);
        let sealed = codec::seal(&key, &version.revision.get().to_be_bytes());
        self.put(key, sealed);
        for dependency in &version.depends_on {
            let key = key::dependent(ns, dependency, id, number);
            let sealed = codec::seal(&key, &[]);
            self.put(key, sealed);
        }
        self.write(key::artifact(ns, id), &StoredArtifact::new(artifact))
    }

    fn put_move(&mut self, ns: &NamespaceId, moved: &PointerMove) -> Result<(), StoreError> {
        let pointer = StoredPointer::new(&Pointer::from(moved));
        self.write(key::pointer(ns, &moved.artifact, &moved.name), &pointer)?;
        if matches!(moved.name, PointerName::Environment(_)) {
            self.write(key::in_environment(ns, &moved.name, &moved.artifact), &pointer)?;
        }
        let key = key::moved(ns, &moved.artifact, &moved.name, moved.revision);
        let stored = sense(&key, StoredMove::new(moved))?;
        self.write(key, &stored)
    }

    fn put_record(
        &mut self,
        ns: &NamespaceId,
        before: Option<&RecordEntry>,
        after: &RecordEntry,
    ) -> Result<(), StoreError> {
        if let Some(before) = before {
            // Who looks back from now on finds what was there.
            let row = key::past_record(ns, &before.key, before.revision);
            let stored = sense(&row, StoredRecord::new(before))?;
            self.write(row, &stored)?;
        }
        let row = key::record(ns, &after.key);
        let stored = sense(&row, StoredRecord::new(after))?;
        self.write(row, &stored)
    }

    fn put_commit(&mut self, before: &Head, commit: &mut Commit) -> Result<(), StoreError> {
        let ns = commit.namespace.clone();
        let key = key::commit(&ns, commit.revision);
        let record = chain::record(commit)?;
        commit.chain = chain::link(&before.chain, commit.revision, &record);
        let sealed = codec::seal_both(&key, commit.chain.as_bytes(), &record);
        self.put(key, sealed);
        let revision = commit.revision.get();
        self.write(key::changeset(&ns, commit.changeset), &StoredChangeset { revision })?;
        let (at, chain) = (commit.at.as_micros(), *commit.chain.as_bytes());
        self.write(key::head(&ns), &StoredHead { revision, at, chain })
    }
}
