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

#[tokio::test]
async fn what_was_live_last_is_served_while_the_store_cannot_be_reached() {
    let kv = DimKv::default();
    let store = Arc::new(KvStore::open(kv.clone()).unwrap());
    let ours = Sternway::builder().on(Arc::<KvStore>::clone(&store)).await.unwrap();
    let theirs = Sternway::builder().on(store).await.unwrap();
    let second = {
        let greeting = theirs.artifact("prompts/greeting");
        greeting.publish("Hello").await.unwrap();
        greeting.publish("Hi").await.unwrap()
    };
    let greeting = ours.artifact("prompts/greeting");
    let live = greeting.live().await.unwrap();
    assert_eq!((live.text().unwrap(), live.unreachable_for()), ("Hello", None));

    kv.lose(b'c');
    theirs.artifact("prompts/greeting").promote(second.number).await.unwrap();
    let table = ours.control().live().await.unwrap();
    while table.trouble().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(greeting.live().await.unwrap().text().unwrap(), "Hi", "the store can be asked");
    kv.lose(u8::MAX);
    let unknown = ours.artifact("prompts/other").live().await.unwrap_err();
    assert!(unknown.to_string().contains("store"), "{unknown}");
    let wrong = greeting.live().await.map(|live| live.text().unwrap().to_owned());
    assert!(wrong.is_err(), "what the table does not know to be live is not served: {wrong:?}");

    kv.lose(0);
    while table.trouble().is_some() || greeting.live().await.unwrap().revision() > table.revision()
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(greeting.live().await.unwrap().text().unwrap(), "Hi");
    kv.lose(u8::MAX);
    let live = greeting.live().await.unwrap();
    assert_eq!(live.text().unwrap(), "Hi", "nothing need be read");
    kv.lose(0);
    ours.shutdown().await.unwrap();
    theirs.shutdown().await.unwrap();
}
