//! A store in a PostgreSQL, in a schema of its own that goes with it: `cargo xtask test` starts one.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, PgPool};
use sternway::postgres::Connect;

static STORES: AtomicU32 = AtomicU32::new(0);

/// A place for a store in the database for tests.
pub(crate) struct Database {
    url: String,
    schema: String,
    ours: String,
}

impl Database {
    /// An empty place.
    ///
    /// # Panics
    ///
    /// If there is no database for tests: nothing is skipped in silence.
    pub(crate) fn new() -> Self {
        let url = match std::env::var("STERNWAY_TEST_POSTGRES") {
            Ok(url) if url != "none" => url,
            _ => panic!(
                "these tests need a PostgreSQL: run `cargo xtask test`, which starts one, or set \
                 STERNWAY_TEST_POSTGRES to the address of one"
            ),
        };
        let number = STORES.fetch_add(1, Ordering::Relaxed);
        let schema = format!("cli_{}_{number}", std::process::id());
        let ours = format!("{url}?schema={schema}");
        Self { url, schema, ours }
    }

    /// The address of the store.
    pub(crate) fn address(&self) -> &str {
        &self.ours
    }

    /// The address as it is shown.
    pub(crate) fn shown(&self) -> String {
        Connect::to(self.address()).shown()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let dropped = runtime.map(|runtime| {
            runtime.block_on(async {
                let pool = PgPool::connect(&self.url).await?;
                let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
                sqlx::raw_sql(AssertSqlSafe(drop)).execute(&pool).await
            })
        });
        // A test that failed is told of its own failure, not of this one.
        drop(dropped);
    }
}
