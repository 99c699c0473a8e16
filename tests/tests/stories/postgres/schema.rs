//! Making the schema: at once, interrupted, and one that is newer.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _};
use sternway::store::StoreError;
use sternway_tests::faults::{Place, Workers, until};

fn worker() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_worker"))
}

/// Six processes start at once on what is there, and all come up.
async fn six_come_up(place: &Place) {
    let mut workers = Workers::default();
    for seed in 0..6 {
        workers.start(worker(), &place.url(), seed).expect("it starts");
    }
    workers.stop().expect("all of them come up");
    let steps = "SELECT max(step) - count(*) FROM sternway.schema_step";
    assert_eq!(place.number(steps).await.expect("the schema is there"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn six_processes_that_start_on_an_empty_database_all_come_up() {
    six_come_up(&super::place().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_killed_while_it_makes_the_schema_leaves_nothing_to_repair() {
    let place = super::place().await;
    // Whoever makes a function waits for us: that is after the tables were made.
    let stop = "CREATE FUNCTION public.stop() RETURNS event_trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock(4711); END $$;
        CREATE EVENT TRIGGER stop ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION')
            EXECUTE FUNCTION public.stop()";
    place.run(stop).await.expect("a trigger");
    let mut holder = place.session().await.expect("a session");
    let hold = AssertSqlSafe("SELECT pg_advisory_lock(4711)");
    sqlx::raw_sql(hold).execute(&mut holder).await.expect("it holds");
    let mut workers = Workers::default();
    workers.start(worker(), &place.url(), 0).expect("it starts");
    let stopped = || async {
        let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        Ok(place.number(waits).await? > 0)
    };
    until("it is in the middle of it", stopped).await.expect("it is");
    workers.kill_one().expect("it is killed");
    place.run("DROP EVENT TRIGGER stop").await.expect("nobody is stopped any more");
    holder.close().await.expect("it lets go");
    six_come_up(&place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_a_newer_sternway_made_is_refused_by_name() {
    let place = super::place().await;
    super::shop(place.connect()).await.store.close().await.expect("it closes");
    let newer = "INSERT INTO sternway.schema_step (step, name, digest)
        SELECT max(step) + 1, 'of tomorrow', '' FROM sternway.schema_step";
    place.run(newer).await.expect("a further step");
    let err = place.connect().open().await.expect_err("it is newer");
    assert!(matches!(err, StoreError::NewerFormat { .. }), "{err:?}");
}
