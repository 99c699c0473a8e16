//! An emergency of 1,000 artifacts, beside one bare `INSERT` of as many rows.

use sternway::{Sternway, provider::Stopwatch};

use super::Server;
use crate::{
    Measured,
    emergency::{ARTIFACTS, ROUNDS, ROWS_EACH, filled, one_emergency},
    report::Bar,
    sample::Samples,
};

pub(super) async fn measure(server: &Server) -> Measured<Vec<Bar>> {
    let sw = server.open(Sternway::builder()).await?;
    filled(&sw).await?;
    server.run("CREATE TABLE {b}.bare (id bigint, bytes bytea)").await?;
    let rows = ARTIFACTS * ROWS_EACH;
    let insert = server.sql(&format!(
        "INSERT INTO {{b}}.bare SELECT id, decode(repeat('07', 256), 'hex') FROM generate_series(1, {rows}) id"
    ));
    let (mut ours, mut floor) = (Samples::default(), Samples::default());
    for _ in 0..ROUNDS {
        ours.add(one_emergency(&sw).await?);
        let watch = Stopwatch::start();
        sqlx::query(sqlx::AssertSqlSafe(insert.as_str())).execute(&server.bare).await?;
        floor.add(watch.elapsed());
    }
    sw.shutdown().await?;
    let (value, floor) = (ours.quantile_us(1.0) / 1e3, floor.quantile_us(1.0) / 1e3);
    Ok(vec![Bar {
        name: "PostgreSQL: emergency of 1,000 artifacts",
        value,
        unit: "ms",
        floor,
        bar: "at most 2,000 ms, the slowest of 10 (floor: a bare `INSERT` of 4,000 rows)",
        met: value <= 2_000.0,
    }])
}
