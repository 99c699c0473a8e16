//! Another server takes over.

use std::time::Duration;

use sternway::store::StoreError;
use sternway_postgres::{Condition, Connect, Finding};
use sternway_tests::faults::{
    Journal, Load, Place, Proxy, Shop, Skew, Told, audit, lost, spawn, until, within, words,
};
use xtask::postgres::Server;

const SEED: u64 = 11;

/// A server, one that follows it, and the address that leads to whichever takes writes.
struct Pair {
    primary: Server,
    standby: Server,
    /// On the primary.
    place: Place,
    proxy: Proxy,
}

impl Pair {
    async fn start(waits: bool) -> Self {
        let primary = Server::start().expect("a server of its own");
        let standby = primary.standby().expect("one that follows it");
        primary.wait_for_standby(waits).expect("it is told");
        let place = Place::new(primary.url()).await.expect("a database");
        let proxy = Proxy::before(place.listens().expect("an address")).await.expect("a proxy");
        Self { primary, standby, place, proxy }
    }

    /// The address of the database, wherever that is.
    fn url(&self) -> String {
        self.place.url_at(self.proxy.port())
    }

    async fn shop(&self, url: String) -> Shop {
        let connect = Connect::to(url).with_connections(4);
        super::shop(connect.wait_for_statement(Duration::from_secs(1))).await
    }

    async fn shops(&self) -> Vec<Shop> {
        vec![self.shop(self.url()).await, self.shop(self.url()).await]
    }

    /// The standby takes writes, and is found where the primary was.
    fn take_over(&self) {
        self.standby.promote().expect("it takes writes");
        self.proxy.lead_to(("127.0.0.1".into(), self.standby.port()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_standby_is_waited_for_is_said() {
    let pair = Pair::start(false).await;
    let said = || async {
        let found = Connect::to(pair.place.url()).examine().await.expect("it is asked");
        let standby = found.into_iter().find(|finding| finding.subject == "standby");
        standby.ok_or_else(|| "nothing is said of standbys".into()) as Told<Finding>
    };
    let doubtful = || async { Ok(said().await?.condition == Condition::Doubtful) };
    until("it follows, and is not waited for", doubtful).await.expect("it is said");
    pair.primary.wait_for_standby(true).expect("it is told");
    let good = || async { Ok(said().await?.detail.contains("commits wait for standby")) };
    until("it is waited for", good).await.expect("it is said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_is_waited_for_takes_over_without_loss() {
    let pair = Pair::start(true).await;
    let shops = pair.shops().await;
    let load = Load::start(&shops, 2, SEED, Skew::None);
    load.goes_on(50).await.expect("it begins");
    tokio::task::block_in_place(|| pair.primary.crash()).expect("it is gone");
    tokio::task::block_in_place(|| pair.take_over());
    load.goes_on(50).await.expect("it goes on by itself");
    let journal = load.stop().await.unwrap_or_else(|err| panic!("{err}"));
    audit(&shops[0], &journal).await.unwrap_or_else(|err| panic!("{err}\n{journal}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_read_and_says_that_it_takes_no_writes() {
    let pair = Pair::start(true).await;
    pair.shop(pair.place.url())
        .await
        .publish_now("prompts/p", "first")
        .await
        .expect("both have it");
    let url = pair.place.url_on(pair.standby.url());
    let opened = Connect::to(url.as_str()).existing().open().await.expect("it is read");
    let shop = Shop { store: std::sync::Arc::new(opened), ns: "shop".parse().expect("a name") };
    let seen = || async {
        let head = shop.store.head(&shop.ns, sternway::types::At::Head).await?;
        Ok(head.is_some_and(|head| head.revision.get() == 2))
    };
    until("it is replayed there", seen).await.expect("it is");
    let err = shop.publish_now("prompts/p", "second").await.expect_err("it takes no writes");
    let err = err.downcast::<StoreError>().expect("an error of the store");
    let cause = words(err.as_ref());
    assert!(err.is_temporary() && cause.contains("read-only transaction"), "{cause}");
    let found = Connect::to(url).examine().await.expect("it is asked");
    let primary = found.into_iter().find(|finding| finding.subject == "primary");
    assert_eq!(primary.map(|finding| finding.condition), Some(Condition::Bad));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_waiting_for_the_standby_the_loss_is_seen() {
    let pair = Pair::start(false).await;
    let shops = pair.shops().await;
    tokio::task::block_in_place(|| pair.standby.crash()).expect("it follows no more");
    let load = Load::start(&shops, 2, SEED, Skew::None);
    load.goes_on(50).await.expect("it begins");
    let journal = load.stop().await.unwrap_or_else(|err| panic!("{err}"));
    tokio::task::block_in_place(|| pair.primary.crash()).expect("it is gone");
    tokio::task::block_in_place(|| pair.standby.restart()).expect("it is there");
    tokio::task::block_in_place(|| pair.take_over());
    let opened = pair.shop(pair.url()).await;
    let lost = lost(&opened, &journal).await.expect("it can be read");
    assert!(lost > 0, "{journal}");
}

/// Both servers believe that they take writes.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_replaced_and_does_not_know_acknowledges_nothing() {
    let pair = Pair::start(true).await;
    let shops = pair.shops().await;
    let old = pair.shop(pair.place.url()).await;
    let load = Load::start(&shops, 1, SEED, Skew::None);
    load.goes_on(20).await.expect("it begins");
    tokio::task::block_in_place(|| pair.take_over());
    load.goes_on(20).await.expect("it goes on by itself");
    let late = old.publish_now("prompts/p0", "late").await;
    let err = late.expect_err("nobody confirms it");
    assert_eq!(err.to_string(), "the storage backend is unavailable");
    let journal = load.stop().await.unwrap_or_else(|err| panic!("{err}"));
    audit(&shops[0], &journal).await.unwrap_or_else(|err| panic!("{err}\n{journal}"));
}

/// A commit that waits for the standby is in the log of the primary already, and everybody sees it as
/// soon as its session is ended.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_primary_has_is_not_acknowledged_when_it_is_asked_for() {
    let pair = Pair::start(true).await;
    let shop = pair.shop(pair.place.url()).await;
    shop.publish_now("prompts/p", "before").await.expect("both have it");
    tokio::task::block_in_place(|| pair.standby.crash()).expect("it follows no more");
    let publishing = {
        let shop = shop.clone();
        spawn(async move { shop.publish_now("prompts/p", "alone").await })
    };
    let waits = "wait_event = 'SyncRep'";
    let ended = || async { Ok(pair.place.terminate(waits).await? > 0) };
    until("the commit waits for the standby", ended).await.expect("it waits");
    let is_seen = || async {
        let head = shop.store.head(&shop.ns, sternway::types::At::Head).await?;
        Ok(head.is_some_and(|head| head.revision.get() == 3))
    };
    until("it is seen", is_seen).await.expect("it is");
    let limit = Duration::from_secs(30);
    let answer = within(limit, "publish", publishing).await.expect("in time").expect("it ends");
    answer.expect_err("no standby has it");
    tokio::task::block_in_place(|| pair.standby.restart()).expect("it follows again");
    let id = shop.publish_now("prompts/p", "alone").await.expect("both have it");
    let mut journal = Journal::default();
    journal.asked.extend([Shop::founding(), id]);
    journal.asked.insert(sternway::types::ChangesetId::from_name("before"));
    audit(&shop, &journal).await.expect("it is there once");
}
