//! **Idempotent**: applying a route twice is the same as once.

use tokio::task::JoinSet;

use crate::router::way::{Way, done};

pub(crate) async fn a_route_that_is_applied_twice_is_there_once(way: Way) {
    let route = way.split(3, 500);
    way.apply(&route).await;
    way.apply(&route).await;
    assert_eq!(way.observe().await.as_ref(), Some(&route), "by the same driver");
    done(way.place.driver().apply(&route).await, "applying it by another driver");
    assert_eq!(way.observe().await, Some(route), "by another driver");
}

pub(crate) async fn racing_drivers_may_apply_the_same_route(way: Way) {
    for generation in 1..=10 {
        let route = way.split(generation, 500);
        let mut drivers = JoinSet::new();
        for _ in 0..4 {
            let (driver, route) = (way.place.driver(), route.clone());
            drivers.spawn(async move { driver.apply(&route).await });
        }
        for answer in drivers.join_all().await {
            done(answer, "applying what others apply, too");
        }
        assert_eq!(way.observe().await, Some(route));
    }
}
