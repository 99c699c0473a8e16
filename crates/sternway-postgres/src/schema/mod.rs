//! The schema: made and brought up to date by numbered steps, all of them in one transaction.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Row as _};
use sternway_store::{Cause, StoreError};
use tokio::time::{Instant, timeout};

use crate::{database::Database, error::Failure, rows::to_hex, task::pause};

/// A step: its name, and what it does.
struct Step {
    name: &'static str,
    sql: &'static str,
}

/// In order; a step that was released never changes.
const STEPS: &[Step] = &[
    Step { name: "tables", sql: include_str!("0001_tables.sql") },
    Step { name: "functions", sql: include_str!("0002_functions.sql") },
    Step { name: "views", sql: include_str!("0003_views.sql") },
    Step { name: "histories", sql: include_str!("0004_histories.sql") },
    Step { name: "pairs", sql: include_str!("0005_pairs.sql") },
    Step { name: "shares", sql: include_str!("0006_shares.sql") },
    Step { name: "open_runs", sql: include_str!("0007_open_runs.sql") },
    Step { name: "noted", sql: include_str!("0008_noted.sql") },
];

/// How long to wait while another process makes the schema.
const TURN: Duration = Duration::from_secs(60);

/// Makes the schema what this Sternway works on.
///
/// Many processes may do that at once: one does it, the others wait for it, and whoever is killed in
/// the middle leaves nothing behind.
pub(crate) async fn prepare(db: &Database) -> Result<(), StoreError> {
    let until = Instant::now() + TURN;
    loop {
        if found(db).await? == STEPS.len() || patiently(db, make(db)).await? {
            return Ok(());
        }
        if Instant::now() > until {
            return Err(StoreError::Busy);
        }
        pause(Duration::from_millis(50)).await;
    }
}

/// What a call comes to, if the server answers at all.
async fn patiently<T>(
    db: &Database,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let answer = timeout(db.patience, call).await;
    answer.unwrap_or_else(|late| Err(StoreError::Unavailable(Cause::new(late))))
}

/// Whether the schema is there, and what this Sternway works on.
///
/// # Errors
///
/// [`StoreError::NoStore`] if it is not there, and [`StoreError::OlderLayout`] if steps are missing.
pub(crate) async fn is_there(db: &Database) -> Result<(), StoreError> {
    let found = found(db).await?;
    let number = |steps: usize| u8::try_from(steps).unwrap_or(u8::MAX);
    match found {
        0 => Err(StoreError::NoStore { place: format!("the schema {}", db.schema) }),
        found if found < STEPS.len() => {
            Err(StoreError::OlderLayout { found: number(found), newest: number(STEPS.len()) })
        }
        _ => Ok(()),
    }
}

/// How many steps were taken.
async fn found(db: &Database) -> Result<usize, StoreError> {
    let taken = async {
        // In one message: a pooler may give every message to another session.
        let steps = db.sql("SELECT step, name FROM {s}.schema_step ORDER BY step");
        match sqlx::raw_sql(AssertSqlSafe(steps)).fetch_all(&db.pool).await {
            // There is no such table: it was never made.
            Err(err) if is_undefined(&err) => Ok(Vec::new()),
            rows => rows.map_err(|err| Failure::from(err).into_error()),
        }
    };
    let rows = patiently(db, taken).await?;
    for (row, step) in rows.iter().zip(STEPS) {
        let name: String = row.try_get(1).map_err(|err| Failure::from(err).into_error())?;
        if name != step.name {
            let detail = format!("the schema {} holds {name:?} of something else", db.schema);
            return Err(StoreError::NotAStore { detail });
        }
    }
    if rows.len() > STEPS.len() {
        return Err(StoreError::NewerFormat {
            place: format!("the schema {}", db.schema),
            found: u8::try_from(rows.len()).unwrap_or(u8::MAX),
            newest: u8::try_from(STEPS.len()).unwrap_or(u8::MAX),
        });
    }
    Ok(rows.len())
}

fn is_undefined(err: &sqlx::Error) -> bool {
    let code = err.as_database_error().and_then(|err| err.code());
    code.is_some_and(|code| code == "42P01" || code == "3F000")
}

/// Why a step could not be taken: what it makes may be there already, made by somebody else.
fn not_made(db: &Database, err: sqlx::Error) -> StoreError {
    let code = err.as_database_error().and_then(|err| err.code());
    if code.is_some_and(|code| ["42P07", "42710", "42723"].contains(&&*code)) {
        let schema = &db.schema;
        let detail = format!(
            "the schema {schema} has tables of something else: name another one, with ?schema=NAME"
        );
        return StoreError::NotAStore { detail };
    }
    StoreError::Unavailable(Cause::new(err))
}

/// Takes the steps that are missing; false if another process is at it.
async fn make(db: &Database) -> Result<bool, StoreError> {
    let failed = |err| Failure::from(err).into_error();
    let mut transaction = db.pool.begin().await.map_err(failed)?;
    let turn = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))";
    let mine: bool = sqlx::query_scalar(turn)
        .persistent(false)
        .bind(format!("sternway schema {}", db.schema))
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    if !mine {
        return Ok(false);
    }
    let begin = db.sql(
        "CREATE SCHEMA IF NOT EXISTS {s};
        CREATE TABLE IF NOT EXISTS {s}.schema_step (
            step integer PRIMARY KEY,
            name text NOT NULL,
            digest text NOT NULL,
            taken_at timestamptz NOT NULL DEFAULT now()
        )",
    );
    sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *transaction).await.map_err(failed)?;
    let taken: i64 =
        sqlx::query_scalar(AssertSqlSafe(db.sql("SELECT count(*) FROM {s}.schema_step")))
            .persistent(false)
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
    let taken = usize::try_from(taken).unwrap_or(usize::MAX);
    for (step, number) in STEPS.iter().zip(1_i32..).skip(taken) {
        sqlx::raw_sql(AssertSqlSafe(db.sql(step.sql)))
            .execute(&mut *transaction)
            .await
            .map_err(|err| not_made(db, err))?;
        let digest = to_hex(sternway_types::Digest::of(step.sql.as_bytes()).as_bytes());
        sqlx::query(AssertSqlSafe(
            db.sql("INSERT INTO {s}.schema_step (step, name, digest) VALUES ($1, $2, $3)"),
        ))
        .persistent(false)
        .bind(number)
        .bind(step.name)
        .bind(digest)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(true)
}
