//! From recording the outcome that decides to a watcher in the process seeing the old version live,
//! durably, beside bare commits of the same durability.

use sternway::{
    Outcome, Sternway,
    provider::Stopwatch,
    types::{Applied, Commit, MoveCause, Revision},
};

use crate::{
    Measured,
    floor::{Bare, small_batch},
    report::Bar,
    sample::Samples,
};

const ROUNDS: u64 = 300;

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let bare = Bare::open(&folder.path().join("bare.redb"))?;
    let sw = runtime.block_on(Sternway::open(folder.path().join("store")))?;
    let (mut ours, mut floor) = (Samples::default(), Samples::default());
    for round in 0..ROUNDS {
        let took = runtime.block_on(one_rollback(&sw, round))?;
        ours.add(took);
        // One bare commit beside each rollback: both see the same state of the machine.
        floor.add(bare.commit(&small_batch(round))?);
    }
    runtime.block_on(sw.shutdown())?;
    let (value, floor) = (ours.quantile_us(0.99), floor.quantile_us(0.99));
    Ok(vec![Bar {
        name: "rollback to watcher, p99",
        value,
        unit: "µs",
        floor,
        bar: "at most 3 bare redb commits (their p99)",
        met: value <= 3.0 * floor,
    }])
}

async fn one_rollback(sw: &Sternway, round: u64) -> Measured<std::time::Duration> {
    let artifact = sw.artifact(&format!("tools/t{round}"));
    artifact.publish("good").await?;
    let bad = artifact.publish("bad").await?;
    artifact.promote(bad.number).await?;
    let live = artifact.live().await?;
    for _ in 0..2 {
        let judged = live.record(Outcome::failed("it broke")).await?;
        assert!(judged.rollback().is_none(), "two failures do not decide");
    }
    let mut watch = sw.watch(live.revision().max(sw.control().written()));
    let mut watching = tokio::task::JoinSet::new();
    watching.spawn(async move {
        loop {
            let commit = watch.next().await?;
            if is_rollback(&commit) {
                return Ok::<Revision, sternway::control::ControlError>(commit.revision);
            }
        }
    });
    // Let the watcher begin to wait.
    tokio::task::yield_now().await;
    let start = Stopwatch::start();
    let judged = live.record(Outcome::failed("it broke")).await?;
    let revision = watching.join_next().await.ok_or("nobody watches")???;
    let took = start.elapsed();
    assert_eq!(judged.rollback().map(|rollback| rollback.revision), Some(revision));
    Ok(took)
}

fn is_rollback(commit: &Commit) -> bool {
    commit.applied.iter().any(|applied| {
        matches!(applied, Applied::PointerMoved(moved) if matches!(moved.cause, MoveCause::RolledBack(_)))
    })
}
