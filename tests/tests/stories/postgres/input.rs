//! Databases that cannot be used: the error says what to do, and never a password.

use std::{error::Error, time::Duration};

use sternway::store::StoreError;
use sternway_postgres::Connect;
use sternway_tests::faults::{Place, words};

const PASSWORD: &str = "hunter2secret";

/// Opens, and answers with the error and all its causes; none may say the password.
async fn refused(connect: Connect) -> (StoreError, String) {
    let described = format!("{connect:?}");
    let opened = connect.wait_for_connection(Duration::from_secs(1)).open().await;
    let err = opened.expect_err("it cannot be opened");
    let words = words(&err);
    for text in [&described, &words, &format!("{err:?}")] {
        assert!(!text.contains(PASSWORD), "a password is shown: {text}");
    }
    (err, words)
}

/// Somebody with no rights, whose name is free again when the place goes.
async fn nobody(place: &Place) -> String {
    let role = format!("{}_nobody", place.database());
    let make = format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'");
    place.run(&make).await.expect("a role");
    role
}

async fn forget(place: &Place, role: &str) {
    place.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.expect("it goes");
}

#[tokio::test]
async fn who_may_make_nothing_is_told_so() {
    let place = super::place().await;
    let role = nobody(&place).await;
    let (err, words) = refused(Connect::to(place.url_of(&role, PASSWORD))).await;
    assert!(words.contains("permission denied"), "{words}");
    assert!(matches!(err, StoreError::Unavailable(_)), "{err:?}");
    forget(&place, &role).await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_not_shown() {
    let place = super::place().await;
    let role = nobody(&place).await;
    let (err, words) = refused(Connect::to(place.url_of(&role, &format!("not{PASSWORD}")))).await;
    assert!(words.contains("password authentication failed"), "{words}");
    assert!(matches!(err, StoreError::Unavailable(_)), "{err:?}");
    forget(&place, &role).await;
}

#[tokio::test]
async fn a_host_that_is_not_there_is_told_in_time() {
    let connect = Connect::to(format!("postgres://app:{PASSWORD}@127.0.0.1:1/agents"));
    let (err, words) = refused(connect).await;
    assert!(err.is_temporary(), "{words}");
    let connect = Connect::to(format!("postgres://app:{PASSWORD}@no.such.host.invalid/agents"));
    let (err, words) = refused(connect).await;
    assert!(err.is_temporary(), "{words}");
}

#[tokio::test]
async fn an_address_that_is_none_is_said_and_not_shown() {
    let (err, words) = refused(Connect::to(format!("postgres://app:{PASSWORD}@[/agents"))).await;
    assert!(matches!(err, StoreError::NotAStore { .. }), "{err:?}");
    assert!(words.contains("postgres://user:password@host:port/database"), "{words}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let place = super::place().await;
    let url = place.url().replace(place.database(), "no_such_database");
    let (_, words) = refused(Connect::to(url)).await;
    assert!(words.contains("\"no_such_database\" does not exist"), "{words}");
}

#[tokio::test]
async fn a_schema_of_somebody_else_is_left_as_it_is() {
    let place = super::place().await;
    let theirs = "CREATE SCHEMA sternway; CREATE TABLE sternway.schema_step (step int, name text);
        INSERT INTO sternway.schema_step VALUES (1, 'theirs')";
    place.run(theirs).await.expect("a table");
    let (err, words) = refused(place.connect()).await;
    assert!(matches!(err, StoreError::NotAStore { .. }), "{err:?}");
    assert!(words.contains("sternway") && words.contains("theirs"), "{words}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'sternway'";
    assert_eq!(place.number(tables).await.expect("look"), 1);
}

#[tokio::test]
async fn a_schema_with_other_tables_is_left_as_it_is() {
    let place = super::place().await;
    let theirs = "CREATE SCHEMA sternway; CREATE TABLE sternway.version (theirs text)";
    place.run(theirs).await.expect("a table");
    let (err, words) = refused(place.connect()).await;
    assert!(matches!(err, StoreError::NotAStore { .. }), "{err:?}");
    assert!(words.contains("?schema=NAME"), "{words}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'sternway'";
    assert_eq!(place.number(tables).await.expect("look"), 1);
}

#[tokio::test]
async fn a_database_that_only_reads_is_read_and_refuses_writes_with_a_reason() {
    let place = super::place().await;
    let shop = super::shop(place.connect()).await;
    shop.publish_now("prompts/p", "first").await.expect("it is published");
    shop.store.close().await.expect("it closes");
    let set = |to| {
        let database = place.database();
        format!("ALTER DATABASE {database} SET default_transaction_read_only = {to}")
    };
    let (only_read, both) = (set("on"), set("off"));
    place.run(&only_read).await.expect("it is set");
    let store = place.connect().open().await.expect("there is nothing to make");
    let shop = sternway_tests::faults::Shop { store: std::sync::Arc::new(store), ns: shop.ns };
    let live = shop.subject(&"prompts/p".parse().expect("a name")).await.expect("it is read");
    assert!(live.is_some());
    let err = shop.publish_now("prompts/p", "second").await.expect_err("it only reads");
    let err = err.downcast::<StoreError>().expect("an error of the store");
    assert!(err.is_temporary(), "{err:?}");
    let cause = err.source().map(ToString::to_string).unwrap_or_default();
    assert!(cause.contains("read-only transaction"), "{cause}");
    let undo = format!("BEGIN READ WRITE; {both}; COMMIT");
    place.run(&undo).await.expect("it is set back");
    // Sessions keep what they began with: the old primary's are to end.
    place.terminate("true").await.expect("they end");
    shop.publish_now("prompts/p", "second").await.expect("it heals by itself");
}

#[tokio::test]
async fn an_empty_database_that_only_reads_says_why_nothing_can_be_made() {
    let place = super::place().await;
    let set = "ALTER DATABASE {} SET default_transaction_read_only = on";
    place.run(&set.replace("{}", place.database())).await.expect("it is set");
    let (_, words) = refused(place.connect()).await;
    assert!(words.contains("read-only transaction"), "{words}");
}
