//! Durable outcomes in batches, counted exactly once and judged, beside bare `INSERT`s of as many
//! rows in the same batches.

use sternway::{
    Sternway,
    provider::{Ids as _, RandomIds, Stopwatch},
    types::{EnvironmentId, VersionNumber},
};

use super::Server;
use crate::{Measured, outcomes::batch, report::Bar};

const BATCHES: usize = 20;
const BATCH: usize = 5_000;

pub(super) async fn measure(server: &Server) -> Measured<Vec<Bar>> {
    let sw = server.open(Sternway::builder()).await?;
    sw.artifact("tools/search").publish("def execute(query): ...").await?;
    let (artifact, production) = ("tools/search".parse()?, EnvironmentId::production());
    let subject = sw.control().subject(&artifact, VersionNumber::FIRST, &production).await?;
    let batches: Vec<_> = (0..BATCHES).map(|_| batch(&sw, &subject, BATCH)).collect();
    let watch = Stopwatch::start();
    for batch in batches {
        let recorded = sw.control().record(batch).await?;
        assert_eq!(recorded.duplicates, 0, "every outcome is new");
    }
    let took = watch.elapsed();
    sw.shutdown().await?;

    server
        .run(
            "CREATE TABLE {b}.bare (subject bigint, place bigint, id uuid UNIQUE, at bigint, status smallint,
                sum bytea, PRIMARY KEY (subject, place))",
        )
        .await?;
    let insert = server.sql(
        "INSERT INTO {b}.bare SELECT 1, $2 + n, id, 10, 0, 'sum' FROM unnest($1) WITH ORDINALITY w (id, n)",
    );
    let mut floor = std::time::Duration::ZERO;
    for number in 0..BATCHES {
        let ids: Vec<_> = (0..BATCH).map(|_| RandomIds.outcome().as_uuid()).collect();
        let watch = Stopwatch::start();
        sqlx::query(sqlx::AssertSqlSafe(insert.as_str()))
            .bind(ids)
            .bind(i64::try_from(number * BATCH)?)
            .execute(&server.bare)
            .await?;
        floor += watch.elapsed();
    }
    #[expect(clippy::cast_precision_loss, reason = "a few hundred thousand")]
    let recorded = (BATCHES * BATCH) as f64;
    let value = recorded / took.as_secs_f64();
    Ok(vec![Bar {
        name: "PostgreSQL: outcomes in batches",
        value,
        unit: "per s",
        floor: recorded / floor.as_secs_f64(),
        bar: "at least 20,000 per s (floor: bare `INSERT`s of as many rows)",
        met: value >= 20_000.0,
    }])
}
