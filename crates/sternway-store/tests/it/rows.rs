//! How much one row holds: what is read for a page does not grow with what was written at once.

use std::{collections::BTreeMap, time::Duration};

use sternway_store::{Batch, Kv as _, KvStore, Limit, MemoryKv, Store as _};
use sternway_types::{Outcome, Score, Tally};

use crate::world::{append, create, namespace, outcome, publish, rows};

#[tokio::test]
async fn a_large_append_is_kept_in_rows_of_bounded_size() {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    publish(&store, "one", 1).await.expect("memory takes it");
    let outcomes: Vec<_> = (0..2_000).map(|n| outcome(&n.to_string(), 1, 2, None)).collect();
    let subject = outcomes.first().map(|outcome| outcome.subject.clone()).expect("there are some");
    let appended = store.append(&append(3, outcomes.clone())).await.expect("memory takes it");
    assert_eq!(appended.subjects.first().map(|subject| subject.counted.len()), Some(2_000));
    let longest = rows(&kv).values().flatten().map(Vec::len).max();
    assert!(longest < Some(32 * 1024), "{longest:?}");

    // However it is kept, the log is one.
    let mut log = Vec::new();
    while log.len() < 2_000 {
        let (after, limit) = (log.len() as u64, Limit::new(300));
        let page = store.outcomes(&namespace(), &subject, after, limit).await.expect("it is there");
        assert!(page.len() == 300 || log.len() + page.len() == 2_000, "{}", page.len());
        log.extend(page);
    }
    assert_eq!(log, outcomes);
    assert!(store.verify().await.expect("it can be read").is_sound());
    kv.check().expect("memory is sound");
}

/// What the chain says after a change of the map below it.
async fn chained(change: impl FnOnce(&mut Batch)) -> Vec<(String, String)> {
    let (store, kv) = with_one(Duration::from_millis(10)).await;
    publish(&store, "two", 4).await.expect("memory takes it");
    store.close().await.expect("it closes");
    let mut batch: Batch =
        rows(&kv).into_iter().filter(|(key, _)| key.first() == Some(&b'c')).collect();
    assert_eq!(batch.len(), 3, "a commit for each revision");
    change(&mut batch);
    kv.commit(&batch).expect("memory takes it");
    let store = KvStore::open(kv).expect("it is a store");
    let report = store.verify_chain().await.expect("it can be read");
    report.damages.into_iter().map(|damage| (damage.place, damage.detail)).collect()
}

#[tokio::test]
async fn the_chain_by_itself_names_the_first_revision_that_is_not_what_was_committed() {
    assert_eq!(chained(|_| ()).await, []);
    let flipped = chained(|commits| {
        let value = commits.values_mut().nth(1).and_then(Option::as_mut).expect("a commit");
        let last = value.len() - 6;
        value[last] ^= 1;
    });
    let second = ("revision 2 of namespace shop", "the chain does not lead to it");
    let named = |it: (&str, &str)| vec![(it.0.to_owned(), it.1.to_owned())];
    assert_eq!(flipped.await, named(second));
    let missing = chained(|commits| *commits.values_mut().nth(1).expect("a commit") = None);
    assert_eq!(missing.await, named(second));
    let cut_off = chained(|commits| *commits.values_mut().nth(2).expect("a commit") = None);
    assert_eq!(cut_off.await, named(("the head of namespace shop", "it is not its last revision")));
}

/// A store with one outcome that took so long, and its map.
async fn with_one(took: Duration) -> (KvStore, MemoryKv) {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    publish(&store, "one", 1).await.expect("memory takes it");
    let one = Outcome { duration: Some(took), ..outcome("one", 1, 2, None) };
    let _counted = store.append(&append(3, vec![one])).await.expect("memory takes it");
    (store, kv)
}

#[tokio::test]
async fn measurements_that_are_not_what_the_outcomes_add_up_to_are_named() {
    let (store, kv) = with_one(Duration::from_millis(10)).await;
    assert!(store.verify().await.expect("it can be read").is_sound());
    store.close().await.expect("it closes");
    // The row of another store under the same key: its checksum is right, and its sums are not.
    let (_, other) = with_one(Duration::from_millis(11)).await;
    let theirs = rows(&other);
    let differing = rows(&kv).into_iter().filter(|(key, value)| theirs.get(key) != Some(value));
    let tally: Vec<_> = differing.filter(|(key, _)| key.first() == Some(&b't')).collect();
    assert_eq!(tally.len(), 1, "{tally:?}");
    let damage = tally.into_iter().map(|(key, _)| (key.clone(), theirs[&key].clone())).collect();
    kv.commit(&damage).expect("memory takes it");
    let store = KvStore::open(kv).expect("it is a store");
    let report = store.verify().await.expect("it can be read");
    assert_eq!(report.damaged, 1, "{report:#?}");
    let said = report.damages.first().map(|damage| damage.detail.as_str());
    assert_eq!(said, Some("it is not what the outcomes add up to"));
}

#[tokio::test]
async fn a_tally_stays_small_however_long_it_is_kept() {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    publish(&store, "one", 1).await.expect("memory takes it");
    // Every minute of ten days, with three things measured.
    let minutes = 10 * 24 * 60;
    let score = |number: u32| Score::new(0.001 * f64::from(number)).expect("a score");
    let made = (0..minutes).map(|minute: u32| Outcome {
        duration: Some(Duration::from_micros(700_000 + u64::from(minute))),
        cost: Some(score(minute)),
        scores: BTreeMap::from([("accuracy".to_owned(), score(minute))]),
        ..outcome(&minute.to_string(), 1, 60 * i64::from(minute), None)
    });
    let at = 60 * i64::from(minutes);
    let _counted = store.append(&append(at, made.collect())).await.expect("memory takes it");
    let tallies = rows(&kv).into_iter().filter(|(key, _)| key.first() == Some(&b't'));
    let longest = tallies.filter_map(|(_, value)| value).map(|value| value.len()).max();
    assert!(longest < Some(4 * 1024), "{longest:?}");
}

#[tokio::test]
async fn a_mark_that_is_no_beginning_of_the_log_is_named() {
    let store = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    publish(&store, "one", 1).await.expect("memory takes it");
    let [one, other] = ["one", "other"].map(|name| outcome(name, 1, 2, None));
    let subject = one.subject.clone();
    let (mut judged, mut wrong) = (Tally::default(), Tally::default());
    judged.add(&one);
    wrong.add(&other);
    let mark = |mark: Tally| append(3, Vec::new()).judged(subject.clone(), mark);
    let _counted = store.append(&append(3, vec![one, other])).await.expect("memory takes it");
    let _counted = store.append(&mark(judged)).await.expect("memory takes it");
    assert!(store.verify().await.expect("it can be read").is_sound());

    let store = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    publish(&store, "one", 1).await.expect("memory takes it");
    let both = ["one", "other"].map(|name| outcome(name, 1, 2, None));
    let _counted = store.append(&append(3, both.to_vec())).await.expect("memory takes it");
    let _counted = store.append(&mark(wrong)).await.expect("whoever marks is believed");
    let report = store.verify().await.expect("it can be read");
    assert_eq!(report.damaged, 1, "{report:#?}");
}
