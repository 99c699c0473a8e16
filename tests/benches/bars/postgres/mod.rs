//! The shared store, on the PostgreSQL that `cargo xtask bench` starts, beside bare statements on the
//! same server by as many sessions.

mod emergency;
mod million;
mod outcomes;
mod rollback;
mod writers;

use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use sternway::{Builder, Sternway, postgres::Connect};

use crate::{Measured, report::Bar};

pub(crate) fn rollback() -> Measured<Vec<Bar>> {
    on("bench_rollback", rollback::measure)
}

pub(crate) fn emergency() -> Measured<Vec<Bar>> {
    on("bench_emergency", emergency::measure)
}

pub(crate) fn outcomes() -> Measured<Vec<Bar>> {
    on("bench_outcomes", outcomes::measure)
}

pub(crate) fn writers() -> Measured<Vec<Bar>> {
    on("bench_writers", writers::measure)
}

pub(crate) fn million() -> Measured<Vec<Bar>> {
    on("bench_million", million::measure)
}

/// Measures in an empty schema of this name.
fn on(
    schema: &'static str,
    measure: impl AsyncFnOnce(&Server) -> Measured<Vec<Bar>>,
) -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async { measure(&Server::new(schema).await?).await })
}

/// A schema of the server, empty.
pub(super) struct Server {
    url: String,
    schema: &'static str,
    /// For bare statements.
    pub(super) bare: PgPool,
}

impl Server {
    async fn new(schema: &'static str) -> Measured<Self> {
        let url = std::env::var("STERNWAY_TEST_POSTGRES").unwrap_or_default();
        if !url.contains("://") {
            return Err("there is no PostgreSQL: `cargo xtask bench` starts one".into());
        }
        let bare = PgPoolOptions::new().max_connections(40).connect(&url).await?;
        let server = Self { url, schema, bare };
        server.run(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await?;
        server.run(&format!("DROP SCHEMA IF EXISTS {schema}_bare CASCADE")).await?;
        server.run(&format!("CREATE SCHEMA {schema}_bare")).await?;
        Ok(server)
    }

    /// Runs statements, with `{s}` for the schema of the store and `{b}` for that of bare tables.
    pub(super) async fn run(&self, sql: &str) -> Measured<()> {
        sqlx::raw_sql(AssertSqlSafe(self.sql(sql))).execute(&self.bare).await?;
        Ok(())
    }

    pub(super) fn sql(&self, sql: &str) -> String {
        sql.replace("{b}", &format!("{}_bare", self.schema)).replace("{s}", self.schema)
    }

    /// Opens the store, as one process of many.
    pub(super) async fn open(&self, builder: Builder) -> Measured<Sternway> {
        let connect = Connect::to(self.url.as_str()).with_schema(self.schema);
        let store = connect.with_connections(32).open().await?;
        Ok(builder.on(std::sync::Arc::new(store)).await?)
    }
}
