//! Reading whole tables, in pages, within one transaction that only reads.

use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, Postgres, Transaction, postgres::PgRow};
use sternway_store::{Report, StoreError};

use crate::{
    database::{Args, Database, column},
    error::Failure,
};

/// How many rows a page has.
const PAGE: usize = 1_000;
/// How many, where each may be large.
const FEW: usize = 16;

/// A transaction, and what was found.
pub(super) struct Scan {
    db: Database,
    transaction: Transaction<'static, Postgres>,
    pub(super) report: Report,
}

impl Scan {
    pub(super) async fn begin(db: &Database) -> Result<Self, StoreError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let transaction = db.pool.begin_with(begin).await.map_err(failed)?;
        let mut scan = Self { db: db.clone(), transaction, report: Report::default() };
        // A large store takes long.
        scan.run("SET LOCAL statement_timeout = 0").await?;
        Ok(scan)
    }

    pub(super) async fn end(self) -> Result<Report, StoreError> {
        self.transaction.rollback().await.map_err(failed)?;
        Ok(self.report)
    }

    async fn run(&mut self, sql: &str) -> Result<Vec<PgRow>, StoreError> {
        let sql = self.db.sql(sql);
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(failed)
    }

    /// Opens a cursor, from which [`Scan::page`] reads.
    pub(super) async fn open(&mut self, name: &str, sql: &str) -> Result<(), StoreError> {
        self.run(&format!("DECLARE {name} NO SCROLL CURSOR FOR {sql}")).await.map(drop)
    }

    /// The next rows of a cursor; none at its end, where it is closed.
    pub(super) async fn page(&mut self, name: &str) -> Result<Vec<PgRow>, StoreError> {
        self.next(name, PAGE).await
    }

    /// A few rows, where each may be large.
    pub(super) async fn few(&mut self, name: &str) -> Result<Vec<PgRow>, StoreError> {
        self.next(name, FEW).await
    }

    async fn next(&mut self, name: &str, count: usize) -> Result<Vec<PgRow>, StoreError> {
        let rows = self.run(&format!("FETCH {count} FROM {name}")).await?;
        if rows.is_empty() {
            self.run(&format!("CLOSE {name}")).await?;
        }
        Ok(rows)
    }

    /// All rows of a statement with values, whose first columns are JSON.
    pub(super) async fn read<T: DeserializeOwned>(
        &mut self,
        sql: &str,
        args: Args,
    ) -> Result<Vec<T>, StoreError> {
        let sql = self.db.sql(sql);
        let rows = sqlx::query_with(AssertSqlSafe(sql), args.into_values()?)
            .persistent(false)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| json(row)).collect()
    }

    /// Notes each row of a statement as damage: a place, and what is wrong.
    pub(super) async fn note_all(&mut self, sql: &str) -> Result<(), StoreError> {
        for row in self.run(sql).await? {
            self.report.note(column::<String>(&row, 0)?, column::<String>(&row, 1)?);
        }
        Ok(())
    }

    /// Notes an error that names damage; any other one ends it.
    pub(super) fn note(&mut self, err: StoreError) -> Result<(), StoreError> {
        let StoreError::Corrupt { place, detail } = err else { return Err(err) };
        self.report.note(place, detail);
        Ok(())
    }
}

/// The first column of a row, which is JSON.
pub(super) fn json<T: DeserializeOwned>(row: &PgRow) -> Result<T, StoreError> {
    let text: String = column(row, 0)?;
    serde_json::from_str(&text).map_err(|err| crate::error::corrupt("a row", err))
}

fn failed(err: sqlx::Error) -> StoreError {
    Failure::from(err).into_error()
}
