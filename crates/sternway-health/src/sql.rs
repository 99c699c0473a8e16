//! One row of a query on PostgreSQL, whose first column says whether all is well.
//!
//! The query is read through a cursor, in a transaction that may only read: so it can be nothing but a query,
//! and of many rows no more than two are ever fetched. Limits: a session for each check, which a pooler in
//! between may lend to others right after.

use std::{str::FromStr as _, time::Duration};

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _,
    postgres::{PgConnectOptions, PgRow},
};
use sternway_http::chain;
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::Deployment;
use tokio::time::timeout;

use crate::{BadCheck, LIMIT, Text};

/// A check by a query: well if its one row begins with `true`, and not well if it begins with `false`.
///
/// Everything else finds nothing out: no row or several, `NULL`, another type, an error, and a server that does
/// not answer in time.
#[derive(Clone, Debug)]
#[must_use]
pub struct SqlProbe {
    database: Text,
    query: String,
    limit: Duration,
}

impl SqlProbe {
    /// Asks the database of an address such as `postgres://user:password@host/database`.
    ///
    /// # Errors
    ///
    /// [`BadCheck::NoQuery`] if there is nothing to ask.
    pub fn new(database: Text, query: impl Into<String>) -> Result<Self, BadCheck> {
        let query = query.into();
        if query.trim().is_empty() {
            return Err(BadCheck::NoQuery);
        }
        Ok(Self { database, query, limit: LIMIT })
    }

    /// The same, and waits so long for all of it; the server gives the query up after as long. Else
    /// [`LIMIT`].
    pub const fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    async fn ask(&self) -> Result<Vec<PgRow>, Unprobed> {
        let address = self.database.read()?;
        // What is wrong with it is not said, since it may hold a password.
        let options = PgConnectOptions::from_str(&address)
            .map_err(|_| Unprobed::new("the address of the database is none of PostgreSQL"))?;
        let session = options.application_name("sternway").connect().await;
        let mut session = session.map_err(|err| failed("the database cannot be reached", &err))?;
        let rows = self.look(&mut session).await;
        // What it said is known; whether the goodbye is heard changes nothing.
        drop(session.close().await);
        rows.map_err(|err| failed("the query has no answer", &err))
    }

    /// The first two rows.
    async fn look(&self, session: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
        let limit = self.limit.as_millis().clamp(1, i32::MAX.cast_unsigned().into());
        let begin = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {limit}");
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *session).await?;
        // Prepared, and so one statement and no more.
        let declare = format!("DECLARE sternway_health NO SCROLL CURSOR FOR {}", self.query);
        let declare = sqlx::query(AssertSqlSafe(declare)).persistent(false);
        declare.execute(&mut *session).await?;
        let rows = sqlx::query("FETCH FORWARD 2 FROM sternway_health").persistent(false);
        rows.fetch_all(session).await
    }
}

#[async_trait]
impl HealthProbe for SqlProbe {
    async fn probe(&self, _: &Deployment) -> Result<Health, Unprobed> {
        let rows = timeout(self.limit, Box::pin(self.ask())).await;
        let limit = self.limit;
        let rows = rows.map_err(|_| {
            Unprobed::new(format!("the database did not answer within {limit:?}"))
        })??;
        let [row] = rows.as_slice() else {
            let found = if rows.is_empty() { "no row" } else { "several rows" };
            return Err(Unprobed::new(format!("the query answers {found}: expected one")));
        };
        match row.try_get::<Option<bool>, _>(0) {
            Ok(Some(true)) => Ok(Health::Well),
            Ok(Some(false)) => Ok(Health::Unwell("the query answers false".into())),
            Ok(None) => Err(Unprobed::new("the query answers NULL: expected true or false")),
            Err(err) => Err(failed("the first column is neither true nor false", &err)),
        }
    }
}

fn failed(what: &str, err: &sqlx::Error) -> Unprobed {
    Unprobed::new(format!("{what}: {}", chain(err)))
}
