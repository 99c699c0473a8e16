//! How much one row holds: what is read for a page does not grow with what was written at once.

use sternway_store::{Kv as _, KvStore, Limit, MemoryKv, Store as _};
use sternway_types::Tally;

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
