//! Connecting: which database, which schema in it, and what every session is held to.

use std::{str::FromStr as _, time::Duration};

use sqlx::{
    ConnectOptions as _, Executor as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use sternway_store::StoreError;
use tokio::time::timeout;

use crate::{Finding, PostgresStore, database::Database, error::Failure, examine, schema};

/// How long a session may take to be given back: less than anybody waits for one.
const RELEASE: Duration = Duration::from_secs(2);

/// How a store on PostgreSQL is opened.
///
/// ```no_run
/// use sternway_postgres::Connect;
///
/// # async fn open() -> Result<(), sternway_store::StoreError> {
/// let store = Connect::to("postgres://app@db.internal/agents").with_connections(20).open().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Connect {
    url: String,
    schema: String,
    connections: u32,
    acquire: Duration,
    statement: Duration,
    lock: Duration,
    pooled: bool,
    direct: Option<(String, u16)>,
    /// What is wrong with a parameter of ours.
    wrong: Option<String>,
    missing: Missing,
    losing: Losing,
}

/// Whether a server may lose what was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Losing {
    Refused,
    Allowed,
}

/// What to do where there is no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Create,
    Refuse,
}

impl std::fmt::Debug for Connect {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Connect");
        shown.field("schema", &self.schema).field("connections", &self.connections);
        shown.finish_non_exhaustive()
    }
}

impl Connect {
    /// To the database of an address such as `postgres://user:password@host:5432/database`. Beside what
    /// PostgreSQL's own clients take after a `?`, the address may say `schema=NAME`, `pool_size=N`,
    /// `statement_timeout=30s`, `lock_timeout=500ms`, `pooler=true`, `direct=HOST:PORT` and
    /// `allow_data_loss=true`, which mean the same as the methods here.
    pub fn to(url: impl Into<String>) -> Self {
        let mut connect = Self {
            url: url.into(),
            schema: "sternway".into(),
            connections: 10,
            acquire: Duration::from_secs(5),
            statement: Duration::from_secs(30),
            lock: Duration::from_secs(10),
            pooled: false,
            direct: None,
            wrong: None,
            missing: Missing::Create,
            losing: Losing::Refused,
        };
        connect.take_ours();
        connect
    }

    /// Takes what is ours out of the address.
    fn take_ours(&mut self) {
        let Some((address, parameters)) = self.url.split_once('?') else { return };
        let (address, parameters) = (address.to_owned(), parameters.to_owned());
        let mut theirs = Vec::new();
        for parameter in parameters.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match self.take(name, value) {
                Ok(true) => (),
                Ok(false) => theirs.push(parameter),
                Err(expected) => {
                    self.wrong =
                        Some(format!("{name}={value:?} in the address: expected {expected}"));
                }
            }
        }
        let mark = if theirs.is_empty() { "" } else { "?" };
        self.url = format!("{address}{mark}{}", theirs.join("&"));
    }

    /// Takes a parameter if it is ours. The error is what was expected of its value.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, &'static str> {
        match name {
            "schema" => value.clone_into(&mut self.schema),
            "pool_size" => self.connections = value.parse().map_err(|_| "a number of sessions")?,
            "statement_timeout" => self.statement = length(value)?,
            "lock_timeout" => self.lock = length(value)?,
            "pooler" => self.pooled = flag(value)?,
            "direct" => self.direct = Some(host_and_port(value).ok_or("HOST:PORT")?),
            "allow_data_loss" if flag(value)? => self.losing = Losing::Allowed,
            "allow_data_loss" => self.losing = Losing::Refused,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Takes a server whose settings lose acknowledged commits when it or its host goes down, such as
    /// one with `fsync = off`. Otherwise it is refused.
    pub const fn allow_data_loss(mut self) -> Self {
        self.losing = Losing::Allowed;
        self
    }

    /// Opens only what is there, and makes or upgrades nothing.
    pub const fn existing(mut self) -> Self {
        self.missing = Missing::Refuse;
        self
    }

    /// The address as it may be shown: without a password.
    #[must_use]
    pub fn shown(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else { return "***".into() };
        let end = rest.find('?').unwrap_or(rest.len());
        let (rest, _) = rest.split_at(end);
        // A password may hold an @ itself, and a host none.
        let shown = match rest.rsplit_once('@') {
            Some((user, host)) => {
                let user = user.split_once(':').map_or(user, |(user, _)| user);
                format!("{scheme}://{user}@{host}")
            }
            None => format!("{scheme}://{rest}"),
        };
        if self.schema == "sternway" { shown } else { format!("{shown}?schema={}", self.schema) }
    }

    /// Keeps everything in this schema, which is made if need be; `sternway` if nothing is said. One
    /// database may hold several stores, each in a schema of its own.
    pub fn with_schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// The most sessions at once; 10 if nothing is said. One more listens.
    pub const fn with_connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// How long to wait for a session when all are taken; 5 seconds if nothing is said.
    pub const fn wait_for_connection(mut self, wait: Duration) -> Self {
        self.acquire = wait;
        self
    }

    /// How long one statement may take; 30 seconds if nothing is said.
    pub const fn wait_for_statement(mut self, wait: Duration) -> Self {
        self.statement = wait;
        self
    }

    /// How long a statement may wait for a lock; 10 seconds if nothing is said.
    pub const fn wait_for_lock(mut self, wait: Duration) -> Self {
        self.lock = wait;
        self
    }

    /// The address is that of a pooler that gives a session away after every transaction, such as
    /// `PgBouncer` in transaction mode: nothing is prepared, and sessions keep the server's settings.
    pub const fn through_a_pooler(mut self) -> Self {
        self.pooled = true;
        self
    }

    /// Where the server itself is, behind a pooler: there one session listens for what others commit.
    /// Without it, nothing is heard through a pooler, and who waits looks about once a second.
    pub fn listen_at(mut self, host: impl Into<String>, port: u16) -> Self {
        self.direct = Some((host.into(), port));
        self
    }

    /// Opens the store, and makes or upgrades its schema if need be.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotAStore`] if the schema's name or the address is not one, or the schema holds
    /// something else; [`StoreError::NewerFormat`] if a newer Sternway made it; and
    /// [`StoreError::Unavailable`] if the database cannot be reached or does not let us in.
    ///
    /// # Panics
    ///
    /// If it is called outside of a Tokio runtime: a store has tasks of its own.
    pub async fn open(self) -> Result<PostgresStore, StoreError> {
        let db = self.database()?;
        match Box::pin(self.ready(&db)).await {
            Ok(()) => PostgresStore::start(db),
            Err(err @ StoreError::Unavailable(_)) => Err(Box::pin(self.reason(err)).await),
            Err(err) => Err(err),
        }
    }

    async fn ready(&self, db: &Database) -> Result<(), StoreError> {
        examine::check(db, self.losing).await?;
        match self.missing {
            Missing::Create => schema::prepare(db).await,
            Missing::Refuse => schema::is_there(db).await,
        }
    }

    /// Looks at the server and at what we may do there, and says what will not do. Nothing is made, and
    /// no store need be there.
    ///
    /// # Errors
    ///
    /// As [`Connect::open`], if the server cannot be asked.
    pub async fn examine(&self) -> Result<Vec<Finding>, StoreError> {
        let db = self.database()?;
        let found = match examine::examine(&db).await {
            Err(err @ StoreError::Unavailable(_)) => Err(Box::pin(self.reason(err)).await),
            found => found,
        };
        db.pool.close().await;
        found
    }

    /// Why the database cannot be reached. A pool only says that it waited for long.
    async fn reason(&self, otherwise: StoreError) -> StoreError {
        let Ok(options) = PgConnectOptions::from_str(&self.url) else { return otherwise };
        match timeout(self.acquire, self.session(options).connect()).await {
            Ok(Err(err)) => Failure::from(err).into_error(),
            Ok(Ok(_)) | Err(_) => otherwise,
        }
    }

    fn database(&self) -> Result<Database, StoreError> {
        if let Some(detail) = self.wrong.clone() {
            return Err(StoreError::NotAStore { detail });
        }
        if !is_plain(&self.schema) {
            let detail = format!(
                "{:?} is not the name of a schema: expected 1 to 40 of a-z, 0-9 and _, beginning \
                 with a letter",
                self.schema
            );
            return Err(StoreError::NotAStore { detail });
        }
        // The error may hold the address, and so a password.
        let options = PgConnectOptions::from_str(&self.url).map_err(|_| StoreError::NotAStore {
            detail: "the address is not one: expected postgres://user:password@host:port/database"
                .into(),
        })?;
        let pool = self.pool(self.session(options.clone()));
        let ears = match &self.direct {
            None => (!self.pooled).then(|| pool.clone()),
            Some((host, port)) => {
                let there = self.session(options.host(host).port(*port));
                Some(PgPoolOptions::new().max_connections(1).connect_lazy_with(there))
            }
        };
        let patience = self.statement + Duration::from_secs(5);
        Ok(Database {
            pool,
            ears,
            schema: self.schema.clone(),
            patience,
            pooled: self.pooled,
            #[cfg(test)]
            plans: crate::plans::Plans::default(),
        })
    }

    fn session(&self, options: PgConnectOptions) -> PgConnectOptions {
        let options = options.application_name(&format!("sternway {}", self.schema));
        if self.pooled {
            return options.statement_cache_capacity(0);
        }
        let millis = |wait: Duration| wait.as_millis().to_string();
        options.options([
            ("statement_timeout", millis(self.statement)),
            ("lock_timeout", millis(self.lock)),
            ("idle_in_transaction_session_timeout", millis(self.statement)),
            ("bytea_output", "hex".to_owned()),
            ("default_transaction_isolation", "read committed".to_owned()),
            // Every read has one plan, which is good for all values: planning it takes longer than it.
            ("plan_cache_mode", "force_generic_plan".to_owned()),
        ])
    }

    fn pool(&self, options: PgConnectOptions) -> PgPool {
        PgPoolOptions::new()
            .max_connections(self.connections.max(2) + 1)
            .acquire_timeout(self.acquire)
            // Who finds a session dead takes another one.
            .test_before_acquire(false)
            // A future that is dropped while a transaction begins leaves its session in it, and what
            // the next borrower writes is never committed. Both in one message, so that a session
            // without a transaction is not complained about in the server's log.
            .after_release(|session, _| {
                Box::pin(async move {
                    // One that says nothing is closed: its place in the pool is not its to keep.
                    match timeout(RELEASE, session.execute("BEGIN; ROLLBACK")).await {
                        Ok(released) => released.map(|_| true),
                        Err(late) => Err(sqlx::Error::Io(late.into())),
                    }
                })
            })
            .connect_lazy_with(options)
    }
}

fn flag(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "true or false")
}

/// A length of time as PostgreSQL's settings have it: with `ms`, `s` or `min`, and without in milliseconds.
fn length(text: &str) -> Result<Duration, &'static str> {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let length = number.parse::<u32>().ok().map(u64::from).and_then(|number| match unit {
        "" | "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "min" => Some(Duration::from_mins(number)),
        _ => None,
    });
    length.filter(|length| !length.is_zero()).ok_or("a length of time such as 500ms, 30s or 2min")
}

fn host_and_port(place: &str) -> Option<(String, u16)> {
    let (host, port) = place.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}

/// Whether a name needs no quotes anywhere.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() <= 40
        && name.bytes().all(plain)
        && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && !name.starts_with("pg_")
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll},
    };

    use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

    use super::*;

    fn url() -> String {
        match std::env::var("STERNWAY_TEST_POSTGRES") {
            Ok(url) if url != "none" => url,
            _ => panic!("this test needs a PostgreSQL: run `cargo xtask test`, which starts one"),
        }
    }

    /// A pool of one session, and a table in which it writes.
    struct Bench {
        pool: PgPool,
        watcher: PgConnection,
        table: String,
    }

    impl Bench {
        async fn new(name: &str, pool: impl FnOnce(PgConnectOptions, &str) -> PgPool) -> Self {
            let table = format!("guard_{name}_{}", std::process::id());
            let mut watcher = PgConnection::connect(&url()).await.expect("a session");
            let make = format!("CREATE TABLE {table} (row integer)");
            sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut watcher).await.expect("a table");
            let options: PgConnectOptions = url().parse().expect("an address");
            Self { pool: pool(options, &table), watcher, table }
        }

        async fn insert(&self, row: i32) -> Result<(), sqlx::Error> {
            let insert = format!("INSERT INTO {} VALUES ($1)", self.table);
            sqlx::query(AssertSqlSafe(insert)).bind(row).execute(&self.pool).await.map(drop)
        }

        async fn count(&mut self, what: String) -> i64 {
            let counted = sqlx::query_scalar(AssertSqlSafe(what)).fetch_one(&mut self.watcher);
            counted.await.expect("count")
        }

        /// Ends the session of the pool, as a network does, and looks what is there.
        async fn left(mut self) -> i64 {
            let end = format!(
                "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'sternway {}') x",
                self.table
            );
            while self.count(end.clone()).await > 0 {}
            let left = self.count(format!("SELECT count(*) FROM {}", self.table)).await;
            let drop = format!("DROP TABLE {}", self.table);
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut self.watcher).await.expect("it goes");
            left
        }
    }

    /// As sqlx makes one.
    fn plain(options: PgConnectOptions, name: &str) -> PgPool {
        let options = options.application_name(&format!("sternway {name}"));
        let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
        pool.connect_lazy_with(options)
    }

    fn guarded(_: PgConnectOptions, name: &str) -> PgPool {
        let connect = Connect { connections: 2, ..Connect::to(url()).with_schema(name) };
        connect.database().expect("a pool").pool
    }

    /// Polls so often, and drops the future if it is not done by then.
    async fn dropped_after<F: Future>(polls: u32, future: F) {
        let mut future = pin!(future);
        let mut left = polls;
        std::future::poll_fn(|context: &mut Context<'_>| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            future.as_mut().poll(context).map(drop)
        })
        .await;
    }

    /// How many of the acknowledged rows are lost, where a caller goes away after each number of polls
    /// while a transaction begins.
    async fn lost(name: &str, pool: impl FnOnce(PgConnectOptions, &str) -> PgPool) -> i64 {
        let bench = Bench::new(name, pool).await;
        bench.insert(0).await.expect("it is inserted");
        let mut acknowledged = 1;
        for polls in 1..=10 {
            dropped_after(polls, bench.pool.begin()).await;
            acknowledged += i64::from(bench.insert(polls.cast_signed()).await.is_ok());
        }
        acknowledged - bench.left().await
    }

    #[test]
    fn what_is_ours_is_taken_out_of_the_address() {
        let url = "postgres://app@db/x?sslmode=require&schema=team&statement_timeout=2min&lock_timeout=500ms\
            &pool_size=7&pooler=true&direct=db:5432";
        let connect = Connect::to(url);
        assert_eq!(connect.url, "postgres://app@db/x?sslmode=require");
        assert_eq!(
            (connect.schema.as_str(), connect.connections, connect.pooled),
            ("team", 7, true)
        );
        let waits = (connect.statement, connect.lock);
        assert_eq!(waits, (Duration::from_mins(2), Duration::from_millis(500)));
        assert_eq!(connect.direct, Some(("db".to_owned(), 5432)));
    }

    #[tokio::test]
    async fn a_value_that_is_none_is_refused_and_named() {
        for wrong in [
            "pool_size=many",
            "statement_timeout=soon",
            "lock_timeout=0",
            "lock_timeout=9h",
            "pooler=yes",
            "direct=db",
            "allow_data_loss=",
        ] {
            let opened = Connect::to(format!("postgres://app@db/x?{wrong}")).open().await;
            let err = opened.expect_err(wrong).to_string();
            let (name, _) = wrong.split_once('=').unwrap();
            assert!(err.contains(name) && err.contains("expected"), "{err}");
        }
    }

    #[tokio::test]
    async fn without_the_guard_what_is_acknowledged_is_lost() {
        // On a busy machine a caller may never go away at the wrong moment.
        for turn in 0..50 {
            if lost(&format!("plain_{turn}"), plain).await > 0 {
                return;
            }
        }
        panic!("sqlx was mended: is the guard still needed?");
    }

    #[tokio::test]
    async fn with_the_guard_nothing_is_lost_when_a_caller_goes_away() {
        assert_eq!(lost("guarded", guarded).await, 0);
    }

    /// Whether who comes next can work, after a script failed in its transaction.
    async fn next_is_well(name: &str, pool: impl FnOnce(PgConnectOptions, &str) -> PgPool) -> bool {
        let bench = Bench::new(name, pool).await;
        let failed = sqlx::raw_sql("BEGIN; SELECT 1 / 0").execute(&bench.pool).await;
        failed.expect_err("a division by zero");
        let well = bench.insert(1).await.is_ok();
        assert_eq!(bench.left().await, i64::from(well));
        well
    }

    #[tokio::test]
    async fn a_script_that_fails_troubles_nobody_who_comes_next() {
        assert!(!next_is_well("plain_script", plain).await, "sqlx was mended");
        assert!(next_is_well("guarded_script", guarded).await);
    }
}
