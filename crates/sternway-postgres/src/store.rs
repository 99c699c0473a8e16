//! The store: the calls of the port, each in a few words.

use async_trait::async_trait;
use sternway_store::{
    Append, Appended, Compaction, DigestHit, Floor, Head, Limit, Noted, Report, Shrunk, Store,
    StoreError, Tallies,
};
use sternway_types::{
    Artifact, ArtifactId, At, Changeset, ChangesetId, Commit, Content, ContentRef, Digest,
    DigestPrefix, EnvironmentId, NamespaceId, OpenRun, Outcome, OutcomeId, Pointer, PointerMove,
    PointerName, Receipt, RecordEntry, RecordKey, RecordKind, Revision, Subject, Timestamp,
    Version, VersionNumber,
};
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

use crate::{
    append,
    commit::{self, Asked},
    compact, contents,
    handle::PostgresStore,
    task::spawn,
    verify,
};

#[async_trait]
impl Store for PostgresStore {
    async fn put(&self, content: &Content, _: Option<&Digest>) -> Result<(), StoreError> {
        // A task of its own: who goes away leaves its session whole.
        let (db, content) = (self.open()?.clone(), content.clone());
        let (digest, len) = (content.digest(), content.reference().len);
        let put = spawn(async move { contents::put(&db, &content).await });
        put.await.unwrap_or(Err(StoreError::Closed))?;
        self.recent.add(digest, len);
        Ok(())
    }

    async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let asked = Asked::Commit(Box::new(changeset.clone()), changeset.fingerprint());
        self.decide(&changeset.namespace, asked).await?.into_receipt()
    }

    async fn rehearse(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let asked = Asked::Commit(Box::new(changeset.clone()), changeset.fingerprint());
        commit::rehearse(self.open()?, &changeset.namespace, &asked).await?.into_receipt()
    }

    async fn replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        let Some(first) = commits.first() else { return Ok(0) };
        self.decide(&first.namespace, Asked::Replay(commits.to_vec())).await?.into_count()
    }

    async fn rehearse_replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        let Some(first) = commits.first() else { return Ok(0) };
        let asked = Asked::Replay(commits.to_vec());
        commit::rehearse(self.open()?, &first.namespace, &asked).await?.into_count()
    }

    async fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.appends.ask(append.namespace(), append::Job { append: append.clone(), reply })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    async fn rehearse_append(&self, append: &Append) -> Result<Appended, StoreError> {
        append::rehearse(self.open()?, &self.known, append).await
    }

    async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        self.open()?.namespaces(after, limit).await
    }

    async fn head(&self, namespace: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        self.open()?.head(namespace, at).await
    }

    async fn artifact(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError> {
        self.open()?.artifact(namespace, artifact, at).await
    }

    async fn artifacts(
        &self,
        namespace: &NamespaceId,
        prefix: &str,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.open()?.artifacts(namespace, prefix, at, after, limit).await
    }

    async fn version(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.open()?.version(namespace, artifact, number).await
    }

    async fn history(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        self.open()?.history(namespace, artifact, at, before, limit).await
    }

    async fn with_digest(
        &self,
        namespace: &NamespaceId,
        prefix: &DigestPrefix,
        at: At,
        after: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError> {
        self.open()?.with_digest(namespace, prefix, at, after, limit).await
    }

    async fn dependents(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.open()?.dependents(namespace, artifact, at, after, limit).await
    }

    async fn content(&self, content: &ContentRef) -> Result<Option<Content>, StoreError> {
        contents::get(self.open()?, content).await
    }

    async fn pointer(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        self.open()?.pointer(namespace, artifact, name, at).await
    }

    async fn pointers(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.open()?.pointers(namespace, artifact, at, after, limit).await
    }

    async fn moves(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        self.open()?.moves(namespace, artifact, name, before, limit).await
    }

    async fn environment(
        &self,
        namespace: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.open()?.environment(namespace, environment, at, after, limit).await
    }

    async fn record(
        &self,
        namespace: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        self.open()?.record(namespace, key, at).await
    }

    async fn records_of(
        &self,
        namespace: &NamespaceId,
        keys: &[RecordKey],
        at: At,
    ) -> Result<Vec<Option<RecordEntry>>, StoreError> {
        self.open()?.records_of(namespace, keys, at).await
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
        self.open()?.records(namespace, kind, prefix, at, after, limit).await
    }

    async fn tallies(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
    ) -> Result<Option<Tallies>, StoreError> {
        let db = self.open()?;
        let found = append::tallies(db, namespace, subject, Tallies::default()).await?;
        if found.is_none() {
            db.exists(namespace).await?;
        }
        Ok(found)
    }

    async fn outcomes(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.open()?.outcomes(namespace, subject, after, limit).await
    }

    async fn noted(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Noted>, StoreError> {
        self.open()?.noted(namespace, subject, after, limit).await
    }

    async fn subjects(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.open()?.subjects(namespace, after, limit).await
    }

    async fn unjudged(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.open()?.unjudged(namespace, after, limit).await
    }

    async fn open_run(
        &self,
        namespace: &NamespaceId,
        id: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError> {
        self.open()?.open_run(namespace, id).await
    }

    async fn open_runs(
        &self,
        namespace: &NamespaceId,
        due_by: Timestamp,
        after: Option<&OpenRun>,
        limit: Limit,
    ) -> Result<Vec<OpenRun>, StoreError> {
        self.open()?.open_runs(namespace, due_by, after, limit).await
    }

    async fn commit_of(
        &self,
        namespace: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        self.open()?.commit_of(namespace, id).await
    }

    async fn feed(
        &self,
        namespace: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        self.open()?.feed(namespace, after, limit).await
    }

    async fn wait(&self, namespace: &NamespaceId, after: Revision) -> Result<Revision, StoreError> {
        let mut rings = self.bells.listen(namespace);
        loop {
            rings.mark_unchanged();
            let newest = self.open()?.came(namespace, after).await?;
            if newest > after {
                return Ok(newest);
            }
            // Who is not told looks anyway.
            drop(timeout(self.bells.patience(), rings.changed()).await);
        }
    }

    async fn floor(&self, namespace: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.open()?.floor(namespace).await
    }

    async fn compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        let (db, ns) = (self.open()?.clone(), namespace.clone());
        let compact = spawn(async move { compact::compact(&db, &ns, before).await });
        compact.await.unwrap_or(Err(StoreError::Closed))
    }

    async fn rehearse_compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        compact::rehearse(self.open()?, namespace, before).await
    }

    async fn shrink(&self) -> Result<Shrunk, StoreError> {
        compact::shrink(self.open()?).await
    }

    async fn verify(&self) -> Result<Report, StoreError> {
        verify::verify(self.open()?).await
    }

    async fn verify_chain(&self) -> Result<Report, StoreError> {
        verify::verify_chain(self.open()?).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.commits.close().await;
        self.appends.close().await;
        self.tasks.iter().for_each(JoinHandle::abort);
        // Everything that was asked for is answered: a session that says nothing is not waited for.
        drop(timeout(self.db.patience, self.db.pool.close()).await);
        self.bells.ring_all();
        Ok(())
    }
}
