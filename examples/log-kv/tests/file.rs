//! The file itself: what a crash leaves, what damage is, and who comes second.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use log_kv::LogKv;
use sternway_store::{Batch, Direction, Kv as _, Range, StoreError};

fn file_in(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("store.log")
}

fn commit(kv: &LogKv, key: &[u8], value: &[u8]) {
    kv.commit(&Batch::from([(key.to_vec(), Some(value.to_vec()))])).expect("there is room");
}

fn keys(kv: &LogKv) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    let all = Range { from: vec![0], to: vec![u8::MAX], direction: Direction::Forward };
    let snapshot = kv.snapshot().expect("it can be read");
    let scanned = snapshot.scan(&all, &mut |key, _| {
        keys.push(key.to_vec());
        ControlFlow::Continue(())
    });
    scanned.expect("it can be read");
    keys
}

/// A log of three records, and where each of them ends.
fn three(path: &Path) -> Vec<usize> {
    let kv = LogKv::open(path).expect("a new log");
    let len = || fs::read(path).expect("it is there").len();
    let mut ends = vec![len()];
    for key in [b"a", b"b", b"c"] {
        commit(&kv, key, &[7; 20]);
        ends.push(len());
    }
    ends
}

#[test]
fn wherever_a_crash_tears_the_log_the_records_before_are_there_and_it_goes_on() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    let ends = three(&path);
    let whole = fs::read(&path).expect("it is there");
    for torn in 0..whole.len() {
        // What did not reach the disk may be missing, or be zero.
        let (begins, lost) = whole.split_at(torn);
        for left in [begins.to_vec(), [begins, &vec![0; lost.len()]].concat()] {
            // Zeros over the very beginning are no log any more, and are no crash either: it was
            // durable before anything else was written.
            if torn < ends[0] && left.len() > torn {
                continue;
            }
            fs::write(&path, left).expect("there is room");
            let kv = LogKv::open(&path).expect("a torn log opens");
            let before = ends.iter().skip(1).filter(|end| **end <= torn).count();
            assert_eq!(keys(&kv).concat(), b"abc"[..before], "torn at byte {torn}");
            commit(&kv, b"d", b"goes on");
            drop(kv);
            assert_eq!(keys(&LogKv::open(&path).expect("it is whole")).len(), before + 1);
        }
    }
}

#[test]
fn a_flipped_bit_before_the_last_record_is_damage() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    let ends = three(&path);
    let whole = fs::read(&path).expect("it is there");
    for place in 0..ends[2] {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        fs::write(&path, &damaged).expect("there is room");
        let refused = LogKv::open(&path).map(drop);
        let named = match refused {
            Err(StoreError::NotAStore { .. }) => place < ends[0],
            Err(StoreError::Corrupt { .. }) => place >= ends[0],
            _ => false,
        };
        assert!(named, "a bit of byte {place}: {refused:?}");
        assert_eq!(fs::read(&path).expect("it is there"), damaged, "nothing is cut off");
    }
}

#[test]
fn damage_while_it_is_open_is_found_by_its_check() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    three(&path);
    let kv = LogKv::open(&path).expect("it is whole");
    kv.check().expect("it is whole");
    let mut damaged = fs::read(&path).expect("it is there");
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    fs::write(&path, damaged).expect("there is room");
    kv.check().expect_err("it is damaged");
}

#[test]
fn who_comes_second_is_told_to_wait() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    let first = LogKv::open(&path).expect("a new log");
    let second = LogKv::open(&path).map(drop);
    assert!(matches!(second, Err(StoreError::Busy)), "{second:?}");
    drop(first);
    LogKv::open(&path).expect("now it is free");
}

#[test]
fn a_value_that_is_a_log_is_not_taken_for_one() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (path, inner) = (file_in(&folder), folder.path().join("inner.log"));
    three(&inner);
    let kv = LogKv::open(&path).expect("a new log");
    commit(&kv, b"a", &fs::read(&inner).expect("it is there"));
    drop(kv);
    let whole = fs::read(&path).expect("it is there");
    fs::write(&path, &whole[..whole.len() - 1]).expect("there is room");
    assert_eq!(keys(&LogKv::open(&path).expect("it was torn, not damaged")), [[0; 0]; 0]);
}

#[test]
fn what_is_no_log_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = file_in(&folder);
    fs::write(&path, "a letter to my aunt").expect("there is room");
    let refused = LogKv::open(&path).map(drop);
    assert!(matches!(refused, Err(StoreError::NotAStore { .. })), "{refused:?}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "a letter to my aunt");
}
