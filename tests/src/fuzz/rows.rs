//! A store whose rows somebody changed, with checksums that match: every decoder of stored values.
//!
//! The bytes are edits of a small store, four bytes each: which row, where in it, which byte, and
//! what is done. Random rows would end at the checksum; these reach what is behind it.

use std::sync::OnceLock;

use sternway::{
    store::{Append, Batch, Kv as _, KvStore, Limit, MemoryKv, Store, StoreError},
    types::{
        Actor, ArtifactId, At, Change, Changeset, ChangesetId, Content, Environment, EnvironmentId,
        Failure, Force, Generation, MoveCause, NamespaceId, NamespaceSettings, NewMove, NewVersion,
        OpenRun, Outcome, OutcomeId, OutcomeStatus, PointerName, Record, RecordKind, Revision,
        Subject, Target, Timestamp, VersionNumber,
    },
};

use crate::sim::rows_of;

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Opening, reading and verifying a changed store answers something, and never panics.
///
/// # Panics
///
/// If that is not so.
pub fn rows(data: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return };
    let answer = runtime.block_on(changed(data));
    assert!(answer.is_ok(), "{answer:?}");
}

async fn changed(data: &[u8]) -> Made<()> {
    static FILLED: OnceLock<Batch> = OnceLock::new();
    let rows = match FILLED.get() {
        Some(rows) => rows,
        None => {
            let rows = filled().await?;
            FILLED.get_or_init(|| rows)
        }
    };
    let (edits, _) = data.as_chunks();
    let mut edited = rows.clone();
    edits.iter().take(16).for_each(|edit| apply(&mut edited, *edit));
    let kv = MemoryKv::new();
    kv.commit(&edited)?;
    let Ok(store) = KvStore::open(kv.clone()) else { return Ok(()) };
    look(&store).await?;
    match store.verify().await {
        Ok(report) => assert!(report.is_sound() || edited != *rows, "{report:?}"),
        // A thread that panicked is told of in the words of the runtime.
        Err(StoreError::Unavailable(cause)) => return Err(cause.to_string().into()),
        Err(_) => (),
    }
    mend(&store).await?;
    store.close().await?;
    is_mended(&KvStore::open(kv)?).await
}

/// Puts every content again. Nobody is told that one cannot be mended.
async fn mend(store: &KvStore) -> Made<()> {
    for content in contents()? {
        store.put(&content, None).await?;
    }
    Ok(())
}

/// What was put again is there, whatever was wrong with it before.
async fn is_mended(store: &KvStore) -> Made<()> {
    for content in contents()? {
        let read = store.content(&content.reference()).await?;
        assert!(read.as_ref() == Some(&content), "{content:?} was read as {read:?}");
    }
    Ok(store.close().await?)
}

/// Takes every read. What it answers is not looked at; that it answers is the point.
async fn look(store: &KvStore) -> Made<()> {
    let (shop, id) = (namespace()?, artifact()?);
    let (limit, environment) = (Limit::MAX, EnvironmentId::production());
    let live = PointerName::Environment(environment.clone());
    drop(store.namespaces(None, limit).await);
    drop(store.head(&shop, At::Head).await);
    drop(store.artifacts(&shop, "", At::Head, None, limit).await);
    if let Ok(versions) = store.history(&shop, &id, At::Head, None, limit).await {
        for version in versions {
            drop(store.content(&version.content).await);
        }
    }
    drop(store.with_digest(&shop, &"sha256:00000000".parse()?, At::Head, None, limit).await);
    for at in [At::Head, At::Revision(Revision::new(2)), At::Time(Timestamp::EPOCH)] {
        drop(store.pointer(&shop, &id, &live, at).await);
        drop(store.environment(&shop, &environment, at, None, limit).await);
    }
    drop(store.pointers(&shop, &id, At::Head, None, limit).await);
    drop(store.moves(&shop, &id, &live, None, limit).await);
    for kind in RecordKind::ALL {
        drop(store.records(&shop, kind, "", At::Head, None, limit).await);
    }
    drop(store.tallies(&shop, &subject()?).await);
    drop(store.outcomes(&shop, &subject()?, 0, limit).await);
    drop(store.noted(&shop, &subject()?, 0, limit).await);
    drop(store.unjudged(&shop, None, limit).await);
    drop(store.open_run(&shop, open()).await);
    drop(store.open_runs(&shop, Timestamp::MAX, None, limit).await);
    for after in [Revision::ZERO, Revision::new(1)] {
        drop(store.feed(&shop, after, limit).await);
    }
    drop(store.floor(&shop).await);
    drop(store.rehearse_compact(&shop, Revision::new(3)).await);
    let next = changeset("next")?.then(Change::CreateNamespace);
    drop(store.rehearse(&next).await);
    drop(store.rehearse_append(&outcomes("other")?).await);
    drop(store.rehearse_append(&outcomes("open")?).await);
    Ok(())
}

fn apply(rows: &mut Batch, [row, place, byte, what]: [u8; 4]) {
    let Some(key) = rows.keys().nth(usize::from(row).checked_rem(rows.len()).unwrap_or_default())
    else {
        return;
    };
    let key = key.clone();
    let Some(value) = rows.get_mut(&key).and_then(Option::as_mut) else { return };
    let place = usize::from(place).checked_rem(value.len()).unwrap_or_default();
    match what % 5 {
        0 => drop(rows.remove(&key)),
        1 => value.truncate(place),
        2 => value.insert(place, byte),
        _ => {
            if let Some(found) = value.get_mut(place) {
                *found = byte;
            }
        }
    }
    // Half of the time the checksum is left wrong.
    if what < 128
        && let Some(value) = rows.get_mut(&key).and_then(Option::as_mut)
    {
        seal(&key, value);
    }
}

/// Makes the checksum at the end of a value match, as the store computes it.
fn seal(key: &[u8], value: &mut [u8]) {
    let Some((sealed, sum)) = value.split_last_chunk_mut::<4>() else { return };
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_le_bytes());
    hasher.update(key);
    hasher.update(sealed);
    *sum = hasher.finalize().to_le_bytes();
}

fn namespace() -> Made<NamespaceId> {
    Ok("shop".parse()?)
}

fn artifact() -> Made<ArtifactId> {
    Ok("prompts/greeting".parse()?)
}

fn subject() -> Made<Subject> {
    let (environment, version) = (EnvironmentId::production(), VersionNumber::FIRST);
    Ok(Subject { artifact: artifact()?, environment, version, generation: Generation::new(1) })
}

fn changeset(name: &str) -> Made<Changeset> {
    let id = ChangesetId::from_name(name);
    Ok(Changeset::new(id, namespace()?, Timestamp::EPOCH, "alice".parse::<Actor>()?))
}

fn outcomes(name: &str) -> Made<Append> {
    let id = OutcomeId::from_name(name);
    let failed = OutcomeStatus::Failed(Failure::default());
    let outcome = Outcome::new(id, subject()?, Timestamp::EPOCH, failed);
    let append = Append::new(namespace()?, Timestamp::EPOCH, vec![outcome]);
    Ok(append.noting(subject()?, vec![(VersionNumber::FIRST, Generation::ZERO)]))
}

/// A run that began and did not end.
fn open() -> OutcomeId {
    OutcomeId::from_name("open")
}

/// The rows of a small store that holds something of every kind.
async fn filled() -> Made<Batch> {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone())?;
    let id = EnvironmentId::production();
    let settings = NamespaceSettings { default_environment: id.clone() };
    let environment = Environment::new(id.clone());
    let create = changeset("create")?
        .then(Change::CreateNamespace)
        .then(Change::PutRecord(Box::new(Record::Environment(environment))))
        .then(Change::PutRecord(Box::new(Record::Namespace(settings))));
    drop(store.commit(&create).await?);
    let mut near = None;
    for content in contents()? {
        store.put(&content, near.as_ref()).await?;
        near = Some(content.digest());
        let new = NewVersion::new(artifact()?, content.reference());
        let publish =
            changeset(&content.digest().to_string())?.then(Change::AddVersion(Box::new(new)));
        drop(store.commit(&publish.then(live(&id)?)).await?);
    }
    let run = OpenRun::new(open(), subject()?, Timestamp::EPOCH, OpenRun::LONGEST)?;
    drop(store.append(&outcomes("first")?.opening(run)).await?);
    // The first of its three revisions is gone.
    drop(store.compact(&namespace()?, Revision::new(2)).await?);
    let rows = rows_of(&kv)?;
    store.close().await?;
    Ok(rows)
}

/// Small, in full, as a delta against that, and in chunks, some of which two have in common.
fn contents() -> Made<Vec<Content>> {
    let (page, book) = ("a page\n".repeat(300), "a book\n".repeat(50_000));
    let texts = [
        "Hello!".to_owned(),
        page.clone(),
        page + "more",
        book.clone() + &"of its own\n".repeat(20_000),
        book,
    ];
    Ok(texts.into_iter().map(|text| Content::text(text, None)).collect::<Result<_, _>>()?)
}

fn live(environment: &EnvironmentId) -> Made<Change> {
    Ok(Change::MovePointer(Box::new(NewMove {
        artifact: artifact()?,
        name: PointerName::Environment(environment.clone()),
        to: Target::Added,
        cause: MoveCause::Published,
        force: Force::No,
    })))
}
