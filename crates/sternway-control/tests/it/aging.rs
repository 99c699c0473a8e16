//! What is live and gets worse little by little, or is not needed any more.

use std::time::Duration;

use sternway_control::{ControlError, aging::Aging};
use sternway_policy::aging::Limits;
use sternway_types::{Force, PolicyScope, PolicySetting, Severity};

use crate::{
    make::{alice, artifact, greeting, production, text, version},
    world::World,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn aging(world: &World) -> Aging {
    let aging = world.control.aging(&greeting(), &production(), &Limits::default()).await;
    aging.expect("something is live")
}

/// What was found, the gravest first.
async fn signs(world: &World) -> Vec<(&'static str, Severity)> {
    let findings = aging(world).await.findings;
    findings.iter().map(|found| (found.sign.as_str(), found.severity)).collect()
}

/// Nothing takes anything back here: what is found is found by looking.
async fn unjudged() -> World {
    let world = World::new().await;
    let (scope, off) = (PolicyScope::Namespace, PolicySetting::Off);
    world.control.set_policy(scope, off, &alice()).await.expect("it is set");
    world
}

/// One version after another goes live, and of a hundred runs each so many succeed.
async fn story(world: &World, rates: &[usize]) {
    for (number, rate) in (1..).zip(rates) {
        world.publish(&format!("greeting {number}")).await;
        world.promote(number).await;
        world.run(number, &(".".repeat(*rate) + &"x".repeat(100 - rate))).await;
    }
}

#[tokio::test]
async fn s08_a_slow_drift_over_several_versions_is_found_and_takes_nothing_back() {
    let world = unjudged().await;
    story(&world, &[95, 82]).await;
    assert_eq!(signs(&world).await, []);
    let check = world.control.check(&greeting(), &production()).await.expect("it is live");
    assert_eq!(check.drift, None);

    world.publish("greeting 3").await;
    world.promote(3).await;
    world.run(3, &(".".repeat(71) + &"x".repeat(29))).await;
    assert_eq!(signs(&world).await, [("drifted", Severity::Medium)]);
    let check = world.control.check(&greeting(), &production()).await.expect("it is live");
    let drift = check.drift.expect("check warns of it").to_string();
    assert_eq!(drift, "success fell little by little, from 95.0 % of v1 to 71.0 %");
    assert_eq!(world.live().await, Some(version(3)));
}

#[tokio::test]
async fn s08_what_was_taken_back_is_not_what_it_is_compared_with() {
    let world = unjudged().await;
    story(&world, &[82, 95]).await;
    world.roll_back(None).await.expect("it goes back");
    world.publish("greeting 3").await;
    world.promote(3).await;
    world.run(3, &(".".repeat(71) + &"x".repeat(29))).await;
    assert_eq!(signs(&world).await, [], "v2 was condemned, and v1 had 82 %");
}

#[tokio::test]
async fn a28_what_is_much_worse_than_the_last_good_version_is_to_go_back() {
    let world = unjudged().await;
    story(&world, &[95, 60]).await;
    let found = aging(&world).await.findings;
    let named: Vec<_> = found.iter().map(|it| (it.sign.as_str(), it.severity)).collect();
    assert_eq!(named, [("degraded", Severity::High), ("failing", Severity::Medium)]);
    assert!(found[0].sign.recommends_rollback());
}

#[tokio::test]
async fn a28_what_nobody_used_for_long_or_ever_is_found() {
    let world = World::with_live(1).await;
    assert_eq!(signs(&world).await, []);
    world.clock.advance(31 * DAY);
    assert_eq!(signs(&world).await, [("never_used", Severity::Medium)]);
    world.run(1, ".").await;
    assert_eq!(signs(&world).await, []);
    let used = aging(&world).await.used;
    assert!(used.is_some(), "it ran");
    world.clock.advance(91 * DAY);
    assert_eq!(signs(&world).await, [("unused", Severity::Low)]);
    world.clock.advance(300 * DAY);
    assert_eq!(signs(&world).await, [("unused", Severity::Low), ("old", Severity::Low)]);
}

#[tokio::test]
async fn a28_what_stands_against_what_is_live_is_found() {
    let world = World::with_live(2).await;
    world.roll_back(None).await.expect("it goes back");
    assert_eq!(signs(&world).await, []);
    world.try_promote(2, Force::Yes, &alice()).await.expect("a person may");
    assert_eq!(signs(&world).await, [("condemned", Severity::High)]);
}

#[tokio::test]
async fn a28_a_regression_without_a_good_version_is_critical() {
    let world = World::with_live(1).await;
    world.run(1, "xxx").await;
    assert_eq!(signs(&world).await, [("halted", Severity::Critical)]);
}

#[tokio::test]
async fn where_nothing_is_live_that_is_said() {
    let world = World::new().await;
    world.create_environment("staging").await;
    world.publish_as(artifact("tools/other"), text("one")).await;
    let staging = "staging".parse().expect("an environment");
    let limits = Limits::default();
    let aging = world.control.aging(&artifact("tools/other"), &staging, &limits).await;
    assert!(matches!(aging, Err(ControlError::NotLive { .. })), "{aging:?}");
}
