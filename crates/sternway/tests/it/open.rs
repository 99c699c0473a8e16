//! Opening a store that is not whole.

use std::sync::Arc;

use sternway::{
    Outcome, Sternway,
    store::{Append, KvStore},
};

use crate::dim::DimKv;

async fn open(kv: &DimKv) -> Sternway {
    let store = Arc::new(KvStore::open(kv.clone()).expect("a store"));
    Sternway::builder().on(store).await.expect("it is opened")
}

/// A map with a greeting that failed once, which nobody judged.
async fn unjudged() -> DimKv {
    let kv = DimKv::default();
    let sternway = open(&kv).await;
    let greeting = sternway.artifact("prompts/greeting");
    greeting.publish("Hello").await.expect("it is published");
    let control = sternway.control();
    let (artifact, production) = ("prompts/greeting", "production");
    let (artifact, production) =
        (artifact.parse().expect("an id"), production.parse().expect("an id"));
    let live = greeting.live().await.expect("it is live").number();
    let subject = control.subject(&artifact, live, &production).await.expect("a subject");
    let (id, now) = (control.ids().outcome(), control.now());
    let outcome = Outcome::failed("no").into_record(subject, id, now).expect("an outcome");
    let append = Append::new(control.namespace().clone(), now, vec![outcome]);
    drop(control.store().append(&append).await.expect("it is appended"));
    sternway.shutdown().await.expect("it is closed");
    kv
}

#[tokio::test]
async fn opening_says_what_it_judged() {
    let kv = unjudged().await;
    let swept = open(&kv).await.swept().cloned().unwrap();
    assert_eq!((swept.judged.len(), swept.failed.len()), (1, 0));
}

#[tokio::test]
async fn a_store_whose_outcomes_cannot_be_read_opens_and_says_so() {
    let kv = unjudged().await;
    kv.lose(b'o');
    let sternway = open(&kv).await;
    let swept = sternway.swept().unwrap();
    assert_eq!((swept.judged.len(), swept.failed.len()), (0, 1));
    let live = sternway.artifact("prompts/greeting").live().await.unwrap();
    assert_eq!(live.text().unwrap(), "Hello");
}

#[tokio::test]
async fn a_store_that_cannot_say_what_is_unjudged_opens_and_says_so() {
    let kv = unjudged().await;
    kv.lose(b'u');
    let sternway = open(&kv).await;
    assert!(sternway.swept().is_err());
    let live = sternway.artifact("prompts/greeting").live().await.unwrap();
    assert_eq!(live.text().unwrap(), "Hello");
}
