//! **Withdrawn**: what requests were taken from gets none again until it went back, whoever asks.

use std::sync::Arc;

use sternway_provider::{FromRoute, RouterError, Withdrew, withdraw};
use sternway_types::{Actor, DeploymentId, Route, Timestamp, Withdrawal};
use tokio::task::JoinSet;

use crate::router::way::{Way, done, must_be_unable, numbered};

/// Who took the requests away, in the words of a person.
fn taken(why: &str) -> Withdrawal {
    let at = Timestamp::from_micros(1_795_190_400_123_456);
    let by = done("human:alice | \"bob\"".parse::<Actor>(), "an actor");
    done(Withdrawal::new(at, by, why, true), "a withdrawal of the suite")
}

/// A route of v1, and of v2 with about half of the requests; nothing where the router says that it keeps no withdrawal.
async fn withdrawn(way: &Way, generation: u64) -> Option<Route> {
    let route = way.split(generation, 5_000);
    way.apply(&route).await;
    let after = route.clone().withdrawn(numbered(1), taken("it is red;\nvery ~ 100 % | \\red ä"));
    match way.router.apply(&after).await {
        Ok(()) => Some(after),
        refused => {
            must_be_unable(refused, "a withdrawal");
            assert_eq!(way.observe().await, Some(route), "it changes nothing");
            None
        }
    }
}

async fn must_be_withdrawn(way: &Way, route: &Route, expected: &Route) {
    for driver in [Arc::clone(&way.router), way.place.driver()] {
        let withdrawal = expected.withdrawal().cloned().map(Box::new);
        match driver.apply(route).await {
            Err(RouterError::Withdrawn { withdrawal: found }) => {
                assert_eq!(Some(found), withdrawal, "what it says of it");
            }
            other => panic!("expected to hear that requests were taken away: {other:?}"),
        }
    }
    assert_eq!(way.observe().await.as_ref(), Some(expected), "it changes nothing");
}

pub(crate) async fn all_requests_go_to_one_version_and_it_says_why(way: Way) {
    let Some(after) = withdrawn(&way, 4).await else { return };
    assert_eq!(way.observe().await, Some(after), "with when, by whom and why");
    let answered = way.send(50).await;
    assert_eq!(answered.into_iter().collect::<Vec<_>>(), [(Some(numbered(1)), 50)]);
    if way.capabilities().arms < 2 {
        return;
    }
    // Where the candidate is live, another version gets them.
    let live = way.whole(5, 2).of_deployment(DeploymentId::from_name("of the suite"));
    way.apply(&way.whole(5, 2)).await;
    let back = live.withdrawn(numbered(3), taken("it is red"));
    way.apply(&back).await;
    assert_eq!(way.observe().await, Some(back));
    let answered = way.send(50).await;
    assert_eq!(answered.into_iter().collect::<Vec<_>>(), [(Some(numbered(3)), 50)]);
}

pub(crate) async fn what_revives_it_is_refused_and_changes_nothing(way: Way) {
    let Some(after) = withdrawn(&way, 4).await else { return };
    must_be_withdrawn(&way, &way.split(4, 5_000), &after).await;
    if way.capabilities().arms > 1 {
        must_be_withdrawn(&way, &way.split(5, 5_000), &after).await;
        must_be_withdrawn(&way, &way.split(10, 500), &after).await;
        let live = way.whole(6, 2).of_deployment(DeploymentId::from_name("of the suite"));
        must_be_withdrawn(&way, &live, &after).await;
    }
    if way.goes_by_headers() {
        must_be_withdrawn(&way, &way.matched(7, &["yes"]), &after).await;
    }
}

pub(crate) async fn what_goes_back_or_is_another_matter_takes_its_place(way: Way) {
    for generation in [10, 20, 30] {
        if withdrawn(&way, generation).await.is_none() {
            return;
        }
        let next = match generation {
            10 => way.split(11, 0),
            20 => way.whole(21, 2),
            _ => way.split(30, 500).of_deployment(DeploymentId::from_name("another")),
        };
        way.apply(&next).await;
        assert_eq!(way.observe().await, Some(next), "after generation {generation}");
    }
}

pub(crate) async fn the_first_withdrawal_stays(way: Way) {
    let Some(after) = withdrawn(&way, 4).await else { return };
    way.apply(&way.split(4, 5_000).withdrawn(numbered(1), taken("once more"))).await;
    assert_eq!(way.observe().await.as_ref(), Some(&after));
    let older = way.split(3, 5_000).withdrawn(numbered(1), taken("late"));
    assert!(way.router.apply(&older).await.is_err(), "it is older");
    assert_eq!(way.observe().await, Some(after));
}

pub(crate) async fn whoever_knows_the_router_alone_can_do_so(way: Way) {
    let (artifact, environment) = &way.target;
    let by = async |from, why| {
        let driver = way.place.driver();
        withdraw(driver.as_ref(), (artifact, environment), from, None, &taken(why)).await
    };
    assert_eq!(by(FromRoute::Any, "a").await, Ok(Withdrew::NothingToTake(None)));
    way.apply(&way.whole(3, 2)).await;
    assert_eq!(by(FromRoute::Any, "a").await, Ok(Withdrew::NothingToTake(Some(way.whole(3, 2)))));
    if withdrawn(&way, 4).await.is_none() || way.capabilities().arms < 2 {
        return;
    }
    let route = way.split(6, 0);
    way.apply(&route).await;
    let route = way.split(7, 5_000).of_deployment(DeploymentId::from_name("another"));
    way.apply(&route).await;
    let of = |generation| FromRoute::Of(sternway_types::Generation::new(generation));
    assert_eq!(by(of(6), "a").await, Ok(Withdrew::MovedOn(route.clone())));
    assert_eq!(by(of(7), "b").await, Ok(Withdrew::Now(route.clone())));
    let after = route.withdrawn(numbered(1), taken("b"));
    assert_eq!(by(FromRoute::Any, "c").await, Ok(Withdrew::Before(after.clone())));
    assert_eq!(way.observe().await, Some(after));
}

pub(crate) async fn it_stays_whoever_races(way: Way) {
    for round in 1..=8_u64 {
        let generation = round * 10;
        let route = way.split(generation, 5_000).of_deployment(DeploymentId::from_name("a race"));
        let route = if round == 1 { way.split(generation, 5_000) } else { route };
        way.apply(&route).await;
        let after = route.clone().withdrawn(numbered(1), taken("it is red"));
        let mut drivers = JoinSet::new();
        for racer in 0..5 {
            let driver = way.place.driver();
            let route = if racer == 2 { after.clone() } else { route.clone() };
            drivers.spawn(async move { driver.apply(&route).await });
        }
        for answer in drivers.join_all().await {
            match answer {
                Ok(()) | Err(RouterError::Withdrawn { .. }) => (),
                Err(RouterError::Unable { .. }) if round == 1 => return,
                Err(err) => panic!("expected to be applied, or to hear of it: {err}"),
            }
        }
        assert_eq!(way.observe().await, Some(after), "after a race of five drivers");
        // It goes back, so that another step may come.
        way.apply(&way.whole(generation + 1, 1)).await;
    }
}
