//! The calls of the port, each in a few words: what they mean is beside this file.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use sternway_types::{
    Artifact, ArtifactId, At, Changeset, ChangesetId, Commit, Content, ContentRef, Digest,
    DigestPrefix, EnvironmentId, NamespaceId, OpenRun, Outcome, OutcomeId, Pointer, PointerMove,
    PointerName, Receipt, RecordEntry, RecordKey, RecordKind, Revision, Subject, Timestamp,
    Version, VersionNumber,
};

use super::{
    answer::Answer,
    blob::Parcel,
    bulk,
    handle::{KvStore, MOST_KIB},
    staging::{Contents, Staging},
};
use crate::{
    Append, Appended, Compaction, DigestHit, Floor, Head, Limit, Noted, Report, Shrunk, Store,
    StoreError, Tallies, decide,
};

#[async_trait]
impl Store for KvStore {
    async fn put(&self, content: &Content, near: Option<&Digest>) -> Result<(), StoreError> {
        // One that is damaged is written again.
        if matches!(self.view().await?.has(content), Ok(true)) {
            return Ok(());
        }
        let kib =
            u32::try_from(content.as_bytes().len() / 1024 + 1).unwrap_or(u32::MAX).min(MOST_KIB);
        let permit = Arc::clone(&self.queued)
            .acquire_many_owned(kib)
            .await
            .map_err(|_| StoreError::Closed)?;
        let parcel = Parcel::new(content);
        let view = self.view().await?;
        let found = parcel.look(view.snapshot.as_ref(), near)?;
        // Nobody holds a view while waiting, nor while compressing.
        let seen = Arc::downgrade(&view);
        drop(view);
        let wrapped = parcel.wrap(found, &self.packs);
        let mut stage = self.stage.lock().await;
        let group = self.group()?;
        stage.put(&group.shared.map, &seen, &content.reference(), wrapped, permit)?;
        drop(stage);
        group.wake();
        Ok(())
    }

    async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let fingerprint = changeset.fingerprint();
        let apply = |staging: &mut _| {
            decide::commit(staging, changeset, fingerprint).map(|commit| Receipt::from(&commit))
        };
        self.decide(apply, Answer::Commit).await
    }

    async fn rehearse(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let mut staging = Staging::new(self.view().await?, Contents::Assumed);
        let commit = decide::commit(&mut staging, changeset, changeset.fingerprint())?;
        Ok(Receipt::from(&commit))
    }

    async fn replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        self.decide(|staging| decide::replay(staging, commits), Answer::Replay).await
    }

    async fn rehearse_replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        decide::replay(&mut Staging::new(self.view().await?, Contents::Assumed), commits)
    }

    async fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        self.decide(|staging| bulk::append(staging, append), Answer::Append).await
    }

    async fn rehearse_append(&self, append: &Append) -> Result<Appended, StoreError> {
        bulk::append(&mut Staging::new(self.view().await?, Contents::Assumed), append)
    }

    async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        self.view().await?.namespaces(after, limit)
    }

    async fn head(&self, namespace: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        self.view().await?.head(namespace, at)
    }

    async fn artifact(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError> {
        self.view().await?.artifact(namespace, artifact, at)
    }

    async fn artifacts(
        &self,
        namespace: &NamespaceId,
        prefix: &str,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.view().await?.artifacts(namespace, prefix, at, after, limit)
    }

    async fn version(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.view().await?.version(namespace, artifact, number)
    }

    async fn history(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        self.view().await?.history(namespace, artifact, at, before, limit)
    }

    async fn with_digest(
        &self,
        namespace: &NamespaceId,
        prefix: &DigestPrefix,
        at: At,
        after: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError> {
        self.view().await?.with_digest(namespace, prefix, at, after, limit)
    }

    async fn dependents(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.view().await?.dependents(namespace, artifact, at, after, limit)
    }

    async fn content(&self, content: &ContentRef) -> Result<Option<Content>, StoreError> {
        self.view().await?.content(content)
    }

    async fn pointer(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        self.view().await?.pointer(namespace, artifact, name, at)
    }

    async fn pointers(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.view().await?.pointers(namespace, artifact, at, after, limit)
    }

    async fn moves(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        self.view().await?.moves(namespace, artifact, name, before, limit)
    }

    async fn environment(
        &self,
        namespace: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.view().await?.environment(namespace, environment, at, after, limit)
    }

    async fn record(
        &self,
        namespace: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        self.view().await?.record(namespace, key, at)
    }

    async fn records_of(
        &self,
        namespace: &NamespaceId,
        keys: &[RecordKey],
        at: At,
    ) -> Result<Vec<Option<RecordEntry>>, StoreError> {
        let view = self.view().await?;
        keys.iter().map(|key| view.record(namespace, key, at)).collect()
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
        self.view().await?.records(namespace, kind, prefix, at, after, limit)
    }

    async fn tallies(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
    ) -> Result<Option<Tallies>, StoreError> {
        self.view().await?.tallies(namespace, subject)
    }

    async fn outcomes(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.view().await?.outcomes(namespace, subject, after, limit)
    }

    async fn noted(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Noted>, StoreError> {
        self.view().await?.noted(namespace, subject, after, limit)
    }

    async fn subjects(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.view().await?.subjects(namespace, after, limit)
    }

    async fn unjudged(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.view().await?.unjudged(namespace, after, limit)
    }

    async fn open_run(
        &self,
        namespace: &NamespaceId,
        id: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError> {
        self.view().await?.open_run(namespace, id)
    }

    async fn open_runs(
        &self,
        namespace: &NamespaceId,
        due_by: Timestamp,
        after: Option<&OpenRun>,
        limit: Limit,
    ) -> Result<Vec<OpenRun>, StoreError> {
        self.view().await?.open_runs(namespace, due_by, after, limit)
    }

    async fn commit_of(
        &self,
        namespace: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        self.view().await?.commit_of(namespace, id)
    }

    async fn feed(
        &self,
        namespace: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        self.view().await?.feed(namespace, after, limit)
    }

    async fn wait(&self, namespace: &NamespaceId, after: Revision) -> Result<Revision, StoreError> {
        let mut rings = self.group()?.shared.listen();
        loop {
            rings.mark_unchanged();
            let view = self.view().await?;
            let head = view.known_head(namespace)?;
            view.kept(namespace, after.next())?;
            drop(view);
            if head.revision > after {
                return Ok(head.revision);
            }
            rings.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }

    async fn floor(&self, namespace: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.view().await?.floor(namespace)
    }

    async fn compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        self.let_go(namespace, before).await
    }

    async fn rehearse_compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        self.rehearse_letting_go(namespace, before).await
    }

    async fn shrink(&self) -> Result<Shrunk, StoreError> {
        self.give_room_back().await
    }

    async fn verify(&self) -> Result<Report, StoreError> {
        self.check_everything().await
    }

    async fn verify_chain(&self) -> Result<Report, StoreError> {
        self.check_chain().await
    }

    async fn close(&self) -> Result<(), StoreError> {
        let group = self.group.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(group) = group {
            group.end();
        }
        let mut let_go = self.let_go.clone();
        // Nothing is ever sent: it ends when the last holder of the map is gone.
        while let_go.changed().await.is_ok() {}
        Ok(())
    }
}
