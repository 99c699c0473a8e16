//! A small namespace that every test begins with.

use std::ops::ControlFlow;

use sternway_store::{
    Append, Batch, Direction, Kv as _, KvStore, MemoryKv, Range, Store, StoreError,
};
use sternway_types::{
    Actor, ArtifactId, Change, Changeset, ChangesetId, Content, Environment, EnvironmentId,
    Failure, Force, Generation, MoveCause, NamespaceId, NamespaceSettings, NewMove, NewVersion,
    Outcome, OutcomeId, OutcomeStatus, PointerName, Reason, Receipt, Record, Subject, Target,
    Timestamp, VersionNumber,
};

pub(crate) fn namespace() -> NamespaceId {
    "shop".parse().expect("a namespace")
}

pub(crate) fn greeting() -> ArtifactId {
    "prompts/greeting".parse().expect("an artifact")
}

pub(crate) fn production() -> PointerName {
    PointerName::Environment(EnvironmentId::production())
}

/// The moment this many seconds after 2026-01-01.
pub(crate) fn second(number: i64) -> Timestamp {
    Timestamp::from_micros((1_767_225_600 + number) * 1_000_000)
}

pub(crate) fn changeset(name: &str, at: i64) -> Changeset {
    let alice: Actor = "alice".parse().expect("an actor");
    Changeset::new(ChangesetId::from_name(name), namespace(), second(at), alice)
}

pub(crate) async fn create(store: &KvStore) -> Result<Receipt, StoreError> {
    let production = Environment { id: EnvironmentId::production(), description: String::new() };
    let settings = NamespaceSettings { default_environment: production.id.clone() };
    let create = changeset("create", 0)
        .then(Change::CreateNamespace)
        .then(Change::PutRecord(Box::new(Record::Environment(production))))
        .then(Change::PutRecord(Box::new(Record::Namespace(settings))));
    store.commit(&create).await
}

/// Adds an environment.
#[cfg(any(feature = "faulty", feature = "metered", feature = "traced"))]
pub(crate) fn lab() -> Change {
    let lab = Environment { id: "lab".parse().expect("a name"), description: String::new() };
    Change::PutRecord(Box::new(Record::Environment(lab)))
}

/// Publishes a text, and makes it live.
pub(crate) async fn publish(store: &KvStore, text: &str, at: i64) -> Result<Receipt, StoreError> {
    store.put(&content(text), None).await?;
    commit_text(store, text, at).await
}

/// Publishes a text that was written near to another one.
pub(crate) async fn publish_near(
    store: &KvStore,
    text: &str,
    near: &str,
    at: i64,
) -> Result<Receipt, StoreError> {
    store.put(&content(text), Some(&content(near).digest())).await?;
    commit_text(store, text, at).await
}

pub(crate) fn content(text: &str) -> Content {
    Content::text(text, None).expect("a text")
}

async fn commit_text(store: &KvStore, text: &str, at: i64) -> Result<Receipt, StoreError> {
    let content = content(text);
    let publish = changeset(text, at)
        .because(Reason::new("a test").expect("a reason"))
        .then(Change::AddVersion(Box::new(NewVersion::new(greeting(), content.reference()))))
        .then(Change::MovePointer(Box::new(NewMove {
            artifact: greeting(),
            name: production(),
            to: Target::Added,
            cause: MoveCause::Published,
            force: Force::No,
        })));
    store.commit(&publish).await
}

/// An outcome of a version that went live with this generation.
pub(crate) fn outcome(name: &str, version: u64, at: i64, failed: Option<&str>) -> Outcome {
    let subject = Subject {
        artifact: greeting(),
        environment: EnvironmentId::production(),
        version: VersionNumber::new(version).expect("a version"),
        generation: Generation::new(version),
    };
    let status = match failed {
        Some(class) => OutcomeStatus::Failed(Failure::new(class.parse().ok(), "it broke")),
        None => OutcomeStatus::Succeeded,
    };
    Outcome::new(OutcomeId::from_name(name), subject, second(at), status)
}

pub(crate) fn append(at: i64, outcomes: Vec<Outcome>) -> Append {
    Append::new(namespace(), second(at), outcomes)
}

/// Every row of a map.
pub(crate) fn rows(kv: &MemoryKv) -> Batch {
    let mut rows = Batch::new();
    let everything = Range { from: vec![0], to: vec![u8::MAX], direction: Direction::Forward };
    let snapshot = kv.snapshot().expect("memory can be read");
    let visit = &mut |key: &[u8], value: &[u8]| {
        rows.insert(key.to_vec(), Some(value.to_vec()));
        ControlFlow::Continue(())
    };
    snapshot.scan(&everything, visit).expect("memory can be read");
    rows
}
