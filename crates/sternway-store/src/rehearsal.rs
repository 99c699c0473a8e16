//! A store that only says what would happen. Nothing is written through it.

use std::sync::Arc;

use async_trait::async_trait;
use sternway_types::{
    Artifact, ArtifactId, At, Changeset, ChangesetId, Commit, Content, ContentRef, Digest,
    DigestPrefix, EnvironmentId, NamespaceId, OpenRun, Outcome, OutcomeId, Pointer, PointerMove,
    PointerName, Receipt, RecordEntry, RecordKey, RecordKind, Revision, Subject, Timestamp,
    Version, VersionNumber,
};

use crate::{
    Append, Appended, Compaction, DigestHit, Floor, Head, Limit, Noted, Report, Shrunk, Store,
    StoreError, Tallies,
};

/// Wraps a store so that every write is only rehearsed: `commit`, `append` and `compact` answer what
/// they would answer, and `shrink` answers with zeros. Reads see the store as it is, so that whoever
/// waits for the revision of a rehearsed commit waits for what somebody else commits. Closing it
/// leaves the store open.
#[derive(Debug)]
pub struct Rehearsal {
    inner: Arc<dyn Store>,
}

impl Rehearsal {
    /// Rehearses on this store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Rehearsal {
    async fn put(&self, _: &Content, _: Option<&Digest>) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        self.inner.rehearse(changeset).await
    }

    async fn rehearse(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        self.inner.rehearse(changeset).await
    }

    async fn replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        self.inner.rehearse_replay(commits).await
    }

    async fn rehearse_replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        self.inner.rehearse_replay(commits).await
    }

    async fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        self.inner.rehearse_append(append).await
    }

    async fn rehearse_append(&self, append: &Append) -> Result<Appended, StoreError> {
        self.inner.rehearse_append(append).await
    }

    async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        self.inner.namespaces(after, limit).await
    }

    async fn head(&self, namespace: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        self.inner.head(namespace, at).await
    }

    async fn artifact(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError> {
        self.inner.artifact(namespace, artifact, at).await
    }

    async fn artifacts(
        &self,
        namespace: &NamespaceId,
        prefix: &str,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.inner.artifacts(namespace, prefix, at, after, limit).await
    }

    async fn version(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.inner.version(namespace, artifact, number).await
    }

    async fn history(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        self.inner.history(namespace, artifact, at, before, limit).await
    }

    async fn with_digest(
        &self,
        namespace: &NamespaceId,
        prefix: &DigestPrefix,
        at: At,
        after: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError> {
        self.inner.with_digest(namespace, prefix, at, after, limit).await
    }

    async fn dependents(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.inner.dependents(namespace, artifact, at, after, limit).await
    }

    async fn content(&self, content: &ContentRef) -> Result<Option<Content>, StoreError> {
        self.inner.content(content).await
    }

    async fn pointer(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        self.inner.pointer(namespace, artifact, name, at).await
    }

    async fn pointers(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.inner.pointers(namespace, artifact, at, after, limit).await
    }

    async fn moves(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        self.inner.moves(namespace, artifact, name, before, limit).await
    }

    async fn environment(
        &self,
        namespace: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.inner.environment(namespace, environment, at, after, limit).await
    }

    async fn record(
        &self,
        namespace: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        self.inner.record(namespace, key, at).await
    }

    async fn records_of(
        &self,
        namespace: &NamespaceId,
        keys: &[RecordKey],
        at: At,
    ) -> Result<Vec<Option<RecordEntry>>, StoreError> {
        self.inner.records_of(namespace, keys, at).await
    }

    async fn records(
        &self,
        namespace: &NamespaceId,
        kind: RecordKind,
        prefix: &str,
        at: At,
        after: Option<&str>,
        limit: Limit,
    ) -> Result<Vec<RecordEntry>, StoreError> {
        self.inner.records(namespace, kind, prefix, at, after, limit).await
    }

    async fn tallies(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
    ) -> Result<Option<Tallies>, StoreError> {
        self.inner.tallies(namespace, subject).await
    }

    async fn outcomes(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.inner.outcomes(namespace, subject, after, limit).await
    }

    async fn noted(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Noted>, StoreError> {
        self.inner.noted(namespace, subject, after, limit).await
    }

    async fn subjects(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.inner.subjects(namespace, after, limit).await
    }

    async fn unjudged(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.inner.unjudged(namespace, after, limit).await
    }

    async fn open_run(
        &self,
        namespace: &NamespaceId,
        id: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError> {
        self.inner.open_run(namespace, id).await
    }

    async fn open_runs(
        &self,
        namespace: &NamespaceId,
        due_by: Timestamp,
        after: Option<&OpenRun>,
        limit: Limit,
    ) -> Result<Vec<OpenRun>, StoreError> {
        self.inner.open_runs(namespace, due_by, after, limit).await
    }

    async fn commit_of(
        &self,
        namespace: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        self.inner.commit_of(namespace, id).await
    }

    async fn feed(
        &self,
        namespace: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        self.inner.feed(namespace, after, limit).await
    }

    async fn wait(&self, namespace: &NamespaceId, after: Revision) -> Result<Revision, StoreError> {
        self.inner.wait(namespace, after).await
    }

    async fn floor(&self, namespace: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.inner.floor(namespace).await
    }

    async fn compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        self.inner.rehearse_compact(namespace, before).await
    }

    async fn rehearse_compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        self.inner.rehearse_compact(namespace, before).await
    }

    async fn shrink(&self) -> Result<Shrunk, StoreError> {
        // How much room can be given back is not known before it is.
        Ok(Shrunk::default())
    }

    async fn verify(&self) -> Result<Report, StoreError> {
        self.inner.verify().await
    }

    async fn verify_chain(&self) -> Result<Report, StoreError> {
        self.inner.verify_chain().await
    }

    async fn close(&self) -> Result<(), StoreError> {
        // Nothing was begun here, and the store below is somebody else's.
        Ok(())
    }
}
