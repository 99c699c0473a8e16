//! Every read of the port, over one snapshot.

use std::ops::ControlFlow;

use sternway_types::{
    Artifact, ArtifactId, At, Content, ContentRef, Digest, DigestPrefix, EnvironmentId,
    NamespaceId, Pointer, PointerMove, PointerName, RecordEntry, RecordKey, RecordKind, Revision,
    Version, VersionNumber,
};

use super::{
    blob, codec,
    floor::compacted,
    key::{self, Key, KeyReader, Table},
    map::Open,
    port::{Direction, Range, Snapshot},
    read::{self, decode_move, decode_version, sense},
    stored::{StoredArtifact, StoredPointer, StoredRecord},
};
use crate::{DigestHit, Head, Limit, StoreError};

/// The key right after this one.
pub(super) fn after(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

/// All reads over one snapshot.
pub(super) struct View {
    pub(super) snapshot: Box<dyn Snapshot>,
    // Dropped last: a snapshot may keep the map open.
    _open: Open,
}

impl View {
    pub(super) fn new(snapshot: Box<dyn Snapshot>, open: Open) -> Self {
        Self { snapshot, _open: open }
    }

    /// Collects what `decode` makes of the entries of a range, up to a limit.
    pub(super) fn page<T>(
        &self,
        range: &Range,
        limit: Limit,
        mut decode: impl FnMut(&[u8], &[u8]) -> Result<Option<T>, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut items = Vec::new();
        if limit.get() == 0 {
            return Ok(items);
        }
        let mut failed = None;
        self.snapshot.scan(range, &mut |key, value| match decode(key, value) {
            Ok(item) => {
                items.extend(item);
                if items.len() < limit.get() {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            }
            Err(err) => {
                failed = Some(err);
                ControlFlow::Break(())
            }
        })?;
        failed.map_or(Ok(items), Err)
    }

    /// What was found. Where nothing was, the namespace may be missing as well: it is looked for
    /// only then, since most reads find something.
    pub(super) fn found<T>(
        &self,
        ns: &NamespaceId,
        found: Option<T>,
    ) -> Result<Option<T>, StoreError> {
        if found.is_none() {
            self.known_head(ns)?;
        }
        Ok(found)
    }

    /// As [`View::found`], for a page.
    pub(super) fn listed<T>(&self, ns: &NamespaceId, page: Vec<T>) -> Result<Vec<T>, StoreError> {
        if page.is_empty() {
            self.known_head(ns)?;
        }
        Ok(page)
    }

    pub(super) fn known_head(&self, ns: &NamespaceId) -> Result<Head, StoreError> {
        read::head(self.snapshot.as_ref(), ns)?.ok_or_else(|| StoreError::NoNamespace(ns.clone()))
    }

    /// Whether a content is kept as what it is, and can be read.
    pub(super) fn has(&self, content: &Content) -> Result<bool, StoreError> {
        blob::is_sound(self.snapshot.as_ref(), content)
    }

    pub(super) fn head(&self, ns: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        match read::head(self.snapshot.as_ref(), ns)? {
            Some(head) if at == At::Head => Ok(Some(head)),
            Some(_) => self.head_as_of(ns, at),
            None => Ok(None),
        }
    }

    pub(super) fn namespaces(
        &self,
        last: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        let mut range = Key::table(Table::Head).all(Direction::Forward);
        if let Some(last) = last {
            range.from = after(key::head(last));
        }
        self.page(&range, limit, |key, value| {
            codec::open(key, value)?;
            let name = KeyReader::new(key).and_then(|mut parts| parts.name());
            name.map(Some).ok_or_else(|| codec::corrupt(key, "its key names no namespace"))
        })
    }

    pub(super) fn artifact(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError> {
        let bound = self.bound(ns, at)?;
        match self.found(ns, read::artifact(self.snapshot.as_ref(), ns, id)?)? {
            Some(artifact) => self.artifact_until(ns, artifact, bound),
            None => Ok(None),
        }
    }

    pub(super) fn artifacts(
        &self,
        ns: &NamespaceId,
        prefix: &str,
        at: At,
        last: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        let bound = self.bound(ns, at)?;
        let mut range = key::artifacts(ns, prefix).all(Direction::Forward);
        if let Some(last) = last {
            range.from = range.from.max(after(key::artifact(ns, last)));
        }
        let page = self.page(&range, limit, |key, value| {
            let id = KeyReader::new(key).and_then(|mut parts| {
                parts.name::<NamespaceId>()?;
                parts.name()
            });
            let id = id.ok_or_else(|| codec::corrupt(key, "its key names no artifact"))?;
            let stored = codec::read::<StoredArtifact>(key, value)?;
            self.artifact_until(ns, sense(key, stored.into_artifact(id))?, bound)
        })?;
        self.listed(ns, page)
    }

    pub(super) fn version(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.found(ns, read::version(self.snapshot.as_ref(), ns, id, number)?)
    }

    pub(super) fn history(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        let mut range = key::versions(ns, id).all(Direction::Backward);
        if at != At::Head {
            let Some(artifact) = self.artifact(ns, id, at)? else { return Ok(Vec::new()) };
            range.to = key::version(ns, id, artifact.latest.next());
        }
        if let Some(before) = before {
            range.to = range.to.min(key::version(ns, id, before));
        }
        let page = self.page(&range, limit, |key, value| decode_version(key, value).map(Some))?;
        self.listed(ns, page)
    }

    pub(super) fn with_digest(
        &self,
        ns: &NamespaceId,
        prefix: &DigestPrefix,
        at: At,
        last: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError> {
        let bound = self.bound(ns, at)?;
        let mut range = key::with_digest(ns, prefix);
        if let Some(DigestHit { digest, artifact, number }) = last {
            range.from = after(key::digest(ns, digest, artifact, *number));
        }
        let page = self.page(&range, limit, |key, value| {
            let added = codec::open(key, value)?.try_into().map(u64::from_be_bytes);
            let added = added.map_err(|_| codec::corrupt(key, "it does not say its revision"))?;
            let parsed = KeyReader::new(key).and_then(|mut parts| {
                parts.name::<NamespaceId>()?;
                Some(DigestHit {
                    digest: Digest::from_bytes(parts.array()?),
                    artifact: parts.name()?,
                    number: VersionNumber::new(parts.number()?)?,
                })
            });
            let hit = parsed.ok_or_else(|| codec::corrupt(key, "its key names no version"))?;
            let is_past = bound.is_none_or(|bound| Revision::new(added) <= bound);
            // An odd number of digits ends in the middle of a byte.
            Ok((is_past && prefix.matches(&hit.digest)).then_some(hit))
        })?;
        self.listed(ns, page)
    }

    pub(super) fn content(&self, content: &ContentRef) -> Result<Option<Content>, StoreError> {
        blob::read(self.snapshot.as_ref(), content)
    }

    pub(super) fn pointer(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        match self.bound(ns, at)? {
            None => self.found(ns, read::pointer(self.snapshot.as_ref(), ns, id, name)?),
            Some(revision) => self.pointer_as_of(ns, id, name, revision),
        }
    }

    pub(super) fn pointers(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        at: At,
        last: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        let bound = self.bound(ns, at)?;
        let mut range = key::pointers(ns, id).all(Direction::Forward);
        if let Some(last) = last {
            range.from = after(key::pointer(ns, id, last));
        }
        let page = self.page(&range, limit, |key, value| {
            let name = KeyReader::new(key).and_then(|mut parts| {
                parts.name::<NamespaceId>()?;
                parts.name::<ArtifactId>()?;
                parts.pointer()
            });
            let name = name.ok_or_else(|| codec::corrupt(key, "its key names no pointer"))?;
            let stored = codec::read::<StoredPointer>(key, value)?;
            let pointer = sense(key, stored.into_pointer(id.clone(), name))?;
            let pointer = self.pointer_until(ns, pointer, bound)?;
            Ok(pointer.filter(|pointer| pointer.version.is_some()))
        })?;
        self.listed(ns, page)
    }

    pub(super) fn moves(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        let mut range = key::moves(ns, id, name).all(Direction::Backward);
        if let Some(before) = before {
            range.to = key::moved(ns, id, name, before);
        }
        // Generations are dense, so that the oldest that is kept tells whether others went.
        if let Some((floor, oldest)) = self.oldest_move(ns, id, name)? {
            range.from = key::moved(ns, id, name, oldest.revision);
            let last = before.filter(|before| *before <= oldest.revision);
            if let Some(before) = last.filter(|_| oldest.generation.get() > 1) {
                let asked = Revision::new(before.get().saturating_sub(1));
                return Err(compacted(At::Revision(asked), floor));
            }
        }
        let page = self.page(&range, limit, |key, value| decode_move(key, value).map(Some))?;
        self.listed(ns, page)
    }

    pub(super) fn environment(
        &self,
        ns: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        last: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        let bound = self.bound(ns, at)?;
        let name = PointerName::Environment(environment.clone());
        let mut range = key::environment(ns, &name).all(Direction::Forward);
        if let Some(last) = last {
            range.from = after(key::in_environment(ns, &name, last));
        }
        let page = self.page(&range, limit, |key, value| {
            let id = KeyReader::new(key).and_then(|mut parts| {
                parts.name::<NamespaceId>()?;
                parts.pointer()?;
                parts.name::<ArtifactId>()
            });
            let id = id.ok_or_else(|| codec::corrupt(key, "its key names no artifact"))?;
            let stored = codec::read::<StoredPointer>(key, value)?;
            let pointer = sense(key, stored.into_pointer(id, name.clone()))?;
            self.pointer_until(ns, pointer, bound)
        })?;
        self.listed(ns, page)
    }

    pub(super) fn record(
        &self,
        ns: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        let bound = self.bound(ns, at)?;
        match self.found(ns, read::record(self.snapshot.as_ref(), ns, key)?)? {
            Some(entry) => self.record_until(ns, entry, bound),
            None => Ok(None),
        }
    }

    pub(super) fn records(
        &self,
        ns: &NamespaceId,
        kind: RecordKind,
        prefix: &str,
        at: At,
        last: Option<&str>,
        limit: Limit,
    ) -> Result<Vec<RecordEntry>, StoreError> {
        let bound = self.bound(ns, at)?;
        let mut range = key::records(ns, kind, prefix).all(Direction::Forward);
        if let Some(last) = last {
            range.from = range.from.max(after(after(key::records(ns, kind, last).done())));
        }
        let page = self.page(&range, limit, |key, value| {
            let entry = sense(key, codec::read::<StoredRecord>(key, value)?.into_entry())?;
            let entry = self.record_until(ns, entry, bound)?;
            Ok(entry.filter(|entry| entry.record.is_some()))
        })?;
        self.listed(ns, page)
    }
}
