//! **Durable** and **In order**: a batch whose commit returned `Ok` survives the end of the process. The loss of
//! power is for the backend's own tests.

use sternway_store::{Batch, StoreError};

use super::{commit, delete, everything, get, open, put, snapshot};
use crate::{kv_harness::OpenKv, must::Must};

pub(crate) fn what_was_committed_is_there_again(place: &OpenKv) {
    let mut expected = Vec::new();
    for round in 0..10_u8 {
        let kv = open(place);
        assert_eq!(everything(snapshot(kv.as_ref()).as_ref()), expected, "round {round}");
        let mut batch = Batch::from([put(&[round, 1], &[round; 100]), put(&[round, 2], &[])]);
        if round > 0 {
            batch.extend([delete(&[round - 1, 2])]);
            expected.pop();
        }
        commit(kv.as_ref(), &batch);
        expected.push((vec![round, 1], vec![round; 100]));
        expected.push((vec![round, 2], Vec::new()));
    }
}

pub(crate) fn many_commits_are_there_again(place: &OpenKv) {
    let kv = open(place);
    for number in 0..200_u8 {
        commit(kv.as_ref(), &Batch::from([put(&[number], &[number]), put(b"newest", &[number])]));
    }
    drop(kv);
    let entries = everything(snapshot(open(place).as_ref()).as_ref());
    assert_eq!(entries.len(), 201);
}

pub(crate) fn what_is_written_unsynced_is_there_at_once_and_with_the_next_commit(place: &OpenKv) {
    let kv = open(place);
    let unsynced = |batch: &Batch| {
        kv.commit_unsynced(batch).map_err(StoreError::from).must("write without waiting");
    };
    for number in 0..20_u8 {
        unsynced(&Batch::from([put(&[number], &[number; 5_000]), put(b"newest", &[number])]));
        let shown = get(snapshot(kv.as_ref()).as_ref(), b"newest");
        assert_eq!(shown.as_deref(), Some(&[number][..]), "at once");
    }
    kv.check().map_err(StoreError::from).must("check a map with batches that wait");
    let _ = kv.shrink().map_err(StoreError::from).must("make a map with such batches smaller");
    unsynced(&Batch::from([delete(&[0])]));
    let expected = everything(snapshot(kv.as_ref()).as_ref());
    assert_eq!(expected.len(), 20);
    commit(kv.as_ref(), &Batch::from([put(b"newest", &[19])]));
    drop(kv);
    assert_eq!(everything(snapshot(open(place).as_ref()).as_ref()), expected);
}

pub(crate) fn a_sound_map_passes_its_own_check(place: &OpenKv) {
    let check = || open(place).check().map_err(StoreError::from).must("check a sound map");
    check();
    let kv = open(place);
    commit(kv.as_ref(), &(0..100_u8).map(|key| put(&[key], &[key; 50])).collect());
    commit(kv.as_ref(), &(0..50_u8).map(|key| delete(&[key])).collect());
    drop(kv);
    check();
}

pub(crate) fn a_map_that_was_made_smaller_holds_the_same(place: &OpenKv) {
    let kv = open(place);
    for number in 0..40_u8 {
        commit(kv.as_ref(), &Batch::from([put(&[number], &[number; 5_000]), put(b"newest", &[1])]));
    }
    commit(kv.as_ref(), &(0..30_u8).map(|key| delete(&[key])).collect());
    let before = everything(snapshot(kv.as_ref()).as_ref());
    let shrunk = kv.shrink().map_err(StoreError::from).must("make a map smaller");
    assert!(shrunk.after <= shrunk.before, "it grew: {shrunk:?}");
    assert_eq!(everything(snapshot(kv.as_ref()).as_ref()), before, "right after");
    commit(kv.as_ref(), &Batch::from([put(b"newest", &[2]), delete(&[30])]));
    let goes_on = everything(snapshot(kv.as_ref()).as_ref());
    assert_eq!(goes_on.len(), before.len() - 1, "it goes on");
    drop(kv);
    let kv = open(place);
    assert_eq!(everything(snapshot(kv.as_ref()).as_ref()), goes_on, "when it is opened again");
    kv.check().map_err(StoreError::from).must("check a map that was made smaller");
}
