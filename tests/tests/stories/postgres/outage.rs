//! A process that loses its database goes on with what it knew.

use std::{sync::Arc, time::Duration};

use sternway::{Error, Outcome, Sternway, control::ControlError};
use sternway_tests::faults::{Place, until};
use xtask::postgres::Server;

async fn open(place: &Place) -> Sternway {
    let store = place.connect().wait_for_connection(Duration::from_secs(1)).open().await;
    Sternway::builder().on(Arc::new(store.expect("it opens"))).await.expect("a namespace")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_live_is_served_writes_are_refused_and_it_catches_up_by_itself() {
    let server = Server::start().expect("a server of its own");
    let place = Place::new(server.url()).await.expect("a database");
    let (ours, theirs) = (open(&place).await, open(&place).await);
    let published = theirs.artifact("prompts/greeting").publish("Hello").await;
    assert!(published.expect("published").is_live());
    let greeting = ours.artifact("prompts/greeting");
    let live = greeting.live().await.expect("it is read");
    assert_eq!(live.unreachable_for(), None);

    tokio::task::block_in_place(|| server.crash()).expect("it is gone");
    let served = || async {
        let live = greeting.live().await?;
        assert_eq!(live.text()?, "Hello");
        Ok(live.unreachable_for().is_some())
    };
    until("it is said that the store is not reached", served).await.expect("it is said");
    let refused = live.record(Outcome::ok()).await.expect_err("nothing can be counted");
    let Error::Control(ControlError::Store(cause)) = &refused else { panic!("{refused:?}") };
    assert!(cause.is_temporary(), "{refused:?}");
    let first = greeting.live().await.expect("it is served").unreachable_for();
    let older = || async { Ok(greeting.live().await?.unreachable_for() > first) };
    until("it gets older", older).await.expect("it does");

    tokio::task::block_in_place(|| server.restart()).expect("it is back");
    let second = theirs.artifact("prompts/greeting").publish("Hi").await.expect("published");
    theirs.artifact("prompts/greeting").promote(second.number).await.expect("promoted");
    let caught_up = || async {
        let live = greeting.live().await?;
        Ok(live.text()? == "Hi" && live.unreachable_for().is_none())
    };
    until("it catches up", caught_up).await.expect("it does");
    assert!(live.record(Outcome::ok()).await.expect("it is counted").is_new());
    ours.shutdown().await.expect("it closes");
    theirs.shutdown().await.expect("it closes");
}
