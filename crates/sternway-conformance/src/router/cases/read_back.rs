//! **Read back**: what is observed is what the router has, and not what somebody applied.

use sternway_types::{DeploymentId, Generation, Route};

use crate::router::{targets, way::Way};

pub(crate) async fn there_is_no_route_before_the_first(way: Way) {
    for target in targets() {
        assert_eq!(way.observe_at(&target).await, None, "of {target:?}");
    }
}

pub(crate) async fn every_part_of_a_route_is_read_back(way: Way) {
    let mut routes =
        vec![way.whole(3, 2), way.split(4, 500), way.split(5, 0), way.split(6, 10_000)];
    routes.push(way.split(7, 500).of_deployment(DeploymentId::from_name("another")));
    let (artifact, environment) = way.target.clone();
    let arms = way.split(8, 500).arms().iter().rev().copied().collect();
    // The other version is live, and no deployment is under way.
    routes.extend(Route::new(artifact, environment, Generation::new(8), arms));
    for route in routes {
        way.apply(&route).await;
        assert_eq!(way.observe().await, Some(route));
    }
}

pub(crate) async fn every_driver_sees_what_is_in_force(way: Way) {
    let other = way.place.driver();
    way.apply(&way.split(1, 500)).await;
    let newer = way.split(2, 1_000);
    let (artifact, environment) = &way.target;
    assert!(other.apply(&newer).await.is_ok(), "another driver applies a newer route");
    let seen = way.router.observe(artifact, environment).await;
    assert_eq!(seen.ok().flatten(), Some(newer), "by the driver that applied the older one");
}
