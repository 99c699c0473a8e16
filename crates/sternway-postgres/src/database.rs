//! Calls of the database: each takes a session of the pool, has a time limit, and gives the session
//! back or away.

use std::time::Duration;

use serde::de::DeserializeOwned;
use sqlx::{
    Arguments as _, AssertSqlSafe, Connection as _, Encode, PgConnection, PgPool, Postgres,
    Row as _, Type,
    postgres::{PgArguments, PgRow},
};
use sternway_store::{Cause, StoreError};
use tokio::time::timeout;

use crate::error::{Failure, corrupt};

/// The values of a statement.
#[derive(Clone, Default)]
pub(crate) struct Args(PgArguments, Option<StoreError>);

impl Args {
    pub(crate) fn with<'q, T: Encode<'q, Postgres> + Type<Postgres>>(mut self, value: T) -> Self {
        if let Err(err) = self.0.add(value) {
            self.1 = Some(StoreError::Unavailable(Cause::new(err)));
        }
        self
    }
}

impl Args {
    /// The values as the driver takes them.
    pub(crate) fn into_values(self) -> Result<PgArguments, StoreError> {
        self.1.map_or(Ok(self.0), Err)
    }
}

/// How a statement is said.
enum Said {
    /// With values, prepared where that is of use.
    Prepared(String, PgArguments),
    /// Whole. The session need be ours for no longer than the answer.
    InOneMessage(String),
}

/// A database, and the schema in it that is ours.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) pool: PgPool,
    /// A plain name, which needs no quotes.
    pub(crate) schema: String,
    /// How long a call may take.
    pub(crate) patience: Duration,
    /// Where it is listened; nothing where nothing can be heard.
    pub(crate) ears: Option<PgPool>,
    /// A session is ours for a transaction only.
    pub(crate) pooled: bool,
    /// How reads were planned, if somebody wants to know.
    #[cfg(test)]
    pub(crate) plans: crate::plans::Plans,
}

impl Database {
    /// A statement with the schema's name in its places, and in those of `{ns}` the namespace whose
    /// name is the first value.
    pub(crate) fn sql(&self, text: &str) -> String {
        let named = text.replace("{ns}", "(SELECT id FROM {s}.namespace WHERE name = $1)");
        named.replace("{s}", &self.schema)
    }

    /// Rows of a statement.
    pub(crate) async fn rows(&self, text: &str, args: Args) -> Result<Vec<PgRow>, Failure> {
        let args = args.into_values().map_err(Failure::Store)?;
        self.ask(Said::Prepared(self.sql(text), args)).await
    }

    /// Says something in a session, with a limit of time.
    async fn ask(&self, said: Said) -> Result<Vec<PgRow>, Failure> {
        let mut session = self.pool.acquire().await?;
        match timeout(self.patience, self.fetch(&mut session, said)).await {
            Ok(rows) => {
                if matches!(rows, Err(sqlx::Error::Io(_) | sqlx::Error::Protocol(_))) {
                    session.close_on_drop();
                }
                Ok(rows?)
            }
            Err(late) => {
                // It may still be under way there: nobody else may be given this session.
                session.close_on_drop();
                Err(Failure::Unknown(StoreError::Unavailable(Cause::new(late))))
            }
        }
    }

    async fn fetch(
        &self,
        session: &mut PgConnection,
        said: Said,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        let statement = match said {
            Said::Prepared(sql, args) => sqlx::query_with(AssertSqlSafe(sql), args),
            Said::InOneMessage(sql) => {
                return sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(session).await;
            }
        };
        if !self.pooled {
            return statement.fetch_all(session).await;
        }
        // What is prepared in one exchange is run in another, and there under no name: one may be
        // taken in the session that somebody else had before.
        let mut transaction = session.begin().await?;
        let rows = statement.persistent(false).fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(rows)
    }

    /// The first column of each row, which is JSON.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        text: &str,
        args: Args,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.patiently(text, args).await?;
        rows.iter().map(|row| decode(&column::<String>(row, 0)?)).collect()
    }

    /// Rows of a statement that does the same twice as once. Who finds a session dead takes another
    /// one: after a server went, every one that idled is dead.
    pub(crate) async fn patiently(&self, text: &str, args: Args) -> Result<Vec<PgRow>, StoreError> {
        #[cfg(test)]
        self.plans.explain(self, text, args.clone()).await;
        for _ in 0..self.pool.options().get_max_connections() {
            match self.rows(text, args.clone()).await {
                Err(Failure::Unknown(_) | Failure::Again(_)) => (),
                answer => return answer.map_err(Failure::into_error),
            }
        }
        self.rows(text, args).await.map_err(Failure::into_error)
    }

    /// Calls a function of ours with a document, in one message: nobody waits for the network while what
    /// it locks is held, behind a pooler neither.
    pub(crate) async fn call_function<T: DeserializeOwned>(
        &self,
        function: &str,
        document: &str,
    ) -> Result<Option<T>, Failure> {
        if !self.pooled {
            let call = format!("SELECT {{s}}.{function}($1::jsonb)::text");
            return self.call(&call, Args::default().with(document)).await;
        }
        let call = format!("SELECT {}.{function}({}::jsonb)::text", self.schema, literal(document));
        told(&self.ask(Said::InOneMessage(call)).await?)
    }

    /// The first column of the only row, which is JSON or nothing.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        text: &str,
        args: Args,
    ) -> Result<Option<T>, Failure> {
        told(&self.rows(text, args).await?)
    }
}

/// The first column of the only row, which is JSON or nothing.
fn told<T: DeserializeOwned>(rows: &[PgRow]) -> Result<Option<T>, Failure> {
    let Some(row) = rows.first() else { return Ok(None) };
    let json = column::<Option<String>>(row, 0).map_err(Failure::Store)?;
    json.map(|json| decode(&json).map_err(Failure::Store)).transpose()
}

/// A text as it is written in SQL, whatever a session takes a backslash for.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A column of a row.
pub(crate) fn column<'r, T>(row: &'r PgRow, index: usize) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(index).map_err(|err| corrupt(format!("column {index} of an answer"), err))
}

fn decode<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|err| corrupt("a row", err))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_ends_where_it_should() {
        assert_eq!(literal(r#"{"a": "it's \"\n"}"#), r#"E'{"a": "it''s \\"\\n"}'"#);
        assert_eq!(literal(r"\'; DROP TABLE x; --"), r"E'\\''; DROP TABLE x; --'");
    }
}
