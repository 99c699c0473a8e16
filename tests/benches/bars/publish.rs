//! Durable publishes by 64 callers at once, beside a bare loop that writes the same batches.

use std::{sync::Arc, time::Duration};

use sternway::{
    Sternway,
    provider::Stopwatch,
    redb::{RedbKv, RedbOptions},
    store::KvStore,
};

use crate::{
    Measured,
    floor::Bare,
    report::Bar,
    taped::{Tape, Taped},
};

const CALLERS: u32 = 64;
const ROUNDS: u32 = 8;
const EACH: u32 = 60;

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let tape = Tape::default();
    let inner = RedbKv::open(&folder.path().join("store.redb"), RedbOptions::default())?;
    let store = KvStore::open(Taped { inner, tape: tape.clone() })?;
    let sw = runtime.block_on(Sternway::builder().on(Arc::new(store)))?;
    // Every artifact has its first version, so that what is measured is the common publish.
    runtime.block_on(publish_all(&sw, 1, "warm"))?;
    tape.take();

    // The floor is measured after each round: the machine is not the same from second to second.
    let bare = Bare::open(&folder.path().join("bare.redb"))?;
    let (mut took, mut floor) = (Duration::ZERO, Duration::ZERO);
    for round in 0..ROUNDS {
        let watch = Stopwatch::start();
        runtime.block_on(publish_all(&sw, EACH, &format!("round {round}")))?;
        took += watch.elapsed();
        floor += bare.replay(&tape.take())?;
    }
    runtime.block_on(sw.shutdown())?;

    let published = f64::from(CALLERS * EACH * ROUNDS);
    let value = published / took.as_secs_f64();
    let floor = published / floor.as_secs_f64();
    Ok(vec![Bar {
        name: "publish by 64 callers",
        value,
        unit: "per s",
        floor,
        bar: "at least 70 % of a bare redb loop of the same batches",
        met: value >= 0.7 * floor,
    }])
}

async fn publish_all(sw: &Sternway, each: u32, round: &str) -> Measured<()> {
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let artifact = sw.artifact(&format!("prompts/p{caller}"));
        let round = round.to_owned();
        callers.spawn(async move {
            for number in 0..each {
                let text =
                    format!("{round} prompt {number} of {caller}: {}", "be kind. ".repeat(100));
                artifact.publish(text).reason("a better prompt").await?;
            }
            Ok::<_, sternway::Error>(())
        });
    }
    while let Some(done) = callers.join_next().await {
        done??;
    }
    Ok(())
}
