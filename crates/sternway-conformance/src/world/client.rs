//! Somebody who uses a store: the short forms of what cases do all the time. Each stops the case
//! when the store cannot do it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use sternway_store::{Append, Appended, AsOf, Head, Limit, Store};
use sternway_types::{
    Actor, ArtifactId, At, Change, Changeset, ChangesetId, Commit, Content, EnvironmentId,
    Generation, NamespaceId, NewVersion, Outcome, Pointer, PointerName, Receipt, Revision, Subject,
    Target, Timestamp, Version, VersionNumber,
};

use super::{alice, condemnation, live, move_to, text};
use crate::must::{Must, parsed, there};

/// When the stories begin: 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600_000_000;

/// A store and a namespace in it. Clones share the clock and the ids.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ns: NamespaceId,
    shared: Shared,
}

#[derive(Clone, Debug)]
struct Shared {
    clock: Arc<AtomicI64>,
    drawn: Arc<AtomicU64>,
}

/// A client without a store.
pub(crate) struct Between {
    ns: NamespaceId,
    shared: Shared,
}

impl Between {
    pub(crate) fn enter(self, store: Arc<dyn Store>) -> Client {
        Client { store, ns: self.ns, shared: self.shared }
    }
}

impl Client {
    pub(crate) fn new(store: Arc<dyn Store>, namespace: &str) -> Self {
        let clock = Arc::new(AtomicI64::new(BEGIN));
        Self { store, ns: parsed(namespace), shared: Shared { clock, drawn: Arc::default() } }
    }

    /// The same client in another namespace.
    pub(crate) fn in_namespace(&self, namespace: &str) -> Self {
        Self { ns: parsed(namespace), ..self.clone() }
    }

    /// The same client, who uses another store.
    pub(crate) fn elsewhere(&self, store: Arc<dyn Store>) -> Self {
        Self { store, ..self.clone() }
    }

    /// The same client, who sees the store as it was.
    pub(crate) fn as_of(&self, at: At) -> Self {
        let store = Arc::new(AsOf::new(Arc::clone(&self.store), at));
        Self { store, ..self.clone() }
    }

    /// Gives the store back.
    pub(crate) fn leave(self) -> (Arc<dyn Store>, Between) {
        (self.store, Between { ns: self.ns, shared: self.shared })
    }

    /// The time, a second later whenever somebody asks.
    pub(crate) fn now(&self) -> Timestamp {
        self.pass(1)
    }

    /// Lets seconds pass, or turns the clock back.
    pub(crate) fn pass(&self, seconds: i64) -> Timestamp {
        let micros = seconds.saturating_mul(1_000_000);
        let before = self.shared.clock.fetch_add(micros, Ordering::Relaxed);
        Timestamp::from_micros(before.saturating_add(micros))
    }

    /// A changeset by a person, with an id of its own.
    pub(crate) fn changeset(&self) -> Changeset {
        self.changeset_by(alice())
    }

    /// A changeset by somebody, with an id of its own.
    pub(crate) fn changeset_by(&self, actor: Actor) -> Changeset {
        let number = self.shared.drawn.fetch_add(1, Ordering::Relaxed);
        let id = ChangesetId::from_name(&format!("changeset {number}"));
        Changeset::new(id, self.ns.clone(), self.now(), actor)
    }

    pub(crate) async fn commit(&self, changeset: &Changeset) -> Receipt {
        self.store.commit(changeset).await.must("commit")
    }

    /// Commits one change.
    pub(crate) async fn apply(&self, change: Change) -> Receipt {
        self.commit(&self.changeset().then(change)).await
    }

    /// Writes a content, and answers with the change that adds a version of it.
    pub(crate) async fn add(&self, artifact: &ArtifactId, content: &Content) -> Change {
        self.store.put(content, None).await.must("put a content");
        Change::AddVersion(Box::new(NewVersion::new(artifact.clone(), content.reference())))
    }

    /// Writes a content that is said to resemble another one, and answers with the change that adds a
    /// version of it.
    pub(crate) async fn add_near(
        &self,
        artifact: &ArtifactId,
        content: &Content,
        near: &Content,
    ) -> Change {
        self.store.put(content, Some(&near.digest())).await.must("put a content near another");
        Change::AddVersion(Box::new(NewVersion::new(artifact.clone(), content.reference())))
    }

    /// Adds a version with this text.
    pub(crate) async fn publish(&self, artifact: &ArtifactId, words: &str) -> VersionNumber {
        let receipt = self.apply(self.add(artifact, &text(words)).await).await;
        there(receipt.version_of(artifact), "number of the version that was added")
    }

    /// Adds versions with texts of their own, up to this number.
    pub(crate) async fn publish_many(&self, artifact: &ArtifactId, count: u64) {
        for number in 1..=count {
            self.publish(artifact, &format!("{artifact} {number}")).await;
        }
    }

    /// Moves a pointer, and answers with its generation since.
    pub(crate) async fn set(
        &self,
        artifact: &ArtifactId,
        name: &PointerName,
        to: VersionNumber,
    ) -> Generation {
        self.apply(move_to(artifact, name, Target::Version(to))).await;
        self.pointer(artifact, name).await.generation
    }

    /// Makes a version live.
    pub(crate) async fn go_live(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        to: VersionNumber,
    ) -> Generation {
        self.set(artifact, &live(environment), to).await
    }

    /// Condemns the content of a version.
    pub(crate) async fn condemn(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        number: VersionNumber,
    ) {
        let digest = self.version(artifact, number).await.content.digest;
        self.apply(condemnation(artifact, environment, number, digest)).await;
    }

    pub(crate) async fn head(&self) -> Head {
        there(self.store.head(&self.ns, At::Head).await.must("read the head"), &self.ns)
    }

    pub(crate) async fn version(&self, artifact: &ArtifactId, number: VersionNumber) -> Version {
        let version = self.store.version(&self.ns, artifact, number).await;
        there(version.must("read a version"), format_args!("{artifact}@{number}"))
    }

    /// A pointer as it stands.
    pub(crate) async fn pointer(&self, artifact: &ArtifactId, name: &PointerName) -> Pointer {
        let pointer = self.pointer_as_of(artifact, name, At::Head).await;
        there(pointer, format_args!("{name} of {artifact}"))
    }

    /// A pointer as it stood.
    pub(crate) async fn pointer_as_of(
        &self,
        artifact: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Option<Pointer> {
        self.store.pointer(&self.ns, artifact, name, at).await.must("read a pointer")
    }

    /// The commits after a revision, all of them.
    pub(crate) async fn feed_after(&self, mut after: Revision) -> Vec<Commit> {
        let mut commits = Vec::new();
        loop {
            let page = self.store.feed(&self.ns, after, Limit::MAX).await.must("read the feed");
            let Some(last) = page.last() else { return commits };
            assert!(last.revision > after, "the feed after {after} ends with {}", last.revision);
            after = last.revision;
            commits.extend(page);
        }
    }

    /// All commits.
    pub(crate) async fn feed(&self) -> Vec<Commit> {
        self.feed_after(Revision::ZERO).await
    }

    /// The present stay of what is live.
    pub(crate) async fn subject(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Subject {
        let pointer = self.pointer(artifact, &live(environment)).await;
        Subject {
            artifact: artifact.clone(),
            environment: environment.clone(),
            version: there(pointer.version, format_args!("live version of {artifact}")),
            generation: pointer.generation,
        }
    }

    /// An append that arrives now.
    pub(crate) fn arriving(&self, outcomes: Vec<Outcome>) -> Append {
        Append::new(self.ns.clone(), self.now(), outcomes)
    }

    /// Appends outcomes that arrive now.
    pub(crate) async fn append(&self, outcomes: Vec<Outcome>) -> Appended {
        self.store.append(&self.arriving(outcomes)).await.must("append outcomes")
    }

    /// Counts outcomes that nobody reported before.
    pub(crate) async fn report(&self, outcomes: Vec<Outcome>) {
        let appended = self.append(outcomes).await;
        assert_eq!(appended.duplicates, 0, "new outcomes were taken for old ones");
    }
}
