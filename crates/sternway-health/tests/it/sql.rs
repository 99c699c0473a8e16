//! Queries to a real PostgreSQL: `cargo xtask test` starts one.

use std::time::Duration;

use sternway_health::{SqlProbe, Text};
use sternway_provider::{Health, Unprobed};

use crate::{
    made::{SHORT, asked, unknown, unwell},
    server::{Answer, Server},
};

/// The database for tests.
///
/// # Panics
///
/// If there is none: nothing is skipped in silence.
fn database() -> Text {
    match std::env::var("STERNWAY_TEST_POSTGRES") {
        Ok(url) if url != "none" => Text::Written(url),
        _ => panic!("this test needs a PostgreSQL: run `cargo xtask test`, which starts one"),
    }
}

async fn answered(query: &str) -> Result<Health, Unprobed> {
    asked(&SqlProbe::new(database(), query).expect("a query")).await
}

#[tokio::test]
async fn a_row_that_begins_with_true_is_well() {
    assert_eq!(answered("SELECT true, 'and more'").await, Ok(Health::Well));
    assert_eq!(
        answered("WITH one AS (SELECT 1 AS n) SELECT n > 0 FROM one;").await,
        Ok(Health::Well)
    );
    unwell(answered("SELECT count(*) > 1 FROM generate_series(1, 1)").await, "answers false");
}

#[tokio::test]
async fn everything_else_finds_nothing_out() {
    unknown(answered("SELECT true WHERE false").await, "no row");
    unknown(answered("SELECT generate_series(1, 1000000000) > 0").await, "several rows");
    unknown(answered("SELECT NULL::boolean").await, "NULL");
    unknown(answered("SELECT 1").await, "neither true nor false");
    unknown(answered("SELECT").await, "neither true nor false");
    unknown(answered("SELECT 1 / 0 = 1").await, "division by zero");
    unknown(answered("SELECT * FROM no_such_table").await, "no_such_table");
}

#[tokio::test]
async fn nothing_can_be_written_and_one_statement_is_all() {
    unknown(answered("SELECT true; DROP TABLE x").await, "multiple commands");
    unknown(answered("UPDATE pg_class SET relname = relname").await, "syntax error");
    let smuggled = "WITH gone AS (DELETE FROM pg_description RETURNING 1) SELECT true FROM gone";
    unknown(answered(smuggled).await, "data-modifying");
    let reads_only = "SELECT current_setting('transaction_read_only') = 'on'";
    assert_eq!(answered(reads_only).await, Ok(Health::Well));
    let written = "SELECT set_config('transaction_read_only', 'off', true) = 'off'";
    unknown(answered(written).await, "read-write mode");
}

#[tokio::test]
async fn a_query_takes_no_longer_than_it_may() {
    let slow = SqlProbe::new(database(), "SELECT pg_sleep(60) IS NOT NULL").unwrap();
    let slow = slow.within(Duration::from_millis(300));
    // The server gives it up, or we do, whichever is first.
    match asked(&slow).await {
        Err(why) => {
            let why = why.to_string();
            assert!(why.contains("statement timeout") || why.contains("within 300ms"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_database_that_is_none_finds_nothing_out_and_its_password_is_not_said() {
    let silent = Server::answering(&[Answer::Hanging("")]).await;
    let garbage = Server::answering(&[Answer::Whole("HTTP/1.1 200 OK\r\n\r\n".into())]).await;
    let gone = Server::answering(&[Answer::Hanging("")]).await.port;
    for port in [silent.port, garbage.port, gone] {
        let url = format!("postgres://me:hunter2@127.0.0.1:{port}/app?sslmode=disable");
        let probe = SqlProbe::new(Text::Written(url), "SELECT true").unwrap().within(SHORT);
        let why = asked(&probe).await.unwrap_err().to_string();
        assert!(!why.contains("hunter2") && why.contains("the database"), "{why}");
        assert!(!format!("{probe:?}").contains("hunter2"), "{probe:?}");
    }
    let none = SqlProbe::new(Text::Written("hunter2".into()), "SELECT true").unwrap();
    assert_eq!(
        asked(&none).await.unwrap_err().to_string(),
        "the address of the database is none of PostgreSQL"
    );
    let unset = Text::Kept("env:STERNWAY_TEST_NO_SUCH_VARIABLE".parse().unwrap());
    let unset = SqlProbe::new(unset, "SELECT true").unwrap();
    unknown(asked(&unset).await, "STERNWAY_TEST_NO_SUCH_VARIABLE is not set");
}
