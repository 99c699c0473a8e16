//! A store with a fault.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

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

use super::{Fault, faults};
use crate::must::Must;

/// A sound store, spoilt by one fault.
#[derive(Debug)]
pub(super) struct Broken {
    within: Arc<dyn Store>,
    pub(super) fault: Fault,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    counted: u64,
    kept_back: Option<Changeset>,
    receipt: Option<Receipt>,
    /// What was put, and what it was said to resemble.
    hints: BTreeMap<Digest, (Content, Option<Digest>)>,
}

impl Broken {
    pub(super) fn new(within: Arc<dyn Store>, fault: Fault) -> Self {
        Self { within, fault, state: Mutex::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that was not there before.
    pub(super) fn count(&self) -> u64 {
        let mut state = self.state();
        state.counted += 1;
        state.counted
    }

    /// Keeps a changeset back until somebody looks.
    pub(super) fn keep_back(&self, changeset: Changeset) {
        self.state().kept_back = Some(changeset);
    }

    /// Somebody else's receipt, if there is one, for every third caller.
    pub(super) fn another_receipt(&self, receipt: Receipt) -> Receipt {
        let mut state = self.state();
        state.counted += 1;
        let other = state.receipt.replace(receipt.clone());
        if state.counted.is_multiple_of(3) { other.unwrap_or(receipt) } else { receipt }
    }

    /// The content that one was said to resemble, as if it was that one.
    fn hinted(&self, content: &ContentRef) -> Option<Content> {
        let state = self.state();
        let (_, near) = state.hints.get(&content.digest)?;
        let (near, _) = state.hints.get(near.as_ref()?)?;
        Some(near.clone())
    }

    /// The store within, after what was kept back was committed there.
    pub(super) async fn looked_at(&self) -> &dyn Store {
        let kept_back = self.state().kept_back.take();
        if let Some(changeset) = kept_back {
            self.within.commit(&changeset).await.must("commit what was kept back");
        }
        self.within.as_ref()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Broken {
    async fn put(&self, content: &Content, near: Option<&Digest>) -> Result<(), StoreError> {
        let hint = (content.clone(), near.copied());
        self.state().hints.insert(content.digest(), hint);
        self.looked_at().await.put(content, near).await
    }

    async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        faults::commit(self, changeset).await
    }

    async fn rehearse(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        self.looked_at().await.rehearse(changeset).await
    }

    async fn rehearse_append(&self, append: &Append) -> Result<Appended, StoreError> {
        self.looked_at().await.rehearse_append(append).await
    }

    async fn replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        faults::replay(self, commits).await
    }

    async fn rehearse_replay(&self, commits: &[Commit]) -> Result<usize, StoreError> {
        self.looked_at().await.rehearse_replay(commits).await
    }

    async fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        faults::append(self, append).await
    }

    async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        self.looked_at().await.namespaces(after, limit).await
    }

    async fn head(&self, namespace: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        self.looked_at().await.head(namespace, at).await
    }

    async fn artifact(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError> {
        self.looked_at().await.artifact(namespace, artifact, at).await
    }

    async fn artifacts(
        &self,
        namespace: &NamespaceId,
        prefix: &str,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.looked_at().await.artifacts(namespace, prefix, at, after, limit).await
    }

    async fn version(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.looked_at().await.version(namespace, artifact, number).await
    }

    async fn history(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        self.looked_at().await.history(namespace, artifact, at, before, limit).await
    }

    async fn with_digest(
        &self,
        namespace: &NamespaceId,
        prefix: &DigestPrefix,
        at: At,
        after: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError> {
        self.looked_at().await.with_digest(namespace, prefix, at, after, limit).await
    }

    async fn dependents(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.looked_at().await.dependents(namespace, artifact, at, after, limit).await
    }

    async fn content(&self, content: &ContentRef) -> Result<Option<Content>, StoreError> {
        let read = self.looked_at().await.content(content).await;
        let hinted = if self.fault == Fault::TakesTheHint { self.hinted(content) } else { None };
        hinted.map_or(read, |hinted| Ok(Some(hinted)))
    }

    async fn pointer(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        self.looked_at().await.pointer(namespace, artifact, name, faults::moment(self, at)).await
    }

    async fn pointers(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.looked_at().await.pointers(namespace, artifact, at, after, limit).await
    }

    async fn moves(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        self.looked_at().await.moves(namespace, artifact, name, before, limit).await
    }

    async fn environment(
        &self,
        namespace: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        if self.fault == Fault::ReadsInParts {
            return faults::environment(self, namespace, environment, at, after).await;
        }
        let at = faults::moment(self, at);
        self.looked_at().await.environment(namespace, environment, at, after, limit).await
    }

    async fn record(
        &self,
        namespace: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        self.looked_at().await.record(namespace, key, at).await
    }

    async fn records_of(
        &self,
        namespace: &NamespaceId,
        keys: &[RecordKey],
        at: At,
    ) -> Result<Vec<Option<RecordEntry>>, StoreError> {
        self.looked_at().await.records_of(namespace, keys, at).await
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
        self.looked_at().await.records(namespace, kind, prefix, at, after, limit).await
    }

    async fn tallies(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
    ) -> Result<Option<Tallies>, StoreError> {
        let found = self.looked_at().await.tallies(namespace, subject).await;
        found.map(|found| found.map(|tallies| faults::tallies(self, tallies)))
    }

    async fn outcomes(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.looked_at().await.outcomes(namespace, subject, after, limit).await
    }

    async fn noted(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Noted>, StoreError> {
        faults::noted(self, (namespace, subject), after, limit).await
    }

    async fn subjects(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.looked_at().await.subjects(namespace, after, limit).await
    }

    async fn unjudged(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.looked_at().await.unjudged(namespace, after, limit).await
    }

    async fn open_run(
        &self,
        namespace: &NamespaceId,
        id: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError> {
        self.looked_at().await.open_run(namespace, id).await
    }

    async fn open_runs(
        &self,
        namespace: &NamespaceId,
        due_by: Timestamp,
        after: Option<&OpenRun>,
        limit: Limit,
    ) -> Result<Vec<OpenRun>, StoreError> {
        self.looked_at().await.open_runs(namespace, due_by, after, limit).await
    }

    async fn commit_of(
        &self,
        namespace: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        self.looked_at().await.commit_of(namespace, id).await
    }

    async fn feed(
        &self,
        namespace: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        faults::feed(self, namespace, after, limit).await
    }

    async fn wait(&self, namespace: &NamespaceId, after: Revision) -> Result<Revision, StoreError> {
        self.looked_at().await.wait(namespace, after).await
    }

    async fn floor(&self, namespace: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.looked_at().await.floor(namespace).await
    }

    async fn compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        faults::compact(self, namespace, before).await
    }

    async fn rehearse_compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError> {
        self.looked_at().await.rehearse_compact(namespace, before).await
    }

    async fn shrink(&self) -> Result<Shrunk, StoreError> {
        self.looked_at().await.shrink().await
    }

    async fn verify_chain(&self) -> Result<Report, StoreError> {
        let report = self.looked_at().await.verify_chain().await;
        report.map(|report| faults::report(self, report))
    }

    async fn verify(&self) -> Result<Report, StoreError> {
        let report = self.looked_at().await.verify().await;
        report.map(|report| faults::report(self, report))
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.looked_at().await.close().await
    }
}
