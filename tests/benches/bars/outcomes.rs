//! Durable outcomes in batches, counted exactly once and judged, beside a bare loop that writes the
//! same batches.

use std::sync::Arc;

use sternway::{
    Sternway,
    deploy::canary,
    provider::{Ids as _, RandomIds, Stopwatch},
    redb::{RedbKv, RedbOptions},
    store::KvStore,
    types::{
        EnvironmentId, Failure, Limits, Outcome, OutcomeStatus, Subject, VersionNumber, Wait,
        Weight,
    },
};

use crate::{
    Measured,
    deployments::start,
    floor::Bare,
    report::Bar,
    taped::{Tape, Taped},
};

const BATCHES: usize = 20;
const BATCH: usize = 10_000;

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let alone = recording(
        "outcomes in batches",
        "at least 100,000 per s (floor: a bare redb loop of the same batches)",
        Runs::OfWhatIsLive,
    )?;
    let beside = recording(
        "outcomes of two beside each other",
        "at least 100,000 per s, half of them of a candidate (floor: a bare redb loop of the same batches)",
        Runs::OfBoth,
    )?;
    Ok(vec![alone, beside])
}

/// What runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runs {
    OfWhatIsLive,
    /// A candidate has half of them.
    OfBoth,
}

fn recording(name: &'static str, bar: &'static str, runs: Runs) -> Measured<Bar> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let tape = Tape::default();
    let inner = RedbKv::open(&folder.path().join("store.redb"), RedbOptions::default())?;
    let store = KvStore::open(Taped { inner, tape: tape.clone() })?;
    let sw = runtime.block_on(Sternway::builder().on(Arc::new(store)))?;
    runtime
        .block_on(async { sw.artifact("tools/search").publish("def execute(query): ...").await })?;
    let subjects = runtime.block_on(subjects(&sw, runs))?;
    let batches: Vec<Vec<Outcome>> = (0..BATCHES).map(|_| of_all(&sw, &subjects)).collect();
    tape.take();

    let watch = Stopwatch::start();
    for batch in batches {
        let recorded = runtime.block_on(sw.control().record(batch))?;
        assert_eq!(recorded.duplicates, 0, "every outcome is new");
        assert!(recorded.judged.iter().all(|it| it.reaction.is_none()), "none is worse");
    }
    let took = watch.elapsed();
    let taped = tape.take();
    runtime.block_on(sw.shutdown())?;

    let bare = Bare::open(&folder.path().join("bare.redb"))?;
    let floor = bare.replay(&taped)?;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred thousand")]
    let recorded = (BATCHES * BATCH) as f64;
    let value = recorded / took.as_secs_f64();
    Ok(Bar {
        name,
        value,
        unit: "per s",
        floor: recorded / floor.as_secs_f64(),
        bar,
        met: value >= 100_000.0,
    })
}

/// What is live, and the candidate beside it, if there is one.
async fn subjects(sw: &Sternway, runs: Runs) -> Measured<Vec<Subject>> {
    let (artifact, environment) = ("tools/search".parse()?, EnvironmentId::production());
    let first = VersionNumber::FIRST;
    if runs == Runs::OfWhatIsLive {
        return Ok(vec![sw.control().subject(&artifact, first, &environment).await?]);
    }
    sw.artifact("tools/search").publish("def execute(query): ....").await?;
    // It waits for more than will come.
    let wait = Wait { outcomes: u32::MAX, ..Wait::default() };
    let plan = canary(&[Weight::new(5_000)?], wait, wait, Limits::default())?;
    start(sw, &artifact, plan).await?;
    let mut both = Vec::new();
    for version in [first, first.next()] {
        both.push(sw.control().subject(&artifact, version, &environment).await?);
    }
    Ok(both)
}

/// A batch in which the versions take turns.
fn of_all(sw: &Sternway, subjects: &[Subject]) -> Vec<Outcome> {
    let each = BATCH / subjects.len();
    let mut batches: Vec<_> =
        subjects.iter().map(|subject| batch(sw, subject, each).into_iter()).collect();
    (0..each)
        .flat_map(|_| batches.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>())
        .collect()
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
