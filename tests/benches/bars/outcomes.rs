//! Durable outcomes in batches, counted exactly once and judged, beside a bare loop that writes the
//! same batches.

use std::sync::Arc;

use sternway::{
    Sternway,
    provider::{Ids as _, RandomIds, Stopwatch},
    redb::{RedbKv, RedbOptions},
    store::KvStore,
    types::{EnvironmentId, Failure, Outcome, OutcomeStatus, Subject, VersionNumber},
};

use crate::{
    Measured,
    floor::Bare,
    report::Bar,
    taped::{Tape, Taped},
};

const BATCHES: usize = 20;
const BATCH: usize = 10_000;

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let tape = Tape::default();
    let inner = RedbKv::open(&folder.path().join("store.redb"), RedbOptions::default())?;
    let store = KvStore::open(Taped { inner, tape: tape.clone() })?;
    let sw = runtime.block_on(Sternway::builder().on(Arc::new(store)))?;
    runtime
        .block_on(async { sw.artifact("tools/search").publish("def execute(query): ...").await })?;
    let subject = runtime.block_on(sw.control().subject(
        &"tools/search".parse()?,
        VersionNumber::FIRST,
        &EnvironmentId::production(),
    ))?;
    let batches: Vec<Vec<Outcome>> = (0..BATCHES).map(|_| batch(&sw, &subject, BATCH)).collect();
    tape.take();

    let watch = Stopwatch::start();
    for batch in batches {
        let recorded = runtime.block_on(sw.control().record(batch))?;
        assert_eq!(recorded.duplicates, 0, "every outcome is new");
    }
    let took = watch.elapsed();
    let taped = tape.take();
    runtime.block_on(sw.shutdown())?;

    let bare = Bare::open(&folder.path().join("bare.redb"))?;
    let floor = bare.replay(&taped)?;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred thousand")]
    let recorded = (BATCHES * BATCH) as f64;
    let value = recorded / took.as_secs_f64();
    Ok(vec![Bar {
        name: "outcomes in batches",
        value,
        unit: "per s",
        floor: recorded / floor.as_secs_f64(),
        bar: "at least 100,000 per s (floor: a bare redb loop of the same batches)",
        met: value >= 100_000.0,
    }])
}

/// Outcomes of which every twentieth failed.
pub(crate) fn batch(sw: &Sternway, subject: &Subject, count: usize) -> Vec<Outcome> {
    let outcome = |number: usize| {
        let status = if number.is_multiple_of(20) {
            OutcomeStatus::Failed(Failure::new("TimeoutError".parse().ok(), "took too long"))
        } else {
            OutcomeStatus::Succeeded
        };
        Outcome::new(RandomIds.outcome(), subject.clone(), sw.control().now(), status)
    };
    (0..count).map(outcome).collect()
}
