//! Places for the suite: a schema of its own for each, which goes when the place does.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use sternway_conformance::{Harness, Place};
use sternway_postgres::Connect;
use sternway_store::{Store, StoreError};

/// The address of the database for tests.
///
/// # Panics
///
/// If there is none: nothing is skipped in silence.
pub(crate) fn url() -> String {
    match std::env::var("STERNWAY_TEST_POSTGRES") {
        Ok(url) if url != "none" => url,
        _ => panic!(
            "these tests need a PostgreSQL: run `cargo xtask test`, which starts one, or set \
             STERNWAY_TEST_POSTGRES to the address of one"
        ),
    }
}

/// The harness.
pub(crate) struct Postgres;

static PLACES: AtomicU32 = AtomicU32::new(0);

#[async_trait]
impl Harness for Postgres {
    async fn place(&self) -> Arc<dyn Place> {
        Arc::new(Schema::fresh())
    }

    fn stories(&self) -> u64 {
        4
    }
}

/// A schema of the database for tests.
pub(crate) struct Schema {
    pub(crate) schema: String,
    pub(crate) pool: PgPool,
    flip: Mutex<Option<String>>,
}

impl Drop for Schema {
    /// On a thread of its own: whoever drops a place may be a runtime that ends.
    fn drop(&mut self) {
        let schema = self.schema.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let pool = PgPool::connect(&url()).await.expect("connect");
                let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
                sqlx::raw_sql(AssertSqlSafe(drop)).execute(&pool).await.expect("drop the schema");
            });
        });
        drop(dropping.join());
    }
}

impl Schema {
    /// One that is not there yet.
    pub(crate) fn fresh() -> Self {
        let number = PLACES.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{}_{number}", std::process::id());
        let pool =
            PgPoolOptions::new().max_connections(2).connect_lazy(&url()).expect("an address");
        Self { schema, pool, flip: Mutex::default() }
    }

    async fn sessions(&self, what: &str) -> i64 {
        let count = format!(
            "SELECT count(*) FROM (SELECT {what} FROM pg_stat_activity
            WHERE application_name = 'sternway {}') x",
            self.schema
        );
        sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&self.pool).await.expect("look")
    }
}

#[async_trait]
impl Place for Schema {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        let store = Connect::to(url()).with_schema(self.schema.as_str()).open().await?;
        Ok(Arc::new(store))
    }

    /// The server is told to end every session of the store, whatever it is in the middle of.
    async fn kill(&self, store: Arc<dyn Store>) {
        drop(store);
        while self.sessions("pg_terminate_backend(pid)").await > 0 {
            tokio::task::yield_now().await;
        }
    }

    async fn damage(&self, seed: u64) -> String {
        let (words, mend) = crate::damage::flip(&self.pool, &self.schema, seed).await;
        *self.flip.lock().unwrap_or_else(PoisonError::into_inner) = Some(mend);
        words
    }

    async fn mend(&self) {
        let flip = self.flip.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mend) = flip else { return };
        crate::damage::run(&self.pool, &mend).await.expect("mend a row");
    }
}
