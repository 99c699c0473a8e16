//! What is live, read through a handle.

use std::sync::Arc;

use sternway::{Sternway, store::KvStore};

use crate::dim::DimKv;

#[tokio::test]
async fn what_is_live_can_be_read_while_the_feed_cannot() {
    let kv = DimKv::default();
    let store = Arc::new(KvStore::open(kv.clone()).unwrap());
    let sternway = Sternway::builder().on(store).await.unwrap();
    let greeting = sternway.artifact("prompts/greeting");
    greeting.publish("Hello").await.unwrap();
    let second = greeting.publish("Hi").await.unwrap();
    assert_eq!(greeting.live().await.unwrap().text().unwrap(), "Hello");
    kv.lose(b'c');
    let promoted = greeting.promote(second.number).await.unwrap();
    let live = greeting.live().await.unwrap();
    assert_eq!((live.text().unwrap(), live.generation()), ("Hi", promoted.generation));
    assert_eq!(Some(live.revision()), promoted.revision);
    assert!(sternway.control().live().await.unwrap().trouble().is_some());
    sternway.shutdown().await.unwrap();
}
