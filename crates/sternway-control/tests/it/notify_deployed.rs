//! What deployments have to tell.

use sternway_api::{Told, told};
use sternway_deploy::Ask;
use sternway_provider::{Clock as _, Notice};
use sternway_store::Limit;
use sternway_types::{Consent, Event, Limits, Phase, Plan, Revision, Step, Strategy};

use crate::{
    deploy::{by_shares, drive, run, shop, start},
    make::{because, by, production},
    world::{MINUTE, World},
};

/// Everything that was told of since a revision.
async fn all(world: &World, after: Revision) -> Vec<Told> {
    let feed = world.store.feed(world.control.namespace(), after, Limit::MAX).await;
    feed.expect("the feed is read").iter().flat_map(told).collect()
}

/// What was told of deployments and of what is live.
async fn events(world: &World) -> Vec<Event> {
    let told = all(world, Revision::ZERO).await;
    let events = told.iter().map(Told::event).filter(|event| event.kind() == "deployment");
    events.collect()
}

#[tokio::test]
async fn a_good_deployment_is_started_advanced_and_completed() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5])).await.expect("it begins").deployment;
    drop(drive(&world, &started).await);
    drop(run(&world, 2, &".".repeat(20)).await);
    drop(drive(&world, &started).await);
    drop(run(&world, 2, &".".repeat(450)).await);
    drop(drive(&world, &started).await);
    use Event as E;
    assert_eq!(
        events(&world).await,
        [E::DeploymentStarted, E::DeploymentAdvanced, E::DeploymentCompleted]
    );
    let told = all(&world, Revision::ZERO).await;
    let advanced = told.iter().find(|it| it.event() == E::DeploymentAdvanced).expect("it is told");
    let (cloud, data) = (&advanced.cloud, &advanced.cloud.data);
    assert_eq!(
        data.summary,
        "deployment of prompts/greeting v2 in production advanced: 100 % of the runs"
    );
    assert_eq!((data.artifact.as_str(), data.version.as_str()), ("prompts/greeting", "v2"));
    assert_eq!(cloud.r#type, "dev.sternway.deployment.advanced.v1");
    assert_eq!(cloud.subject, format!("deployment/production/{}", started.id));
    assert_eq!(cloud.source, "/sternway/namespaces/shop");
}

#[tokio::test]
async fn a_bad_one_fails_first_and_is_rolled_back_then() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5])).await.expect("it begins").deployment;
    drop(drive(&world, &started).await);
    drop(run(&world, 1, &".".repeat(50)).await);
    drop(run(&world, 2, "xxx").await);
    drop(drive(&world, &started).await);
    use Event as E;
    assert_eq!(
        events(&world).await,
        [E::DeploymentStarted, E::DeploymentFailed, E::DeploymentRolledBack]
    );
    let told = all(&world, Revision::ZERO).await;
    let failed = told.iter().find(|it| it.event() == E::DeploymentFailed).expect("it is told");
    assert_eq!(failed.cloud.data.detail.as_deref(), Some("prompts/greeting regressed"));
}

#[tokio::test]
async fn who_gets_no_outcomes_is_said_to_starve_once_and_goes_on_with_them() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5])).await.expect("it begins").deployment;
    let due = drive(&world, &started).await.due;
    assert_eq!(due, Some(world.clock.now().saturating_add(60 * MINUTE)), "an hour, if nobody says");
    world.clock.advance(60 * MINUTE);
    for _ in 0..2 {
        let starving = drive(&world, &started).await.deployment;
        assert!(starving.starved && starving.phase == Phase::Running && !starving.proven);
    }
    drop(run(&world, 2, &".".repeat(20)).await);
    let went_on = drive(&world, &started).await.deployment;
    assert!(!went_on.starved && went_on.is_live());
    use Event as E;
    assert_eq!(
        events(&world).await,
        [E::DeploymentStarted, E::DeploymentStarved, E::DeploymentAdvanced]
    );
    let told = all(&world, Revision::ZERO).await;
    let starved = told.iter().find(|it| it.event() == E::DeploymentStarved).expect("it is told");
    assert_eq!(starved.cloud.data.detail.as_deref(), Some("analyze 20 outcomes"));
}

#[tokio::test]
async fn people_are_told_when_they_are_asked_and_what_they_answered() {
    let world = shop().await;
    let steps = vec![Step::Approve(Consent::of(1)), Step::Pause, Step::GoLive];
    let plan = Plan::new(Strategy::Steps, steps, Limits::default()).expect("a plan");
    let started = start(&world, plan).await.expect("it begins").deployment;
    let of = (&production(), started.id);
    let bob = by("bob");
    world.control.ask(of.0, of.1, Ask::Approve, &bob).await.expect("he agrees");
    drop(drive(&world, &started).await);
    let aborted = because("wrong build");
    world.control.ask(of.0, of.1, Ask::Abort, &aborted).await.expect("it is aborted");
    use Event as E;
    assert_eq!(
        events(&world).await,
        [
            E::DeploymentStarted,
            E::DeploymentApprovalNeeded,
            E::DeploymentApproved,
            E::DeploymentPaused,
            E::DeploymentFailed,
            E::DeploymentRolledBack
        ]
    );
}

#[tokio::test]
async fn the_same_commit_tells_the_same_and_another_store_tells_it_under_other_ids() {
    let (one, other) = (shop().await, World::new().await);
    other.publish("another history").await;
    other.publish("greeting 2").await;
    let (first, again) = (all(&one, Revision::ZERO).await, all(&one, Revision::ZERO).await);
    assert_eq!(first, again);
    let mut ids: Vec<_> = first
        .iter()
        .chain(&all(&other, Revision::ZERO).await)
        .map(|it| it.cloud.id.clone())
        .collect();
    let many = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), many, "no id is given twice");
    let sequences: Vec<_> = first.iter().map(|it| it.cloud.sequence.clone()).collect();
    assert!(sequences.is_sorted());
}

#[tokio::test]
async fn an_event_is_short_whatever_was_said() {
    let world = shop().await;
    let long = "é\"\\\u{1}".repeat(400);
    let intent = because(&long);
    let publish = sternway_control::publish::Publish::new(
        crate::make::greeting(),
        crate::make::text("with much to say"),
    );
    world.control.publish(publish, &intent).await.expect("it is published");
    for told in all(&world, Revision::ZERO).await {
        let body = serde_json::to_string(&told.cloud).expect("it can be written");
        assert!(body.len() <= Notice::MAX_BODY, "{} bytes", body.len());
    }
}
