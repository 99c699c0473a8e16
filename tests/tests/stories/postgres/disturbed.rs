//! A load of several stores goes on whatever happens to the server, and by itself.

use std::time::Duration;

use sternway_postgres::Connect;
use sternway_tests::{
    faults::{Disturbance, Load, Place, Shop, Skew, audit, disturb},
    sim::Dice,
};
use xtask::postgres::Server;

const SEED: u64 = 7;

async fn shops(place: &Place, open: impl Fn(Connect) -> Connect) -> Vec<Shop> {
    let mut shops = Vec::new();
    for _ in 0..3 {
        shops.push(super::shop(open(place.connect().with_connections(4))).await);
    }
    shops
}

async fn ended(load: Load, shops: &[Shop]) {
    let journal = load.stop().await.unwrap_or_else(|err| panic!("{err}"));
    let first = shops.first().expect("there are three");
    audit(first, &journal).await.unwrap_or_else(|err| panic!("{err}\n{journal}"));
}

async fn check(what: Disturbance, server: Option<&Server>, place: &Place) {
    let shops = shops(place, |connect| connect.wait_for_lock(Duration::from_millis(200))).await;
    let load = Load::start(&shops, 2, SEED, Skew::None);
    load.goes_on(10).await.expect("it begins");
    let mut dice = Dice::of(SEED, "story");
    let disturbed = disturb(what, server, place, &load, &mut dice).await;
    disturbed.unwrap_or_else(|err| panic!("{err}"));
    ended(load, &shops).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_loses_its_power_under_load_loses_nothing() {
    let server = Server::start().expect("a server of its own");
    let place = Place::new(server.url()).await.expect("a database");
    check(Disturbance::Crash, Some(&server), &place).await;
    drop(place);
    server.end().expect("nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_ended_at_random_lose_nothing() {
    check(Disturbance::Terminate, None, &super::place().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_ended_all_at_once_lose_nothing() {
    check(Disturbance::TerminateAll, None, &super::place().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_no_longer_hears_still_sees_every_revision_once() {
    check(Disturbance::Deafen, None, &super::place().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_somebody_holds_for_a_while_stops_nobody_for_longer() {
    check(Disturbance::Hold, None, &super::place().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_jump_by_a_day_turn_no_time_back() {
    let place = super::place().await;
    let shops = shops(&place, |connect| connect).await;
    let load = Load::start(&shops, 2, SEED, Skew::Days);
    load.goes_on(200).await.expect("it goes on");
    ended(load, &shops).await;
}

/// Behind a pooler a session has the isolation that the database sets.
#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_cannot_be_serialized_are_done_again() {
    let place = super::place().await;
    let set = "ALTER DATABASE {} SET default_transaction_isolation = serializable";
    place.run(&set.replace("{}", place.database())).await.expect("it is set");
    let shops = shops(&place, Connect::through_a_pooler).await;
    let load = Load::start(&shops, 3, SEED, Skew::None);
    load.goes_on(200).await.expect("it goes on");
    ended(load, &shops).await;
}
