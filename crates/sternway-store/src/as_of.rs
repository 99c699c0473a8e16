//! A store as it was.

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

/// Wraps a store so that every read sees it as it was at a revision or a moment, and every write is
/// answered with [`StoreError::Past`]. Outcomes have no revision: what is counted is shown as it is
/// now, none waits to be judged, and no run is open. Closing it leaves the store open.
///
/// A revision is found at once, and a moment by halving the log for each read; one that has not
/// passed is not fixed yet.
#[derive(Debug)]
pub struct AsOf {
    inner: Arc<dyn Store>,
    at: At,
}

impl AsOf {
    /// Shows this store as it was.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, at: At) -> Self {
        Self { inner, at }
    }

    /// The last revision of a namespace that is seen.
    async fn bound(&self, namespace: &NamespaceId) -> Result<Revision, StoreError> {
        let head = self.inner.head(namespace, self.at).await?;
        Ok(head.map_or(Revision::ZERO, |head| head.revision))
    }

    /// When to look, if this is what was asked for.
    async fn at(&self, namespace: &NamespaceId, asked: At) -> Result<At, StoreError> {
        if asked == At::Head {
            return Ok(self.at);
        }
        let newest = self.bound(namespace).await?;
        match asked {
            At::Revision(asked) if asked > newest => Err(StoreError::NotYet { asked, newest }),
            At::Time(_) => {
                let then = self.inner.head(namespace, asked).await?;
                let then = then.map_or(Revision::ZERO, |head| head.revision);
                Ok(At::Revision(then.min(newest)))
            }
            At::Revision(_) | At::Head => Ok(asked),
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for AsOf {
    async fn put(&self, _: &Content, _: Option<&Digest>) -> Result<(), StoreError> {
        Err(StoreError::Past)
    }

    async fn commit(&self, _: &Changeset) -> Result<Receipt, StoreError> {
        Err(StoreError::Past)
    }

    async fn rehearse(&self, _: &Changeset) -> Result<Receipt, StoreError> {
        Err(StoreError::Past)
    }

    async fn replay(&self, _: &[Commit]) -> Result<usize, StoreError> {
        Err(StoreError::Past)
    }

    async fn rehearse_replay(&self, _: &[Commit]) -> Result<usize, StoreError> {
        Err(StoreError::Past)
    }

    async fn append(&self, _: &Append) -> Result<Appended, StoreError> {
        Err(StoreError::Past)
    }

    async fn rehearse_append(&self, _: &Append) -> Result<Appended, StoreError> {
        Err(StoreError::Past)
    }

    async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        self.inner.namespaces(after, limit).await
    }

    async fn head(&self, namespace: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        let at = self.at(namespace, at).await?;
        self.inner.head(namespace, at).await
    }

    async fn artifact(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError> {
        let at = self.at(namespace, at).await?;
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
        let at = self.at(namespace, at).await?;
        self.inner.artifacts(namespace, prefix, at, after, limit).await
    }

    async fn version(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        let bound = self.bound(namespace).await?;
        let version = self.inner.version(namespace, artifact, number).await?;
        Ok(version.filter(|version| version.revision <= bound))
    }

    async fn history(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        let at = self.at(namespace, at).await?;
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
        let at = self.at(namespace, at).await?;
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
        let at = self.at(namespace, at).await?;
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
        let at = self.at(namespace, at).await?;
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
        let at = self.at(namespace, at).await?;
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
        let end = self.bound(namespace).await?.next();
        let before = before.map_or(end, |before| before.min(end));
        self.inner.moves(namespace, artifact, name, Some(before), limit).await
    }

    async fn environment(
        &self,
        namespace: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        let at = self.at(namespace, at).await?;
        self.inner.environment(namespace, environment, at, after, limit).await
    }

    async fn record(
        &self,
        namespace: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        let at = self.at(namespace, at).await?;
        self.inner.record(namespace, key, at).await
    }

    async fn records_of(
        &self,
        namespace: &NamespaceId,
        keys: &[RecordKey],
        at: At,
    ) -> Result<Vec<Option<RecordEntry>>, StoreError> {
        let at = self.at(namespace, at).await?;
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
        let at = self.at(namespace, at).await?;
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
        _: Option<&Subject>,
        _: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        // Whoever judges writes, and nothing is written here.
        self.bound(namespace).await.map(|_| Vec::new())
    }

    async fn open_run(
        &self,
        namespace: &NamespaceId,
        _: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError> {
        self.bound(namespace).await.map(|_| None)
    }

    async fn open_runs(
        &self,
        namespace: &NamespaceId,
        _: Timestamp,
        _: Option<&OpenRun>,
        _: Limit,
    ) -> Result<Vec<OpenRun>, StoreError> {
        // Whoever closes them writes.
        self.bound(namespace).await.map(|_| Vec::new())
    }

    async fn commit_of(
        &self,
        namespace: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        let bound = self.bound(namespace).await?;
        let commit = self.inner.commit_of(namespace, id).await?;
        Ok(commit.filter(|commit| commit.revision <= bound))
    }

    async fn feed(
        &self,
        namespace: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        let bound = self.bound(namespace).await?;
        let mut page = self.inner.feed(namespace, after, limit).await?;
        page.retain(|commit| commit.revision <= bound);
        Ok(page)
    }

    async fn wait(&self, namespace: &NamespaceId, after: Revision) -> Result<Revision, StoreError> {
        let bound = self.bound(namespace).await?;
        if bound > after {
            // It does not wait, since there is a newer one; but it may have been let go.
            return self.inner.wait(namespace, after).await.map(|_| bound);
        }
        // Nothing comes to the past any more.
        std::future::pending().await
    }

    async fn floor(&self, namespace: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.inner.floor(namespace).await
    }

    async fn compact(&self, _: &NamespaceId, _: Revision) -> Result<Compaction, StoreError> {
        Err(StoreError::Past)
    }

    async fn rehearse_compact(
        &self,
        _: &NamespaceId,
        _: Revision,
    ) -> Result<Compaction, StoreError> {
        Err(StoreError::Past)
    }

    async fn shrink(&self) -> Result<Shrunk, StoreError> {
        Err(StoreError::Past)
    }

    async fn verify(&self) -> Result<Report, StoreError> {
        self.inner.verify().await
    }

    async fn verify_chain(&self) -> Result<Report, StoreError> {
        self.inner.verify_chain().await
    }

    async fn close(&self) -> Result<(), StoreError> {
        // The store below is somebody else's.
        Ok(())
    }
}
