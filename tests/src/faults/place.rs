//! A database of its own for each test, on a server that others may use too.

use std::str::FromStr as _;

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use sternway_postgres::Connect;

use super::Told;

/// How [`Place`]s tell their names apart within a process.
static PLACES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// The address of the server that a run of tests got.
///
/// # Errors
///
/// If there is none: nothing is skipped in silence.
pub fn given_server() -> Told<String> {
    match std::env::var("STERNWAY_TEST_POSTGRES") {
        Ok(url) if url != "none" => Ok(url),
        _ => {
            Err("these tests need a PostgreSQL: run `cargo xtask test`, which starts one, or set \
                  STERNWAY_TEST_POSTGRES to the address of one"
                .into())
        }
    }
}

/// A database, which is deleted when this is dropped.
#[derive(Clone, Debug)]
pub struct Place {
    owned: std::sync::Arc<Owned>,
}

/// Deletes the database of the last clone.
#[derive(Debug)]
struct Owned {
    server: String,
    database: String,
}

impl Drop for Owned {
    /// On a thread of its own: whoever drops a place may be a runtime that ends.
    fn drop(&mut self) {
        let (server, database) = (self.server.clone(), self.database.clone());
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            let drop = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
            runtime.block_on(run(&server, &drop)).ok()
        });
        drop(dropping.join());
    }
}

impl Place {
    /// A new database on a server.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn new(server: &str) -> Told<Self> {
        Self::with(server, "").await
    }

    /// A new database on a server, made with these words after its name.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn with(server: &str, words: &str) -> Told<Self> {
        let number = PLACES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let database = format!("sternway_fault_{}_{number}", std::process::id());
        run(server, &format!("CREATE DATABASE {database} {words}")).await?;
        Ok(Self { owned: Owned { server: server.to_owned(), database }.into() })
    }

    /// The name of the database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.owned.database
    }

    /// The address of the database.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_on(&self.owned.server)
    }

    /// The address of the database on another server that has it.
    #[must_use]
    pub fn url_on(&self, server: &str) -> String {
        let (host, _) = split(server);
        format!("{host}/{}?sslmode=disable", self.owned.database)
    }

    /// The address of the database for somebody else.
    #[must_use]
    pub fn url_of(&self, user: &str, password: &str) -> String {
        let (host, _) = split(&self.owned.server);
        let (_, host) = host.rsplit_once('@').unwrap_or_default();
        format!("postgres://{user}:{password}@{host}/{}?sslmode=disable", self.owned.database)
    }

    /// The address of the database on a port of this machine.
    #[must_use]
    pub fn url_at(&self, port: u16) -> String {
        let (host, _) = split(&self.owned.server);
        let (user, _) = host.rsplit_once('@').unwrap_or_default();
        format!("{user}@127.0.0.1:{port}/{}?sslmode=disable", self.owned.database)
    }

    /// Where the server itself listens.
    ///
    /// # Errors
    ///
    /// If its address is not one.
    pub fn listens(&self) -> Told<(String, u16)> {
        let options = PgConnectOptions::from_str(&self.owned.server)?;
        Ok((options.get_host().to_owned(), options.get_port()))
    }

    /// How a store is opened here.
    pub fn connect(&self) -> Connect {
        Connect::to(self.url())
    }

    /// Runs statements in a session of its own.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn run(&self, sql: &str) -> Told<()> {
        run(&self.url(), sql).await
    }

    /// Asks for a number in a session of its own.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn number(&self, sql: &str) -> Told<i64> {
        let mut session = PgConnectOptions::from_str(&self.url())?.connect().await?;
        let number = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut session).await?;
        session.close().await?;
        Ok(number)
    }

    /// A session of its own.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn session(&self) -> Told<sqlx::PgConnection> {
        Ok(PgConnectOptions::from_str(&self.url())?.connect().await?)
    }

    /// Ends sessions of stores here, of which this holds; answers with how many.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn terminate(&self, condition: &str) -> Told<i64> {
        let ended = format!(
            "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'sternway %'
                AND {condition}) x"
        );
        self.number(&ended).await
    }
}

/// The address before the path, and the path.
fn split(url: &str) -> (&str, &str) {
    let url = url.split_once('?').map_or(url, |(url, _)| url);
    let after = url.find("://").map_or(0, |place| place + 3);
    let place = url.get(after..).and_then(|rest| rest.rfind('/')).map(|place| place + after);
    place.map_or((url, ""), |place| url.split_at(place))
}

async fn run(url: &str, sql: &str) -> Told<()> {
    let mut session = PgConnectOptions::from_str(url)?.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut session).await?;
    session.close().await?;
    Ok(())
}
