//! The file itself: who comes first, who comes second, and what a crash leaves.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Barrier,
    thread,
};

use sternway_redb::{RedbKv, RedbOptions, make_folder};
use sternway_store::{Batch, Kv as _, StoreError};

fn open(path: &Path) -> Result<RedbKv, StoreError> {
    RedbKv::open(path, RedbOptions::default())
}

fn file_in(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("store.redb")
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|it| it.expect("it can be read").file_name().display().to_string()).collect()
}

#[test]
fn of_many_who_open_first_each_gets_in_or_is_told_to_wait() {
    for _ in 0..40 {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let (path, together) = (file_in(&folder), Barrier::new(4));
        let first_comer = || {
            together.wait();
            loop {
                match open(&path) {
                    Ok(_) => break,
                    Err(StoreError::Busy) => thread::yield_now(),
                    Err(err) => panic!("{err}: {:?}", std::error::Error::source(&err)),
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(first_comer);
            }
        });
        assert_eq!(names_in(folder.path()), ["store.redb"], "nothing else is left behind");
    }
}

#[cfg(unix)]
#[test]
fn whoever_looks_while_the_file_is_made_sees_a_whole_one_or_none() {
    // So a crash at any moment leaves a whole one or none.
    for _ in 0..40 {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = file_in(&folder);
        let looked = thread::scope(|scope| {
            let look = || {
                loop {
                    if let Ok(bytes) = fs::read(&path) {
                        return bytes;
                    }
                }
            };
            let looker = scope.spawn(look);
            drop(open(&path).expect("a new file"));
            looker.join().expect("it can be read")
        });
        assert!(looked.starts_with(b"redb"), "{} bytes are not a redb file", looked.len());
    }
}

#[test]
fn what_is_no_store_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    for other in ["a letter to my aunt", "red", "\0\0\0\0\0\0\0\0\0\0"] {
        fs::write(&path, other).expect("there is room for a file");
        let refused = open(&path).map(drop);
        assert!(matches!(refused, Err(StoreError::NotAStore { .. })), "{refused:?}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), other);
    }
}

#[test]
fn room_that_nothing_takes_is_given_back() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    let kv = open(&path).expect("a new file");
    let put = |number: u16| (number.to_be_bytes().to_vec(), Some(vec![7; 4_000]));
    for begin in (0..2_000).step_by(100) {
        kv.commit(&(begin..begin + 100).map(put).collect()).expect("there is room");
    }
    let delete = |number: u16| (number.to_be_bytes().to_vec(), None);
    kv.commit(&(10..2_000).map(delete).collect::<Batch>()).expect("there is room");
    let len = || fs::metadata(&path).expect("it is there").len();
    let before = len();
    let shrunk = kv.shrink().expect("nobody reads");
    assert_eq!((shrunk.before, shrunk.after), (before, len()), "as the system says");
    assert!(shrunk.after < before / 10, "{shrunk:?}");
    // Who comes second is told so, as before.
    assert!(matches!(open(&path), Err(StoreError::Busy)));
    let snapshot = kv.snapshot().expect("it can be read");
    assert!(snapshot.get(&9_u16.to_be_bytes()).expect("it can be read").is_some());
}

/// Making the file smaller writes nothing after it: redb would take twice the room for that.
#[test]
fn a_file_that_was_made_smaller_stays_so_when_it_is_closed() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    let kv = open(&path).expect("a new file");
    let put = |number: u16| (number.to_be_bytes().to_vec(), Some(vec![7; 3_000]));
    for begin in (0..500).step_by(100) {
        kv.commit(&(begin..begin + 100).map(put).collect()).expect("there is room");
    }
    let delete = |number: u16| (number.to_be_bytes().to_vec(), None);
    kv.commit(&(0..250).map(delete).collect::<Batch>()).expect("there is room");
    let shrunk = kv.shrink().expect("nobody reads");
    assert!(shrunk.after < shrunk.before / 3, "{shrunk:?}");
    drop(kv);
    let closed = fs::metadata(&path).expect("it is there").len();
    assert!(closed < shrunk.before / 3, "{closed} after {shrunk:?}");
    let kv = open(&path).expect("it is closed");
    let rows = kv.snapshot().expect("it can be read");
    assert!(rows.get(&499_u16.to_be_bytes()).expect("it can be read").is_some());
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    fs::write(file_in(&folder), "").expect("there is room for a file");
    drop(open(&file_in(&folder)).expect("there is nothing to lose"));
}

#[cfg(unix)]
#[test]
fn file_and_folders_are_their_owners() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("there is room for a folder");
    let deep = folder.path().join("a/b");
    make_folder(&deep).expect("there is room for folders");
    make_folder(&deep).expect("it is there already");
    drop(open(&deep.join("store.redb")).expect("a new file"));
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&deep.join("store.redb")), 0o600);
    assert_eq!((mode(&deep), mode(&folder.path().join("a"))), (0o700, 0o700));
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_an_error_and_no_loop() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    std::os::unix::fs::symlink(folder.path().join("not there"), &path).expect("a link");
    let refused = open(&path).map(drop);
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    fs::write(folder.path().join("not there"), "").expect("there is room for a file");
    drop(open(&path).expect("a link to a file is as good as the file"));
}
