//! What others hold: sessions of the pool, rows, the disk. Who cannot get it is told in time, and goes
//! on when it is free.

use std::{sync::Arc, time::Duration};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use sternway::{provider::Stopwatch, store::StoreError, types::Timestamp};
use sternway_tests::faults::{Journal, Place, Shop, audit, spawn, until, within};
use xtask::postgres::Server;

async fn run(session: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(session).await.map(drop)
}

/// How many sessions of stores wait for a lock.
async fn waiting(place: &Place) -> i64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name LIKE 'sternway %' AND wait_event_type = 'Lock'";
    place.number(waiting).await.expect("look")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_exhausted_answers_everybody_in_time() {
    let place = super::place().await;
    let (acquire, lock) = (Duration::from_secs(1), Duration::from_secs(3));
    let connect = place.connect().with_connections(2).wait_for_connection(acquire);
    let shop = super::shop(connect.wait_for_lock(lock)).await;
    shop.publish_now("prompts/p", "first").await.expect("it is published");
    // What was put is written by the session that holds the table: every session gets stuck.
    let mut holder = place.session().await.expect("a session");
    run(&mut holder, "BEGIN; LOCK TABLE sternway.content IN ACCESS EXCLUSIVE MODE")
        .await
        .expect("it holds");
    let watch = Stopwatch::start();
    let callers = (0..64).map(|number| {
        let shop = shop.clone();
        spawn(async move {
            let (content, _) =
                shop.publish("prompts/p", &format!("c{number}"), Timestamp::EPOCH)?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(shop.store.put(&content, None).await)
        })
    });
    let callers: Vec<_> = callers.collect();
    let mut late = 0;
    for caller in callers {
        let answer = within(Duration::from_secs(40), "an answer", caller).await.expect("it comes");
        match answer.expect("it ends").expect("a content") {
            Ok(()) => (),
            Err(err) => {
                assert!(err.is_temporary(), "{err:?}");
                late += 1;
            }
        }
    }
    assert!(late >= 60, "the pool was not exhausted: {late}, {:?}", watch.elapsed());
    run(&mut holder, "ROLLBACK").await.expect("it lets go");
    shop.publish_now("prompts/p", "last").await.expect("everything is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_somebody_forgot_is_answered_in_time_and_heals() {
    let place = super::place().await;
    let shop = super::shop(place.connect().wait_for_lock(Duration::from_millis(300))).await;
    let mut holder = place.session().await.expect("a session");
    run(&mut holder, "BEGIN; SELECT FROM sternway.head FOR UPDATE").await.expect("it holds");
    let (content, changeset) =
        shop.publish("prompts/p", "first", Timestamp::EPOCH).expect("a changeset");
    shop.store.put(&content, None).await.expect("it is put");
    let commit = within(Duration::from_secs(15), "an answer", shop.store.commit(&changeset)).await;
    let err = commit.expect("it comes in time").expect_err("the head is held");
    assert!(matches!(err, StoreError::Unavailable(_)) && err.is_temporary(), "{err:?}");
    holder.close().await.expect("it goes away");
    let receipt = shop.store.commit(&changeset).await.expect("the head is free");
    assert_eq!(receipt.revision.get(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_that_wait_for_each_other_are_counted_once() {
    let place = super::place().await;
    let shop = super::shop(place.connect()).await;
    let mut outcomes = Vec::new();
    for artifact in ["prompts/a", "prompts/b"] {
        shop.publish_now(artifact, artifact).await.expect("it is published");
        let subject = shop.subject(&artifact.parse().expect("a name")).await.expect("look");
        let subject = subject.expect("it is live");
        let first = shop.successes(&subject, &[format!("{artifact} first")], Timestamp::EPOCH);
        drop(shop.store.append(&first).await.expect("it counts"));
        let next = shop.successes(&subject, &[format!("{artifact} next")], Timestamp::EPOCH);
        outcomes.extend(next.outcomes().to_vec());
    }
    let both = sternway::store::Append::new(shop.ns.clone(), Timestamp::EPOCH, outcomes);
    let mut other = place.session().await.expect("a session");
    let lock =
        |artifact| format!("SELECT FROM sternway.subject WHERE artifact = '{artifact}' FOR UPDATE");
    run(&mut other, &format!("BEGIN; {}", lock("prompts/b"))).await.expect("it locks b");
    let appending = {
        let (shop, both) = (shop.clone(), both.clone());
        spawn(async move { shop.store.append(&both).await })
    };
    let waits = || async { Ok(waiting(&place).await > 0) };
    until("the append holds a, and waits for b", waits).await.expect("it waits");
    // One of the two is told to give way.
    let locked = run(&mut other, &lock("prompts/a")).await;
    run(&mut other, "ROLLBACK").await.expect("it ends");
    let appended = within(Duration::from_secs(20), "append", appending).await.expect("in time");
    let appended = appended.expect("it ends").expect("it counts");
    assert_eq!(appended.duplicates, 0, "the other session: {locked:?}");
    assert_eq!(shop.store.append(&both).await.expect("again").duplicates, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_was_cut_off_can_do_nothing_more() {
    let place = super::place().await;
    let shop = super::shop(place.connect()).await;
    let mut holder = place.session().await.expect("a session");
    run(&mut holder, "SET application_name = 'sternway holder'; BEGIN").await.expect("it begins");
    run(&mut holder, "UPDATE sternway.head SET revision = 99").await.expect("it holds");
    let publishing = {
        let shop = shop.clone();
        spawn(async move { shop.publish_now("prompts/p", "first").await })
    };
    let waits = || async { Ok(waiting(&place).await > 0) };
    until("the writer waits for the holder", waits).await.expect("it waits");
    let ended = place.terminate("application_name = 'sternway holder'").await;
    assert_eq!(ended.expect("it is ended"), 1);
    let id = publishing.await.expect("it ends").expect("it is published");
    run(&mut holder, "COMMIT").await.expect_err("it holds nothing any more");
    let mut journal = Journal::default();
    journal.asked.extend([Shop::founding(), id]);
    audit(&shop, &journal).await.expect("nothing came of the holder");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_and_keeps_what_is_there() {
    let server = Server::start().expect("a server of its own");
    let Some(disk) = server.small_disk(24).expect("a folder") else {
        println!("A FULL DISK WAS LEFT OUT: only root may make a small one here");
        return;
    };
    let make = format!("CREATE TABLESPACE small LOCATION '{}'", disk.display());
    let admin = Place::new(server.url()).await.expect("a database");
    admin.run(&make).await.expect("a tablespace");
    let place = Place::with(server.url(), "TABLESPACE small").await.expect("a database on it");
    let shop = super::shop(place.connect()).await;
    shop.publish_now("prompts/p", "first").await.expect("there is room");
    fill(&place).await;
    let (mut number, mut journal) = (0, Journal::default());
    journal.asked.insert(Shop::founding());
    journal.asked.insert(sternway::types::ChangesetId::from_name("first"));
    let err = loop {
        number += 1;
        let name = format!("full {number}");
        let (content, changeset) =
            shop.publish("prompts/p", &name, Timestamp::EPOCH).expect("a changeset");
        journal.asked.insert(changeset.id);
        let put = shop.store.put(&content, None).await;
        let commit = match put {
            Ok(()) => shop.store.commit(&changeset).await,
            Err(err) => Err(err),
        };
        match commit {
            Ok(receipt) => drop(journal.committed.insert(changeset.id, receipt)),
            Err(err) => break err,
        }
    };
    assert!(matches!(err, StoreError::Full(_)) && err.is_temporary(), "{err:?}");
    audit(&shop, &journal).await.expect("what was there is there, and can be read");
    place.run("DROP TABLE filler").await.expect("there is room again");
    let more = shop.publish_now("prompts/p", "last").await.expect("writing goes on by itself");
    journal.asked.insert(more);
    audit(&shop, &journal).await.expect("nothing is half there");
    shop.store.close().await.expect("it closes");
    drop((place, admin, Arc::clone(&shop.store)));
    server.end().expect("nothing is left");
}

/// Takes all room but a little.
async fn fill(place: &Place) {
    place.run("CREATE TABLE filler (bytes text)").await.expect("a table");
    let fill = |rows: u32| {
        format!(
            "INSERT INTO filler SELECT repeat(md5(i::text), 30) FROM generate_series(1, {rows}) i"
        )
    };
    for rows in [1_000, 100, 10] {
        while place.run(&fill(rows)).await.is_ok() {}
    }
}
