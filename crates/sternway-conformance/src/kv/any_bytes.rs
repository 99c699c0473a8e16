//! **Any bytes**: keys of 1 to 1,000 bytes, values of 0 bytes and more.

use sternway_store::Batch;

use super::{commit, delete, everything, get, open, put, snapshot};
use crate::{dice::Dice, kv_harness::OpenKv};

fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    std::iter::repeat_with(|| dice.roll().to_le_bytes()).flatten().take(len).collect()
}

pub(crate) fn an_empty_value_is_a_value(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &Batch::from([put(b"a", b""), put(b"b", b"2")]));
    let before = snapshot(kv.as_ref());
    assert_eq!(get(before.as_ref(), b"a"), Some(Vec::new()));
    assert_eq!(everything(before.as_ref()).len(), 2);
    commit(kv.as_ref(), &Batch::from([put(b"b", b""), delete(b"a")]));
    let after = snapshot(kv.as_ref());
    assert_eq!(everything(after.as_ref()), [(b"b".to_vec(), Vec::new())]);
}

pub(crate) fn keys_have_one_to_a_thousand_bytes(place: &OpenKv) {
    let kv = open(place);
    let keys: Vec<Vec<u8>> = (1..=1_000).map(|len| noise(len as u64, len)).collect();
    for keys in keys.chunks(250) {
        commit(kv.as_ref(), &keys.iter().map(|key| put(key, key)).collect());
    }
    let edges = [vec![0; 1_000], vec![u8::MAX; 1_000], vec![0], vec![u8::MAX]];
    commit(kv.as_ref(), &edges.iter().map(|key| put(key, key)).collect());
    let snapshot = snapshot(kv.as_ref());
    for key in keys.iter().chain(&edges) {
        assert_eq!(get(snapshot.as_ref(), key).as_ref(), Some(key), "a key of {} bytes", key.len());
    }
    let entries = everything(snapshot.as_ref());
    assert!(entries.is_sorted(), "in the order of their bytes");
    let mut all = [keys, edges.to_vec()].concat();
    all.sort();
    all.dedup();
    assert_eq!(entries.len(), all.len());
}

pub(crate) fn values_have_many_sizes(place: &OpenKv) {
    let kv = open(place);
    let sizes = [0, 1, 100, 4_095, 4_096, 4_097, 65_535, 65_536, 1_000_000];
    let batch = (0..).zip(sizes).map(|(key, len)| put(&[key], &noise(len as u64, len))).collect();
    commit(kv.as_ref(), &batch);
    drop(kv);
    let kv = open(place);
    let snapshot = snapshot(kv.as_ref());
    for (key, len) in (0..).zip(sizes) {
        let same = get(snapshot.as_ref(), &[key]) == Some(noise(len as u64, len));
        assert!(same, "a value of {len} bytes");
    }
}

pub(crate) fn a_value_may_be_large(place: &OpenKv) {
    const LARGE: usize = 8 * 1024 * 1024;
    let kv = open(place);
    let value = noise(1, LARGE);
    commit(kv.as_ref(), &Batch::from([put(b"a", b"before"), put(b"large", &value)]));
    let kept = snapshot(kv.as_ref());
    commit(kv.as_ref(), &Batch::from([put(b"large", b"small"), put(b"z", b"after")]));
    assert!(get(kept.as_ref(), b"large").as_ref() == Some(&value), "8 MiB in an old snapshot");
    let now = snapshot(kv.as_ref());
    assert_eq!(get(now.as_ref(), b"large").as_deref(), Some(b"small".as_slice()));

    commit(kv.as_ref(), &Batch::from([put(b"large", &value)]));
    drop((kept, now, kv));
    let kv = open(place);
    let again = get(snapshot(kv.as_ref()).as_ref(), b"large");
    assert!(again.as_ref() == Some(&value), "8 MiB after it was opened again");
}
