//! **Only forward**: a route of an older generation than the one it has is refused, and changes nothing.

use std::sync::Arc;

use sternway_provider::RouterError;
use sternway_types::Generation;
use tokio::task::JoinSet;

use crate::router::way::{Way, must_be_older, numbered};

pub(crate) async fn an_older_route_is_refused_and_changes_nothing(way: Way) {
    let newer = way.whole(7, 2);
    way.apply(&newer).await;
    for driver in [Arc::clone(&way.router), way.place.driver()] {
        must_be_older(driver.apply(&way.whole(6, 1)).await, 6, 7);
        must_be_older(driver.apply(&way.split(1, 500)).await, 1, 7);
    }
    assert_eq!(way.observe().await, Some(newer));
    let answered = way.send(50).await;
    assert_eq!(answered.into_iter().collect::<Vec<_>>(), [(Some(numbered(2)), 50)]);
}

pub(crate) async fn a_newer_route_replaces_an_older_one(way: Way) {
    // A generation that has more digits is newer, too.
    for (generation, version) in [(1, 1), (9, 2), (10, 3), (11, 1), (u64::MAX - 1, 2)] {
        let newer = way.whole(generation, version);
        way.apply(&newer).await;
        assert_eq!(way.observe().await, Some(newer));
    }
}

pub(crate) async fn the_newest_of_racing_routes_stays(way: Way) {
    for round in 0..20_u64 {
        let mut drivers = JoinSet::new();
        for one in 1..=6 {
            let (driver, route) =
                (way.place.driver(), way.split(10 * round + one, 100 * one_of(one)));
            drivers.spawn(async move { (one, driver.apply(&route).await) });
        }
        let newest = 10 * round + 6;
        for (one, answer) in drivers.join_all().await {
            match answer {
                Ok(()) => (),
                Err(RouterError::Older { asked, found }) => {
                    let asks = Generation::new(10 * round + one);
                    assert!(
                        asked == asks && asked < found,
                        "{asks}: {asked} is older than {found}"
                    );
                    assert!(one < 6, "nothing is newer than {asks}");
                }
                Err(err) => panic!("expected to be applied, or to be too late: {err}"),
            }
        }
        let stays = way.observe().await.map(|route| route.generation());
        assert_eq!(stays, Some(Generation::new(newest)), "after a race of six drivers");
    }
}

/// Which of the racers, as a weight.
fn one_of(racer: u64) -> u32 {
    u32::try_from(racer).unwrap_or_default()
}
