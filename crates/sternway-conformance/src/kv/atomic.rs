//! **Atomic**: a batch is there as a whole or not at all.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use sternway_store::Batch;

use super::{commit, delete, everything, get, open, put, snapshot};
use crate::kv_harness::OpenKv;

pub(crate) fn a_new_map_is_empty(place: &OpenKv) {
    let kv = open(place);
    let snapshot = snapshot(kv.as_ref());
    assert_eq!(everything(snapshot.as_ref()), []);
    assert_eq!(get(snapshot.as_ref(), b"a"), None);
}

pub(crate) fn a_batch_writes_replaces_and_takes_away(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &Batch::from([put(b"a", b"1"), put(b"b", b"2"), put(b"c", b"3")]));
    commit(kv.as_ref(), &Batch::from([put(b"a", b"one"), delete(b"b"), put(b"d", b"4")]));
    let expected = [(b"a", b"one".as_slice()), (b"c", b"3"), (b"d", b"4")];
    let expected = expected.map(|(key, value)| (key.to_vec(), value.to_vec()));
    let snapshot = snapshot(kv.as_ref());
    assert_eq!(everything(snapshot.as_ref()), expected);
    assert_eq!(get(snapshot.as_ref(), b"b"), None);
    assert_eq!(get(snapshot.as_ref(), b"a").as_deref(), Some(b"one".as_slice()));
}

pub(crate) fn taking_away_what_is_not_there_does_nothing(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &Batch::from([delete(b"a")]));
    commit(kv.as_ref(), &Batch::from([put(b"b", b"2"), delete(b"c")]));
    assert_eq!(everything(snapshot(kv.as_ref()).as_ref()), [(b"b".to_vec(), b"2".to_vec())]);
}

pub(crate) fn an_empty_batch_does_nothing(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &Batch::new());
    commit(kv.as_ref(), &Batch::from([put(b"a", b"1")]));
    commit(kv.as_ref(), &Batch::new());
    assert_eq!(everything(snapshot(kv.as_ref()).as_ref()).len(), 1);
}

pub(crate) fn readers_see_whole_batches_while_one_writes(place: &OpenKv) {
    let kv = open(place);
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                threads.spawn(|| {
                    let mut newest = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        let entries = everything(snapshot(kv.as_ref()).as_ref());
                        let values: Vec<_> = entries.iter().map(|(_, value)| value).collect();
                        let whole = values.windows(2).all(|pair| pair.first() == pair.last());
                        assert!(whole && [0, 20].contains(&values.len()), "a part of a batch");
                        let value = values.first().map_or_else(Vec::new, |value| (*value).clone());
                        assert!(value >= newest, "a snapshot from before the one before");
                        newest = value;
                    }
                })
            })
            .collect();
        for round in 0..30_u8 {
            let batch = (0..20_u8).map(|key| put(&[key], &[round])).collect();
            commit(kv.as_ref(), &batch);
        }
        done.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().is_ok(), "a reader failed");
        }
    });
}
