//! **Isolated**: a snapshot shows every batch committed before it was taken and none after.

use std::thread;

use sternway_store::Batch;

use super::{commit, delete, everything, get, open, put, snapshot};
use crate::kv_harness::OpenKv;

pub(crate) fn a_snapshot_never_changes(place: &OpenKv) {
    let kv = open(place);
    let empty = snapshot(kv.as_ref());
    commit(kv.as_ref(), &Batch::from([put(b"a", b"1"), put(b"b", b"2")]));
    let first = snapshot(kv.as_ref());
    commit(kv.as_ref(), &Batch::from([put(b"a", b"one"), delete(b"b"), put(b"c", b"3")]));
    let second = snapshot(kv.as_ref());

    assert_eq!(everything(empty.as_ref()), []);
    assert_eq!(get(empty.as_ref(), b"a"), None);
    assert_eq!(get(first.as_ref(), b"a").as_deref(), Some(b"1".as_slice()));
    assert_eq!(get(first.as_ref(), b"b").as_deref(), Some(b"2".as_slice()));
    assert_eq!(get(first.as_ref(), b"c"), None);
    assert_eq!(everything(first.as_ref()).len(), 2);
    assert_eq!(get(second.as_ref(), b"a").as_deref(), Some(b"one".as_slice()));
    assert_eq!(get(second.as_ref(), b"b"), None);
    assert_eq!(everything(second.as_ref()).len(), 2);
}

pub(crate) fn a_snapshot_may_be_read_on_another_thread(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &Batch::from([put(b"a", b"1")]));
    let taken = snapshot(kv.as_ref());
    commit(kv.as_ref(), &Batch::from([put(b"a", b"2")]));
    let read = thread::spawn(move || get(taken.as_ref(), b"a"));
    assert_eq!(read.join().ok().flatten().as_deref(), Some(b"1".as_slice()));
}

pub(crate) fn many_threads_may_read_a_snapshot_at_once(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &(0..100_u8).map(|key| put(&[key], b"before")).collect());
    let taken = snapshot(kv.as_ref());
    thread::scope(|threads| {
        let readers: Vec<_> = (0..4)
            .map(|_| {
                threads.spawn(|| {
                    (0..50).all(|_| {
                        let entries = everything(taken.as_ref());
                        entries.len() == 100 && entries.iter().all(|(_, value)| value == b"before")
                    })
                })
            })
            .collect();
        for round in 0..20 {
            commit(kv.as_ref(), &(round..100_u8).map(|key| put(&[key], b"after")).collect());
        }
        for reader in readers {
            assert_eq!(reader.join().ok(), Some(true), "a reader saw another state");
        }
    });
}

pub(crate) fn a_snapshot_holds_nobody_up(place: &OpenKv) {
    let kv = open(place);
    let held: Vec<_> = (0..20_u8)
        .map(|round| {
            commit(kv.as_ref(), &Batch::from([put(b"a", &[round])]));
            snapshot(kv.as_ref())
        })
        .collect();
    for (round, held) in (0..).zip(&held) {
        assert_eq!(get(held.as_ref(), b"a"), Some(vec![round]));
    }
}
