//! One file, one process at a time: who comes second waits a bounded while and is told why; a file
//! that is no store, or a damaged one, is refused by name, and nothing panics or is lost in silence.

use std::{fs, path::Path, time::Duration};

use sternway::{
    Error, Sternway, api::ProblemCode, control::ControlError, provider::Stopwatch,
    store::StoreError,
};

async fn filled(folder: &Path) {
    let sw = Sternway::open(folder).await.expect("an empty folder becomes a store");
    let greeting = sw.artifact("prompts/greeting");
    greeting.publish("Hello, {{name}}!").await.expect("it is published");
    greeting.publish("Hi {{name}}!").await.expect("it is published");
    sw.shutdown().await.expect("it closes");
}

fn store_error(opened: Result<Sternway, Error>) -> StoreError {
    match opened {
        Err(Error::Control(ControlError::Store(err))) => err,
        other => panic!("expected an error of the store, found {other:?}"),
    }
}

#[tokio::test]
async fn who_comes_second_waits_a_bounded_while_and_is_told_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Sternway::open(folder.path()).await.expect("it opens");
    let watch = Stopwatch::start();
    let wait = Duration::from_millis(100);
    let second = Sternway::builder().wait_for_lock(wait).open(folder.path()).await;
    assert!(watch.elapsed() >= wait);
    let err = second.expect_err("the first one holds it");
    assert_eq!(err.code(), ProblemCode::StoreBusy);
    first.shutdown().await.expect("it closes");
    let third = Sternway::open(folder.path()).await.expect("now it is free");
    third.shutdown().await.expect("it closes");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_a_store() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join(".sternway");
    filled(&store).await;
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&store), 0o700);
    assert_eq!(mode(&store.join("store.redb")), 0o600);
}

#[tokio::test]
async fn a_file_that_is_something_else_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.redb");
    fs::write(&file, "a letter to a friend").expect("it is written");
    let err = store_error(Sternway::open(folder.path()).await);
    assert!(matches!(err, StoreError::NotAStore { .. }), "{err:?}");
    assert_eq!(fs::read(&file).expect("it is there"), b"a letter to a friend");
}

#[tokio::test]
async fn another_programs_database_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.redb");
    {
        let table = redb::TableDefinition::<u64, u64>::new("somebody's");
        let database = redb::Database::create(&file).expect("a database");
        let write = database.begin_write().expect("it can be written");
        write.open_table(table).expect("a table").insert(1, 2).expect("a row");
        write.commit().expect("it is written");
    }
    let err = store_error(Sternway::open(folder.path()).await);
    assert!(matches!(err, StoreError::NotAStore { .. }), "{err:?}");
}

#[tokio::test]
async fn a_truncated_store_is_refused_or_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path()).await;
    let file = folder.path().join("store.redb");
    let whole = fs::read(&file).expect("it is there");
    for eighths in 0..8 {
        let (start, _) = whole.split_at(whole.len() * eighths / 8);
        fs::write(&file, start).expect("it is written");
        let loss = loss_is_said(folder.path()).await;
        // Nothing at all is what a crash right after making the file leaves: a new store.
        assert!(loss || start.is_empty(), "{eighths} eighths of a store pass for a whole one");
    }
}

#[tokio::test]
async fn a_flipped_byte_in_the_file_is_named_or_was_not_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path()).await;
    let file = folder.path().join("store.redb");
    let whole = fs::read(&file).expect("it is there");
    let mut named = 0;
    for step in 0..200 {
        let place = step * (whole.len() / 200);
        let mut damaged = whole.clone();
        *damaged.get_mut(place).expect("it is in the file") ^= 0x10;
        fs::write(&file, &damaged).expect("it is written");
        if loss_is_said(folder.path()).await {
            named += 1;
        } else {
            assert_eq!(readable(folder.path()).await, "Hello, {{name}}!", "byte {place}");
        }
    }
    assert!(named > 0, "no place that was flipped is in use");
}

/// Whether opening fails with a typed error, or `verify` names damage.
async fn loss_is_said(folder: &Path) -> bool {
    let sw = match Sternway::open(folder).await {
        Ok(sw) => sw,
        Err(err) => {
            let code = err.code();
            let typed = matches!(code, ProblemCode::IntegrityMismatch | ProblemCode::NotAStore);
            assert!(typed, "{code}: {err:?}");
            return true;
        }
    };
    let said = match sw.control().store().verify().await {
        Ok(report) => !report.is_sound(),
        Err(err) => {
            assert!(matches!(err, StoreError::Corrupt { .. }), "{err:?}");
            true
        }
    };
    // A damaged store may not take the last notes.
    drop(sw.shutdown().await);
    said
}

async fn readable(folder: &Path) -> String {
    let sw = Sternway::open(folder).await.expect("it opened before");
    let greeting = sw.artifact("prompts/greeting");
    let version = greeting.version("v1").await.expect("it is there");
    let content = greeting.content(&version).await.expect("it is there");
    sw.shutdown().await.expect("it closes");
    content.as_text().expect("it is text").to_owned()
}
