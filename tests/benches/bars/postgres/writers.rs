//! Publishes and pointer moves by many at once, in one namespace and in many, beside bare statements
//! by as many sessions.

use sternway::{
    Sternway,
    provider::Stopwatch,
    types::{NamespaceId, VersionNumber},
};
use tokio::task::JoinSet;

use super::Server;
use crate::{Measured, report::Bar};

/// How long each is measured for.
const EACH: std::time::Duration = std::time::Duration::from_secs(3);

/// How many write at once, in how many namespaces, and what that is called.
const CASES: [(usize, usize, &str, &str); 6] = [
    (1, 1, "PostgreSQL: publish, 1 caller", "PostgreSQL: promote, 1 caller"),
    (8, 1, "PostgreSQL: publish, 8 callers", "PostgreSQL: promote, 8 callers"),
    (32, 1, "PostgreSQL: publish, 32 callers", "PostgreSQL: promote, 32 callers"),
    (1, 64, "PostgreSQL: publish, 1 caller, 64 spaces", "PostgreSQL: promote, 1 caller, 64 spaces"),
    (
        8,
        64,
        "PostgreSQL: publish, 8 callers, 64 spaces",
        "PostgreSQL: promote, 8 callers, 64 spaces",
    ),
    (
        32,
        64,
        "PostgreSQL: publish, 32 callers, 64 spaces",
        "PostgreSQL: promote, 32 callers, 64 spaces",
    ),
];

pub(super) async fn measure(server: &Server) -> Measured<Vec<Bar>> {
    server
        .run(
            "CREATE TABLE {b}.version (artifact text, number bigint, digest bytea, body text, at bigint,
                PRIMARY KEY (artifact, number));
            CREATE TABLE {b}.pointer (artifact text PRIMARY KEY, version bigint, generation bigint) WITH (fillfactor = 50);
            INSERT INTO {b}.pointer SELECT 'prompts/p' || i, 1, 1 FROM generate_series(0, 100) i",
        )
        .await?;
    // Namespaces share one store: one process.
    let first = server.open(Sternway::builder()).await?;
    let store = std::sync::Arc::clone(first.control().store());
    let mut spaces = Vec::new();
    for number in 0..64 {
        let namespace: NamespaceId = format!("space-{number}").parse()?;
        let builder = Sternway::builder().with_namespace(namespace);
        spaces.push(builder.on(std::sync::Arc::clone(&store)).await?);
    }
    let mut bars = Vec::new();
    for (callers, count, publish, promote) in CASES {
        let used = spaces.get(..count).ok_or("there are 64 spaces")?;
        let value = rate(used, callers, Work::Publish).await?;
        let floor = bare(server, callers, Work::Publish).await?;
        bars.push(bar(publish, value, floor));
        let value = rate(used, callers, Work::Promote).await?;
        let floor = bare(server, callers, Work::Promote).await?;
        bars.push(bar(promote, value, floor));
    }
    first.shutdown().await?;
    Ok(bars)
}

fn bar(name: &'static str, value: f64, floor: f64) -> Bar {
    let bar = "reported (floor: bare statements by as many sessions)";
    Bar { name, value, unit: "per s", floor, bar, met: true }
}

#[derive(Clone, Copy)]
enum Work {
    Publish,
    Promote,
}

async fn rate(spaces: &[Sternway], callers: usize, work: Work) -> Measured<f64> {
    if matches!(work, Work::Promote) {
        have_two(spaces, callers).await?;
    }
    let mut all = JoinSet::new();
    let watch = Stopwatch::start();
    for caller in 0..callers {
        let spaces: Vec<_> = spaces.to_vec();
        all.spawn(async move { call(&spaces, caller, work).await });
    }
    let mut done = 0_u32;
    while let Some(one) = all.join_next().await {
        done += one??;
    }
    Ok(f64::from(done) / watch.elapsed().as_secs_f64())
}

/// Gives every artifact two versions to move between.
async fn have_two(spaces: &[Sternway], callers: usize) -> Measured<()> {
    let mut all = JoinSet::new();
    for caller in 0..callers {
        let spaces: Vec<_> = spaces.to_vec();
        all.spawn(async move {
            for sw in &spaces {
                let artifact = sw.artifact(&format!("prompts/p{caller}"));
                artifact.publish("one").await?;
                artifact.publish("two").await?;
            }
            Ok::<_, sternway::Error>(())
        });
    }
    while let Some(done) = all.join_next().await {
        done??;
    }
    Ok(())
}

/// One caller, with artifacts of its own, in one namespace after the other.
async fn call(spaces: &[Sternway], caller: usize, work: Work) -> Measured<u32> {
    let watch = Stopwatch::start();
    let mut done = 0_u32;
    while watch.elapsed() < EACH {
        let turn = usize::try_from(done)? + caller;
        let sw = spaces.get(turn % spaces.len()).ok_or("there is one")?;
        let artifact = sw.artifact(&format!("prompts/p{caller}"));
        match work {
            Work::Publish => {
                let body = format!("{done} of {caller}: {}", "be kind. ".repeat(100));
                artifact.publish(body).reason("a better prompt").await?;
            }
            Work::Promote => {
                let is_first = artifact.live().await?.version().number == VersionNumber::FIRST;
                let to = if is_first { 2 } else { 1 };
                let to = VersionNumber::new(to).ok_or("it is a number")?;
                artifact.promote(to).await?;
            }
        }
        done += 1;
    }
    Ok(done)
}

async fn bare(server: &Server, callers: usize, work: Work) -> Measured<f64> {
    let mut all = JoinSet::new();
    let watch = Stopwatch::start();
    for caller in 0..callers {
        let pool = server.bare.clone();
        let statement = match work {
            Work::Publish => server.sql(
                "INSERT INTO {b}.version SELECT 'prompts/p' || $1, coalesce(max(number), 0) + 1, sha256('x'), $2, 10
                FROM {b}.version WHERE artifact = 'prompts/p' || $1",
            ),
            Work::Promote => server.sql(
                "UPDATE {b}.pointer SET version = 3 - version, generation = generation + 1
                WHERE artifact = 'prompts/p' || $1 AND $2 <> ''",
            ),
        };
        all.spawn(async move {
            let (watch, mut done) = (Stopwatch::start(), 0_u32);
            let mut session = pool.acquire().await?;
            while watch.elapsed() < EACH {
                let body = format!("{done} of {caller}: {}", "be kind. ".repeat(100));
                sqlx::query(sqlx::AssertSqlSafe(statement.as_str()))
                    .bind(caller.to_string())
                    .bind(body)
                    .execute(&mut *session)
                    .await?;
                done += 1;
            }
            Ok::<u32, sqlx::Error>(done)
        });
    }
    let mut done = 0_u32;
    while let Some(one) = all.join_next().await {
        done += one??;
    }
    Ok(f64::from(done) / watch.elapsed().as_secs_f64())
}
