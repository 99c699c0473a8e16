//! A small namespace that every test begins with.

use std::ops::ControlFlow;

use sternway_store::{
    Append, Batch, Direction, Kv as _, KvStore, MemoryKv, Range, Store, StoreError,
};
use sternway_types::{
    Actor, ArtifactId, Change, Changeset, ChangesetId, Content, Environment, EnvironmentId,
    Failure, Force, Generation, MediaType, MoveCause, NamespaceId, NamespaceSettings, NewMove,
    NewVersion, Outcome, OutcomeId, OutcomeStatus, PointerName, Reason, Receipt, Record, Subject,
    Target, Timestamp, VersionNumber,
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
    let production = Environment::new(EnvironmentId::production());
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
    let lab = Environment::new("lab".parse().expect("a name"));
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
    commit_as(text, store, &content(text), at).await
}

/// Adds a version with a content that was put, and makes it live.
pub(crate) async fn commit_content(
    store: &KvStore,
    content: &Content,
    at: i64,
) -> Result<Receipt, StoreError> {
    commit_as(&format!("{} at {at}", content.digest()), store, content, at).await
}

async fn commit_as(
    name: &str,
    store: &KvStore,
    content: &Content,
    at: i64,
) -> Result<Receipt, StoreError> {
    let publish = changeset(name, at)
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

/// Bytes that no compression makes smaller.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let byte = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..len).map(byte).collect()
}

pub(crate) fn opaque(bytes: Vec<u8>) -> Content {
    let media_type: MediaType = "application/octet-stream".parse().expect("a media type");
    Content::bytes(bytes, media_type).expect("a content")
}

/// How many bytes the rows of contents have, with their keys.
pub(crate) fn stored(kv: &MemoryKv) -> u64 {
    let of_contents = |key: &Vec<u8>| key.first().is_some_and(|letter| b"bxyzq".contains(letter));
    let contents = rows(kv).into_iter().filter(|(key, _)| of_contents(key));
    let sizes = contents.map(|(key, value)| key.len() + value.map_or(0, |value| value.len()));
    sizes.sum::<usize>() as u64
}
