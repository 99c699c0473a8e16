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
use tokio::sync::{Semaphore, mpsc::UnboundedSender, oneshot, watch};

use super::{
    apply, blob, codec, key,
    newest::Newest,
    port::{Batch, Direction, Kv, Range},
    staging::{Contents, Get as _, Staging},
    stored::StoredHeader,
    verify,
    view::View,
    writer::{self, Job},
};
use crate::{Append, Appended, Cause, DigestHit, Head, Limit, Report, Store, StoreError, Tallies};

/// How many KiB of contents may wait to be written, before who puts more has to wait.
const QUEUED_KIB: usize = 256 * 1024;

/// The part that is there until the store is closed.
#[derive(Clone)]
struct Open {
    kv: Arc<dyn Kv>,
    jobs: UnboundedSender<Job>,
    newest: Arc<Newest>,
}

/// A [`Store`] over any [`Kv`].
///
/// Reads run on the caller's thread: each is a few steps in an ordered map. Writes go to a thread of
/// the store's own. Dropping the store ends that thread when its queue is empty; [`Store::close`]
/// waits for it.
pub struct KvStore {
    open: RwLock<Option<Open>>,
    bell: watch::Sender<u64>,
    queued: Arc<Semaphore>,
}

impl fmt::Debug for KvStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("KvStore").field("kv", &open.as_ref().map(|open| &open.kv)).finish()
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
        let kv: Arc<dyn Kv> = Arc::new(kv);
        check_header(kv.as_ref())?;
        let bell = watch::Sender::new(0);
        let newest = Arc::new(Newest::new(kv.as_ref())?);
        let jobs = writer::start(Arc::clone(&kv), Arc::clone(&newest), bell.clone())?;
        Ok(Self {
            open: RwLock::new(Some(Open { kv, jobs, newest })),
            bell,
            queued: Arc::new(Semaphore::new(QUEUED_KIB)),
        })
    }

    fn opened(&self) -> Result<Open, StoreError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or(StoreError::Closed)
    }

    fn view(&self) -> Result<Arc<View>, StoreError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let Open { kv, newest, .. } = open.as_ref().ok_or(StoreError::Closed)?;
        newest.view(kv.as_ref())
    }

    fn hand_in(&self, job: Job) -> Result<(), StoreError> {
        self.opened()?.jobs.send(job).map_err(|_| StoreError::Closed)
    }

    /// Hands in a job and waits for its answer. Whoever stops waiting changes nothing.
    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Job,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(job(reply))?;
        // The thread ended without an answer: it was closed, or it died, and nobody is left hanging.
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
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
        self.hand_in(Job::Put { key, value: blob::seal(content), permit })
    }

    async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let fingerprint = apply::fingerprint(changeset)?;
        let changeset = Box::new(changeset.clone());
        self.ask(|reply| Job::Commit { changeset, fingerprint, reply }).await
    }

    async fn rehearse(&self, changeset: &Changeset) -> Result<Receipt, StoreError> {
        let mut staging = Staging::new(self.opened()?.kv.snapshot()?, Contents::Assumed);
        apply::apply(&mut staging, changeset, &apply::fingerprint(changeset)?)
    }

    async fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        let append = Box::new(append.clone());
        self.ask(|reply| Job::Append { append, reply }).await
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
        let mut rings = self.bell.subscribe();
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
        self.ask(|reply| Job::Flush { reply }).await?;
        let Open { kv, newest, .. } = self.opened()?;
        let check = move || {
            // A map may have to be alone to check its own structure.
            newest.let_go();
            verify::verify(kv.as_ref())
        };
        tokio::task::spawn_blocking(check)
            .await
            .map_err(|err| StoreError::Unavailable(Cause::new(err)))?
    }

    async fn close(&self) -> Result<(), StoreError> {
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Open { kv, jobs, newest }) = open else { return Ok(()) };
        newest.let_go();
        drop(kv);
        let (reply, closed) = oneshot::channel();
        if jobs.send(Job::Close { reply }).is_ok() {
            // An error means that the thread is gone already, which is what was asked for.
            drop(closed.await);
        }
        // Whoever waits for a revision finds the store closed.
        self.bell.send_modify(|rings| *rings = rings.wrapping_add(1));
        Ok(())
    }
}
