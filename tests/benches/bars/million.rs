//! A store of 1,000,000 versions: reads beside those at 1,000, opening, and checking everything.

use std::{fs, hint::black_box, path::Path, sync::Arc};

use sternway::{
    Sternway,
    provider::Stopwatch,
    store::Limit,
    types::{
        ArtifactId, At, Change, Changeset, Content, Digest, DigestPrefix, EnvironmentId,
        NewVersion, PointerName, Revision, VersionNumber,
    },
};
use tokio::runtime::Runtime;

use crate::{
    Measured,
    report::Bar,
    sample::{Samples, nanos_each},
};

const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;

/// How many publishers there are at once while a store is filled.
const AT_ONCE: u64 = 4_096;

/// How many versions have the same content.
const ALIKE: u64 = 100;

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (few, many) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let small = filled(&runtime, few.path(), FEW)?;
    let small_reads = reads(&runtime, &small, FEW)?;
    let large = filled(&runtime, many.path(), MANY)?;
    let large_reads = reads(&runtime, &large, MANY)?;
    let mut bars: Vec<Bar> =
        small_reads.into_iter().zip(large_reads).map(|(few, many)| read_bar(few, many)).collect();
    bars.extend(verified(&runtime, &large)?);
    // What a process that is killed leaves behind: the file as it is while it is open.
    let killed = tempfile::tempdir()?;
    copy(many.path(), killed.path())?;
    runtime.block_on(small.shutdown())?;
    runtime.block_on(large.shutdown())?;
    let floor = opened(&runtime, few.path())?;
    for (name, path) in
        [("open at 1,000,000", many.path()), ("open at 1,000,000, after kill -9", killed.path())]
    {
        let value = opened(&runtime, path)?;
        let bar = "at most 100 ms (floor: the same at 1,000)";
        bars.push(Bar { name, value, unit: "ms", floor, bar, met: value <= 100.0 });
    }
    Ok(bars)
}

fn read_bar((name, few): (&'static str, f64), (_, many): (&'static str, f64)) -> Bar {
    Bar {
        name,
        value: many / 1e3,
        unit: "µs",
        floor: few / 1e3,
        bar: "at most 2 times the time at 1,000 versions (the floor)",
        met: many <= 2.0 * few,
    }
}

fn filled(runtime: &Runtime, folder: &Path, versions: u64) -> Measured<Sternway> {
    let sw = runtime.block_on(Sternway::open(folder))?;
    runtime.block_on(fill(&sw, &artifact()?, versions))?;
    Ok(sw)
}

fn artifact() -> Measured<ArtifactId> {
    Ok("prompts/greeting".parse()?)
}

async fn fill(sw: &Sternway, artifact: &ArtifactId, versions: u64) -> Measured<()> {
    sw.artifact(artifact.as_str()).publish("Hello!").await?;
    let (control, mut added) = (sw.control(), 1);
    while added < versions {
        let mut commits = tokio::task::JoinSet::new();
        let end = versions.min(added + AT_ONCE);
        for number in added..end {
            let content = content(number)?;
            let id = control.ids().changeset();
            let new = NewVersion::new(artifact.clone(), content.reference());
            let changeset =
                Changeset::new(id, control.namespace().clone(), control.now(), sw.actor().clone())
                    .then(Change::AddVersion(Box::new(new)));
            let store = Arc::clone(control.store());
            commits.spawn(async move {
                store.put(&content, None).await?;
                store.commit(&changeset).await
            });
        }
        added = end;
        while let Some(done) = commits.join_next().await {
            done??;
        }
    }
    Ok(())
}

/// A content of its own for every few versions.
fn content(number: u64) -> Measured<Content> {
    Ok(Content::text(format!("Hello, {{{{name}}}}! ({})", number / ALIKE), None)?)
}

/// How long each kind of read takes, in nanoseconds.
fn reads(runtime: &Runtime, sw: &Sternway, versions: u64) -> Measured<Vec<(&'static str, f64)>> {
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    let artifact = artifact()?;
    let middle = VersionNumber::new(versions / 2);
    let past = At::Revision(Revision::new(versions / 2));
    let name = PointerName::Environment(EnvironmentId::production());
    let prefix = DigestPrefix::from(&content(versions / 2)?.digest());
    let page = nanos_each(9, 500, || {
        let page = store.history(namespace, &artifact, At::Head, middle, Limit::default());
        let page = runtime.block_on(page).expect("the store answers");
        assert_eq!(black_box(page).len(), 50);
    });
    let pointer = |at| {
        nanos_each(9, 5_000, || {
            let pointer = runtime.block_on(store.pointer(namespace, &artifact, &name, at));
            assert!(black_box(pointer).expect("the store answers").is_some());
        })
    };
    let digest = nanos_each(9, 500, || {
        let found = store.with_digest(namespace, &prefix, At::Head, None, Limit::default());
        assert!(!black_box(runtime.block_on(found)).expect("the store answers").is_empty());
    });
    Ok(vec![
        ("history page of 50 at 1,000,000", page),
        ("pointer read at 1,000,000", pointer(At::Head)),
        ("as-of pointer read at 1,000,000", pointer(past)),
        ("versions by digest at 1,000,000", digest),
    ])
}

/// How long checking the chain takes, and checking everything, in seconds.
fn verified(runtime: &Runtime, sw: &Sternway) -> Measured<Vec<Bar>> {
    let watch = Stopwatch::start();
    let report = runtime.block_on(sw.control().store().verify_chain())?;
    let chain = watch.elapsed().as_secs_f64();
    assert!(report.is_sound() && report.revisions >= MANY, "{report:?}");
    let watch = Stopwatch::start();
    let report = runtime.block_on(sw.control().store().verify())?;
    let everything = watch.elapsed().as_secs_f64();
    assert!(report.is_sound() && report.revisions >= MANY, "{report:?}");
    // About as many bytes as the records of the chain have.
    let bytes = vec![7; 256];
    let floor = nanos_each(3, 100_000, || {
        black_box(Digest::of(&bytes));
    });
    #[expect(clippy::cast_precision_loss, reason = "a round number")]
    let floor = floor * MANY as f64 / 1e9;
    let bar = |name, value, bar, met| Bar { name, value, unit: "s", floor, bar, met };
    let hashing = "at most 2 s (floor: hashing as many records)";
    Ok(vec![
        bar("verify the chain of 1,000,000", chain, hashing, chain <= 2.0),
        bar("verify everything of 1,000,000", everything, "reported", true),
    ])
}

fn copy(from: &Path, to: &Path) -> Measured<()> {
    for entry in fs::read_dir(from)? {
        let from = entry?;
        let to = to.join(from.file_name());
        fs::copy(from.path(), &to)?;
        // What is still to be written would be waited for when it is opened.
        fs::File::open(to)?.sync_all()?;
    }
    Ok(())
}

/// How long opening takes, in milliseconds; of a copy that nobody opened before, the first time.
fn opened(runtime: &Runtime, folder: &Path) -> Measured<f64> {
    let mut samples = Samples::default();
    for _ in 0..3 {
        let again = tempfile::tempdir()?;
        copy(folder, again.path())?;
        let watch = Stopwatch::start();
        let sw = runtime.block_on(Sternway::open(again.path()))?;
        samples.add(watch.elapsed());
        runtime.block_on(sw.shutdown())?;
    }
    Ok(samples.quantile_us(0.5) / 1e3)
}
