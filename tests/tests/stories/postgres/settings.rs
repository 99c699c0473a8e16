//! What others set on a server, and what a pooler keeps from us.

use sternway::{
    provider::Stopwatch,
    store::Limit,
    types::{At, Revision},
};
use sternway_postgres::Connect;
use sternway_tests::faults::{Load, Place, Proxy, Skew, audit, until};
use xtask::postgres::Server;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_durable_where_the_database_would_not_wait() {
    let server = Server::start().expect("a server of its own");
    let place = Place::new(server.url()).await.expect("a database");
    let set = "ALTER DATABASE {} SET synchronous_commit = off";
    place.run(&set.replace("{}", place.database())).await.expect("it is set");
    let shop = super::shop(place.connect()).await;
    for number in 0..5 {
        let name = format!("before {number}");
        shop.publish_now("prompts/p", &name).await.expect("it is acknowledged");
    }
    let head = shop.store.head(&shop.ns, At::Head).await.expect("look").expect("a head");
    tokio::task::block_in_place(|| {
        server.crash().expect("it stops");
        server.restart().expect("it comes back");
    });
    let after = shop.store.head(&shop.ns, At::Head).await.expect("look").expect("a head");
    assert_eq!(after, head, "acknowledged commits are lost");
    drop((shop, place));
    server.end().expect("nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn through_pgbouncer_a_load_goes_on_and_loses_nothing() {
    let server = Server::start().expect("a server of its own");
    let Some(pooler) = server.pooler().expect("a pooler") else {
        println!("PGBOUNCER WAS LEFT OUT: it is downloaded on Debian and Ubuntu only");
        return;
    };
    let place = Place::new(server.url()).await.expect("a database");
    let connect = || Connect::to(place.url_at(pooler.port())).through_a_pooler();
    let opens = || async { Ok(connect().with_connections(2).open().await.is_ok()) };
    until("the pooler takes connections", opens).await.expect("it does");
    let mut shops = Vec::new();
    for _ in 0..2 {
        // Together more than the pooler has sessions.
        shops.push(super::shop(connect().with_connections(6)).await);
    }
    let listen = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'";
    assert_eq!(
        place.number(listen).await.expect("counted"),
        0,
        "the pooler's sessions are not ours"
    );
    shops.push(super::shop(connect().listen_at("127.0.0.1", server.port())).await);
    let listens = || async { Ok(place.number(listen).await? == 1) };
    until("the third listens at the server itself", listens).await.expect("it does");
    let load = Load::start(&shops, 2, 5, Skew::None);
    load.goes_on(100).await.expect("it goes on");
    let journal = load.stop().await.unwrap_or_else(|err| panic!("{err}"));
    let first = shops.first().expect("there are three");
    audit(first, &journal).await.unwrap_or_else(|err| panic!("{err}\n{journal}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_pooler_nothing_is_asked_of_a_session() {
    let place = super::place().await;
    super::shop(place.connect()).await;
    let proxy = Proxy::before(place.listens().expect("an address")).await.expect("a proxy");
    proxy.record();
    let connect = Connect::to(place.url_at(proxy.port())).through_a_pooler();
    let shop = super::shop(connect).await;
    shop.publish_now("prompts/p", "first").await.expect("it is published");
    shop.store.feed(&shop.ns, Revision::ZERO, Limit::MAX).await.expect("it is read");
    let said = proxy.recorded();
    assert!(said.len() > 10, "{said:?}");
    for message in said {
        let words = String::from_utf8_lossy(&message).into_owned();
        // A statement that is prepared under a name is there for one session only.
        assert!(!words.starts_with('P') || message.get(5) == Some(&0), "{words}");
        for session in ["pg_advisory_lock(", "SET SESSION", "TEMP TABLE", "LISTEN "] {
            assert!(!words.contains(session), "{words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_hear_sees_a_commit_within_seconds() {
    let place = super::place().await;
    let (writer, reader) = (super::shop(place.connect()).await, super::shop(place.connect()).await);
    // The listener is ended while the commit is told: only looking helps.
    place.terminate("query LIKE 'LISTEN %'").await.expect("they end");
    let watch = Stopwatch::start();
    writer.publish_now("prompts/p", "first").await.expect("it is published");
    let came = reader.store.wait(&reader.ns, Revision::new(1)).await.expect("it comes");
    assert_eq!(came, Revision::new(2));
    assert!(watch.elapsed().as_secs() < 5, "{:?}", watch.elapsed());
}
