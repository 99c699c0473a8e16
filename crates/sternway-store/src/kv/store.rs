//! [`Store`] over any [`Kv`].

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use sternway_types::{
    Artifact, ArtifactId, At, Changeset, Commit, Content, ContentRef, DigestPrefix, EnvironmentId,
    NamespaceId, Outcome, Pointer, PointerMove, PointerName, Receipt, RecordEntry, RecordKey,
    RecordKind, Revision, Subject, Version, VersionNumber,
};
use tokio::sync::Semaphore;

use super::{
    answer::Waiting,
    apply, blob, codec,
    group::Group,
    key,
    port::{Batch, Direction, Kv, Range},
    staging::{Contents, Get as _, Staging},
    stored::StoredHeader,
    verify,
    view::View,
};
use crate::{Append, Appended, Cause, DigestHit, Head, Limit, Report, Store, StoreError, Tallies};

/// How many KiB of contents may wait to be written, before who puts more has to wait.
const QUEUED_KIB: usize = 256 * 1024;

/// A [`Store`] over any [`Kv`].
///
/// Reads run on the caller's thread: each is a few steps in an ordered map. Writes are decided there
/// too, and made durable by a thread of the store's own. Dropping the store ends that thread when
/// what was decided is written; [`Store::close`] waits for it.
pub struct KvStore {
    group: RwLock<Option<Arc<Group>>>,
    queued: Arc<Semaphore>,
}

impl fmt::Debug for KvStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = self.group.read().unwrap_or_else(PoisonError::into_inner);
        let kv = group.as_ref().map(|group| group.shared.kv());
        f.debug_struct("KvStore").field("kv", &kv).finish_non_exhaustive()
    }
}

impl KvStore {
    /// Opens the store that a map holds, or makes an empty map one.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotAStore`] if the map holds something else, [`StoreError::NewerFormat`] if it
    /// was written by a newer Sternway, and what the map answers if it cannot be read.
    pub fn open(kv: impl Kv) -> Result<Self, StoreError> {
        check_header(&kv)?;
        let group = Group::start(Arc::new(kv))?;
        Ok(Self {
            group: RwLock::new(Some(Arc::new(group))),
            queued: Arc::new(Semaphore::new(QUEUED_KIB)),
        })
    }

    fn group(&self) -> Result<Arc<Group>, StoreError> {
        let group = self.group.read().unwrap_or_else(PoisonError::into_inner);
        group.clone().ok_or(StoreError::Closed)
    }

    fn view(&self) -> Result<Arc<View>, StoreError> {
        let group = self.group.read().unwrap_or_else(PoisonError::into_inner);
        let Group { shared, .. } = group.as_deref().ok_or(StoreError::Closed)?;
        shared.newest().view(shared.kv())
    }
}

/// Waits for an answer. Where none comes, the store was closed.
async fn answered<T>(waiting: Waiting<T>) -> Result<T, StoreError> {
    waiting.await.unwrap_or(Err(StoreError::Closed))
}

/// Checks that a map is a store of a layout that is known here; makes an empty one a store.
fn check_header(kv: &dyn Kv) -> Result<(), StoreError> {
    let snapshot = kv.snapshot()?;
    let key = key::store();
    let layout = StoredHeader::LAYOUT;
    if let Some(header) = snapshot.read::<StoredHeader>(&key)? {
        if header.magic != StoredHeader::MAGIC {
            return Err(StoreError::NotAStore { detail: "its header is another's".into() });
        }
        if header.layout > layout {
            let (place, found) = ("the store".into(), header.layout);
            return Err(StoreError::NewerFormat { place, found, newest: layout });
        }
        return Ok(());
    }
    let everything = Range { from: vec![0], to: vec![u8::MAX; 2], direction: Direction::Forward };
    let mut empty = true;
    snapshot.scan(&everything, &mut |_, _| {
        empty = false;
        std::ops::ControlFlow::Break(())
    })?;
    if !empty {
        return Err(StoreError::NotAStore { detail: "it holds data and has no header".into() });
    }
    let header = StoredHeader { magic: StoredHeader::MAGIC.into(), layout };
    let sealed = codec::write(&key, &header)?;
    Ok(kv.commit(&Batch::from([(key, Some(sealed))]))?)
}

#[async_trait]
impl Store for KvStore {
    async fn put(&self, content: &Content) -> Result<(), StoreError> {
        let key = key::blob(&content.digest());
        if self.view()?.has(&key)? {
            return Ok(());
        }
        let kib = u32::try_from(content.as_bytes().len() / 1024 + 1).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.queued)
            .acquire_many_owned(kib)
            .await
            .map_err(|_| StoreError::Closed)?;
        self.group()?.put(key, blob::seal(content), permit).await
    }

    async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let fingerprint = apply::fingerprint(changeset)?;
        // The group is let go before waiting: a store that is closed meanwhile is closed.
        let waiting = self.group()?.commit(changeset, &fingerprint).await?;
        answered(waiting).await
    }

    async fn rehearse(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let mut staging = Staging::new(self.group()?.shared.kv().snapshot()?, Contents::Assumed);
        apply::apply(&mut staging, changeset, &apply::fingerprint(changeset)?)
    }

    async fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        let waiting = self.group()?.append(append).await?;
        answered(waiting).await
    }

    async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        self.view()?.namespaces(after, limit)
    }

    async fn head(&self, namespace: &NamespaceId) -> Result<Option<Head>, StoreError> {
        self.view()?.head(namespace)
    }

    async fn artifact(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
    ) -> Result<Option<Artifact>, StoreError> {
        self.view()?.artifact(namespace, artifact)
    }

    async fn artifacts(
        &self,
        namespace: &NamespaceId,
        prefix: &str,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.view()?.artifacts(namespace, prefix, after, limit)
    }

    async fn version(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.view()?.version(namespace, artifact, number)
    }

    async fn history(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        self.view()?.history(namespace, artifact, before, limit)
    }

    async fn with_digest(
        &self,
        namespace: &NamespaceId,
        prefix: &DigestPrefix,
        after: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError> {
        self.view()?.with_digest(namespace, prefix, after, limit)
    }

    async fn content(&self, content: &ContentRef) -> Result<Option<Content>, StoreError> {
        self.view()?.content(content)
    }

    async fn pointer(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        self.view()?.pointer(namespace, artifact, name, at)
    }

    async fn pointers(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        after: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.view()?.pointers(namespace, artifact, after, limit)
    }

    async fn moves(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        self.view()?.moves(namespace, artifact, name, before, limit)
    }

    async fn environment(
        &self,
        namespace: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        self.view()?.environment(namespace, environment, at, after, limit)
    }

    async fn record(
        &self,
        namespace: &NamespaceId,
        key: &RecordKey,
    ) -> Result<Option<RecordEntry>, StoreError> {
        self.view()?.record(namespace, key)
    }

    async fn records(
        &self,
        namespace: &NamespaceId,
        kind: RecordKind,
        prefix: &str,
        after: Option<&str>,
        limit: Limit,
    ) -> Result<Vec<RecordEntry>, StoreError> {
        self.view()?.records(namespace, kind, prefix, after, limit)
    }

    async fn tallies(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
    ) -> Result<Option<Tallies>, StoreError> {
        self.view()?.tallies(namespace, subject)
    }

    async fn outcomes(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.view()?.outcomes(namespace, subject, after, limit)
    }

    async fn unjudged(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.view()?.unjudged(namespace, after, limit)
    }

    async fn feed(
        &self,
        namespace: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        self.view()?.feed(namespace, after, limit)
    }

    async fn wait(&self, namespace: &NamespaceId, after: Revision) -> Result<Revision, StoreError> {
        let mut rings = self.group()?.shared.listen();
        loop {
            rings.mark_unchanged();
            let head = self.view()?.known_head(namespace)?;
            if head.revision > after {
                return Ok(head.revision);
            }
            rings.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }

    async fn verify(&self) -> Result<Report, StoreError> {
        let group = self.group()?;
        answered(group.flush().await?).await?;
        let check = move || {
            let Group { shared, .. } = group.as_ref();
            // A map may have to be alone to check its own structure.
            shared.newest().let_go();
            verify::verify(shared.kv())
        };
        tokio::task::spawn_blocking(check)
            .await
            .map_err(|err| StoreError::Unavailable(Cause::new(err)))?
    }

    async fn close(&self) -> Result<(), StoreError> {
        let group = self.group.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(group) = group else { return Ok(()) };
        let closed = group.close().await;
        drop(group);
        // An error means that the thread is gone already, which is what was asked for.
        drop(closed.await);
        Ok(())
    }
}
