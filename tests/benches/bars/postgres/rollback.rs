//! From recording the outcome that decides in one process to a watcher in another one seeing the old
//! version live. The two have nothing in common but the server.

use sternway::{
    Outcome, Sternway,
    provider::Stopwatch,
    types::{Applied, Commit, MoveCause, Revision},
};

use super::Server;
use crate::{Measured, report::Bar, sample::Samples};

const ROUNDS: u64 = 200;

pub(super) async fn measure(server: &Server) -> Measured<Vec<Bar>> {
    let one = server.open(Sternway::builder()).await?;
    let other = server.open(Sternway::builder()).await?;
    server.run("CREATE TABLE {b}.bare (id bigint, text text)").await?;
    let insert = server.sql("INSERT INTO {b}.bare VALUES (1, 'a commit')");
    let (mut ours, mut floor) = (Samples::default(), Samples::default());
    for round in 0..ROUNDS {
        ours.add(one_rollback(&one, &other, round).await?);
        let watch = Stopwatch::start();
        sqlx::query(sqlx::AssertSqlSafe(insert.as_str())).execute(&server.bare).await?;
        floor.add(watch.elapsed());
    }
    one.shutdown().await?;
    other.shutdown().await?;
    let value = ours.quantile_us(0.99);
    Ok(vec![Bar {
        name: "PostgreSQL: rollback to another process, p99",
        value,
        unit: "µs",
        floor: floor.quantile_us(0.99),
        bar: "at most 50,000 µs (floor: the p99 of a bare `INSERT`)",
        met: value <= 50_000.0,
    }])
}

async fn one_rollback(
    one: &Sternway,
    other: &Sternway,
    round: u64,
) -> Measured<std::time::Duration> {
    let artifact = one.artifact(&format!("tools/t{round}"));
    artifact.publish("good").await?;
    let bad = artifact.publish("bad").await?;
    artifact.promote(bad.number).await?;
    let live = artifact.live().await?;
    for _ in 0..2 {
        let judged = live.record(Outcome::failed("it broke")).await?;
        assert!(judged.rollback().is_none(), "two failures do not decide");
    }
    let mut watch = other.watch(one.control().written());
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
