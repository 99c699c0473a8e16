//! A server that loses what was acknowledged is refused, and what is wrong with one is said.

use sqlx::{AssertSqlSafe, PgPool};
use sternway_postgres::{Condition, Connect};

use crate::place::url;

/// An address of a database of its own, whose sessions have a setting.
async fn database(name: &str, setting: &str) -> String {
    let pool = PgPool::connect(&url()).await.expect("connect");
    for sql in [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name}"),
        format!("ALTER DATABASE {name} SET {setting}"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.expect("make a database");
    }
    let (server, _) =
        url().rsplit_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a name");
    format!("{server}/{name}")
}

async fn end(name: &str) {
    let pool = PgPool::connect(&url()).await.expect("connect");
    let sql = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.expect("take it away");
}

#[tokio::test]
async fn a_server_that_loses_commits_is_refused_unless_that_is_wanted() {
    let name = format!("loses_{}", std::process::id());
    let url = database(&name, "synchronous_commit = off").await;
    let refused = Connect::to(url.as_str()).open().await.expect_err("it loses commits");
    let why = format!("{:?}", std::error::Error::source(&refused).map(ToString::to_string));
    assert!(why.contains("synchronous_commit is off") && why.contains("allow_data_loss"), "{why}");
    let taken = Connect::to(format!("{url}?allow_data_loss=true")).open().await;
    sternway_store::Store::close(&taken.expect("it is wanted")).await.expect("close");
    let found = Connect::to(url).examine().await.expect("examine");
    let bad: Vec<_> = found.iter().filter(|it| it.condition == Condition::Bad).collect();
    assert_eq!(bad.iter().map(|it| it.subject).collect::<Vec<_>>(), ["durability"], "{found:?}");
    end(&name).await;
}

#[tokio::test]
async fn a_server_as_it_comes_is_good() {
    let found = Connect::to(url()).examine().await.expect("examine");
    let bad = found.iter().filter(|it| it.condition == Condition::Bad);
    assert_eq!(bad.count(), 0, "{found:?}");
}
