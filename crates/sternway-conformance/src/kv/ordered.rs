//! A range is read in the order of the bytes of its keys, in either direction, from one key
//! (included) to another (excluded), until the visitor breaks.

use std::collections::BTreeMap;

use sternway_store::{Batch, Direction, Snapshot};

use super::{commit, everything, get, open, put, range, scan, snapshot};
use crate::{dice::Dice, kv_harness::OpenKv};

const BOTH: [Direction; 2] = [Direction::Forward, Direction::Backward];

/// The keys of a range, at most so many.
fn keys(
    snapshot: &dyn Snapshot,
    from: &[u8],
    to: &[u8],
    direction: Direction,
    most: usize,
) -> Vec<Vec<u8>> {
    scan(snapshot, &range(from, to, direction), most).into_iter().map(|(key, _)| key).collect()
}

pub(crate) fn keys_stand_in_the_order_of_their_bytes(place: &OpenKv) {
    let kv = open(place);
    let mut expected: Vec<Vec<u8>> = [
        b"a".as_slice(),
        b"a\0",
        b"a\0\0",
        b"a\x01",
        b"aa",
        b"ab",
        b"b",
        &[0],
        &[0, 0],
        &[0x7f],
        &[0x80],
        &[0xff],
        &[0xff, 0xff],
        b"Z",
        "ü".as_bytes(),
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    commit(kv.as_ref(), &expected.iter().map(|key| put(key, key)).collect());
    expected.sort();
    let snapshot = snapshot(kv.as_ref());
    let end = [u8::MAX; 3];
    let forward = keys(snapshot.as_ref(), &[0], &end, Direction::Forward, usize::MAX);
    assert_eq!(forward, expected);
    expected.reverse();
    let backward = keys(snapshot.as_ref(), &[0], &end, Direction::Backward, usize::MAX);
    assert_eq!(backward, expected);
}

pub(crate) fn a_range_has_its_first_key_and_not_its_last(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &[b"b", b"c", b"d", b"e"].into_iter().map(|key| put(key, b"")).collect());
    let snapshot = snapshot(kv.as_ref());
    for direction in BOTH {
        let found = |from: &[u8], to: &[u8]| {
            let mut found = keys(snapshot.as_ref(), from, to, direction, usize::MAX).concat();
            found.sort_unstable();
            String::from_utf8_lossy(&found).into_owned()
        };
        assert_eq!(found(b"b", b"d"), "bc", "{direction:?}");
        assert_eq!(found(b"c", b"c\0"), "c", "{direction:?}");
        assert_eq!(found(b"a", b"z"), "bcde", "{direction:?}");
        assert_eq!(found(b"bb", b"dd"), "cd", "{direction:?}");
        assert_eq!(found(b"e\0", b"z"), "", "{direction:?}");
        // A range whose end is not after its beginning is empty.
        assert_eq!(found(b"c", b"c"), "", "{direction:?}");
        assert_eq!(found(b"e", b"b"), "", "{direction:?}");
    }
}

pub(crate) fn a_visitor_may_break(place: &OpenKv) {
    let kv = open(place);
    commit(kv.as_ref(), &(0..100_u8).map(|key| put(&[key], &[key])).collect());
    let snapshot = snapshot(kv.as_ref());
    let some = |direction, most| keys(snapshot.as_ref(), &[10], &[90], direction, most).concat();
    assert_eq!(some(Direction::Forward, 3), [10, 11, 12]);
    assert_eq!(some(Direction::Backward, 3), [89, 88, 87]);
    assert_eq!(some(Direction::Forward, 1), [10]);
    assert_eq!(some(Direction::Backward, 1), [89]);
}

pub(crate) fn a_random_map_reads_like_a_sorted_one(place: &OpenKv) {
    let kv = open(place);
    let mut dice = Dice::new(7);
    let mut model = BTreeMap::new();
    for _ in 0..40 {
        // Short keys of few letters meet often.
        let batch: Batch = (0..dice.below(12))
            .map(|_| {
                let key: Vec<u8> = (0..=dice.below(4)).map(|_| *dice.pick(b"\0a\xff")).collect();
                let value = (dice.below(3) > 0).then(|| dice.roll().to_le_bytes().to_vec());
                (key, value)
            })
            .collect();
        commit(kv.as_ref(), &batch);
        for (key, value) in batch {
            match value {
                Some(value) => drop(model.insert(key, value)),
                None => drop(model.remove(&key)),
            }
        }
        let snapshot = snapshot(kv.as_ref());
        let expected: Vec<_> = model.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        assert_eq!(everything(snapshot.as_ref()), expected);
        for (key, value) in &expected {
            assert_eq!(get(snapshot.as_ref(), key).as_ref(), Some(value));
        }
        let mut bound =
            || -> Vec<u8> { (0..dice.below(4)).map(|_| *dice.pick(b"\0a\xff")).collect() };
        let (from, to) = (bound(), bound());
        let most = dice.below(10) + 1;
        let within = |(key, _): &(Vec<u8>, Vec<u8>)| *key >= from && *key < to;
        let mut within: Vec<_> = expected.into_iter().filter(within).collect();
        let found = |direction| scan(snapshot.as_ref(), &range(&from, &to, direction), most);
        assert_eq!(found(Direction::Forward), within.get(..most).unwrap_or(&within));
        within.reverse();
        assert_eq!(found(Direction::Backward), within.get(..most).unwrap_or(&within));
    }
}
