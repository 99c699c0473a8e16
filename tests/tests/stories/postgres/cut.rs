//! A connection that fails at each message: what was asked for is done once, or not at all and said
//! so, and who asks again by its id is answered.

use std::time::Duration;

use sternway_tests::faults::{
    Asked, Cuts, How, Moment, Proxy, Then, enumerate, until, within, words,
};

const EVERYWHERE: [Moment; 3] = [Moment::Before, Moment::After, Moment::Answer];

/// Enumerates, and answers with what it came to.
async fn check(asked: Asked, how: How, moments: &[Moment], then: Then) -> Cuts {
    let cuts = enumerate(&super::place().await, asked, how, moments, then).await;
    let cuts = cuts.unwrap_or_else(|err| panic!("{}", words(&*err)));
    assert!(cuts.faults >= moments.len() * 3, "there were hardly any messages: {cuts:?}");
    cuts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_cut_anywhere_is_made_once() {
    let cuts = check(Asked::Commit, How::Cut, &EVERYWHERE, Then::Well).await;
    // The store asks again by itself.
    assert_eq!(cuts.acknowledged, cuts.faults, "{cuts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_half_closed_anywhere_is_made_once() {
    let cuts = check(Asked::Commit, How::HalfClose, &[Moment::Answer], Then::Well).await;
    assert_eq!(cuts.acknowledged, cuts.faults, "{cuts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_delayed_anywhere_is_made_once() {
    let how = How::Delay(Duration::from_millis(40));
    let cuts = check(Asked::Commit, how, &[Moment::Before], Then::Well).await;
    assert_eq!(cuts.acknowledged, cuts.faults, "{cuts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_is_cut_anywhere_counts_once() {
    let cuts = check(Asked::Append, How::Cut, &EVERYWHERE, Then::Well).await;
    assert_eq!(cuts.acknowledged, cuts.faults, "{cuts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_is_half_closed_anywhere_counts_once() {
    let cuts = check(Asked::Append, How::HalfClose, &[Moment::Answer], Then::Well).await;
    assert_eq!(cuts.acknowledged, cuts.faults, "{cuts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_that_is_cut_anywhere_leaves_nothing_in_the_way() {
    let cuts = check(Asked::Open, How::Cut, &EVERYWHERE, Then::Well).await;
    // Who opens is told, and opens again.
    assert_eq!(cuts.acknowledged + cuts.failed, cuts.faults, "{cuts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_never_comes_errs_and_is_found_by_its_id() {
    let cuts = check(Asked::Commit, How::Cut, &[Moment::Answer], Then::Down).await;
    // What was cut when it had been answered already was acknowledged.
    assert!(cuts.failed * 2 > cuts.faults, "{cuts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_answer_never_comes_errs_and_counts_once() {
    let cuts = check(Asked::Append, How::Cut, &[Moment::Answer], Then::Down).await;
    assert!(cuts.failed * 2 > cuts.faults, "{cuts:?}");
}

/// The enumeration itself fails if anything takes longer than a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_waited_for_a_bounded_while() {
    let cuts = check(Asked::Commit, How::BlackHole, &[Moment::Before], Then::Well).await;
    assert_eq!(cuts.acknowledged + cuts.failed, cuts.faults, "{cuts:?}");
    check(Asked::Append, How::BlackHole, &[Moment::Answer], Then::Well).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_waits_a_bounded_while_for_a_server_that_says_nothing() {
    check(Asked::Open, How::BlackHole, &[Moment::Before], Then::Well).await;
}

/// Each of these takes a session away just as it is given back, and every session is needed.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_fall_silent_as_they_are_given_back_are_replaced() {
    let place = super::place().await;
    let proxy = Proxy::before(place.listens().expect("an address")).await.expect("a proxy");
    let connect = sternway_postgres::Connect::to(place.url_at(proxy.port()));
    let shop = super::shop(connect.with_connections(2)).await;
    let heard = || async { Ok(proxy.listeners() > 0) };
    until("it listens", heard).await.expect("it does");
    let artifact = "prompts/p".parse().expect("a name");
    for _ in 0..4 {
        proxy.silence("BEGIN; ROLLBACK");
        let looked = within(Duration::from_secs(30), "look", shop.subject(&artifact));
        looked.await.expect("in time").expect("a session is free");
        let happened = || async { Ok(!proxy.silences()) };
        until("it falls silent", happened).await.expect("it does");
    }
}
