//! Faults come as they were planned or drawn, and say so.

use std::{error::Error as _, sync::Arc, time::Duration};

use sternway_store::{Fault, Faulty, KvStore, Made, MemoryKv, Rate, Store, StoreError};
use sternway_types::{At, Changeset, Revision};
use tokio::time::Instant;

use crate::world::{changeset, create, lab, namespace};

async fn store() -> Arc<dyn Store> {
    let store = KvStore::open(MemoryKv::new()).expect("an empty map is a store");
    create(&store).await.expect("the namespace is made");
    Arc::new(store)
}

async fn revision(store: &dyn Store) -> Revision {
    let head = store.head(&namespace(), At::Head).await.expect("it can be read");
    head.expect("it is there").revision
}

fn with_lab() -> Changeset {
    changeset("lab", 1).then(lab())
}

#[track_caller]
fn says(answer: Result<impl std::fmt::Debug, StoreError>, expected: &str) {
    let err = answer.expect_err("it has a fault");
    assert!(err.is_temporary(), "{err}");
    assert_eq!(err.source().map(ToString::to_string).as_deref(), Some(expected));
}

#[tokio::test]
async fn a_call_that_is_not_done_changes_nothing() {
    let inner = store().await;
    let faulty = Faulty::planned(Arc::clone(&inner), [(1, Fault::NotDone)]);
    says(faulty.commit(&with_lab()).await, "call 1, commit, was not done");
    assert_eq!(revision(inner.as_ref()).await, Revision::new(1));
    faulty.commit(&with_lab()).await.expect("the second call has no fault");
    assert_eq!(faulty.calls(), 2);
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_is_done() {
    let inner = store().await;
    let faulty = Faulty::planned(Arc::clone(&inner), [(2, Fault::AnswerLost)]);
    assert_eq!(revision(&faulty).await, Revision::new(1));
    says(faulty.commit(&with_lab()).await, "call 2, commit, was done and its answer was lost");
    assert_eq!(revision(inner.as_ref()).await, Revision::new(2));
    assert_eq!(faulty.made(), [Made { call: 2, op: "commit", fault: Fault::AnswerLost }]);
    let again = faulty.commit(&with_lab()).await.expect("the same id");
    assert_eq!(again.revision, Revision::new(2), "it is done once");
}

#[tokio::test(start_paused = true)]
async fn a_late_call_is_late() {
    let late = Duration::from_secs(5);
    let faulty = Faulty::planned(store().await, [(1, Fault::Late(late))]);
    let began = Instant::now();
    faulty.commit(&with_lab()).await.expect("it is done in the end");
    assert!(began.elapsed() >= late);
}

/// What happens to 400 calls in turn.
async fn story(seed: u64, rate: Rate) -> Vec<Made> {
    let faulty = Faulty::seeded(store().await, seed, rate);
    for _ in 0..400 {
        drop(faulty.head(&namespace(), At::Head).await);
    }
    faulty.made()
}

#[tokio::test(start_paused = true)]
async fn a_seed_makes_the_same_faults_again() {
    let rate = Rate::of_10_000(2_000);
    let first = story(7, rate).await;
    assert_eq!(first, story(7, rate).await);
    assert_ne!(first, story(8, rate).await);
    let share = |sort: fn(&Fault) -> bool| first.iter().filter(|it| sort(&it.fault)).count();
    let late = share(|it| matches!(it, Fault::Late(by) if *by < Faulty::LATEST));
    let (not_done, lost) =
        (share(|it| *it == Fault::NotDone), share(|it| *it == Fault::AnswerLost));
    assert_eq!(not_done + lost + late, first.len());
    assert!((60..100).contains(&first.len()), "about 80 of 400, and it is {}", first.len());
    assert!(not_done > lost && lost > 5 && late > 5, "{not_done} {lost} {late}");
}

#[tokio::test]
async fn never_is_never_and_calm_is_calm() {
    assert_eq!(story(7, Rate::NEVER).await, []);
    let faulty = Faulty::seeded(store().await, 7, Rate::ALWAYS);
    faulty.calm_down();
    assert_eq!(revision(&faulty).await, Revision::new(1));
    assert_eq!((faulty.made(), faulty.calls()), (Vec::new(), 1));
}
