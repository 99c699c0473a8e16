//! Deployments that are taken back, under way and over.

use std::time::Duration;

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, NoWayBack, OnSupersede},
    rollback::RolledBack,
};
use sternway_deploy::immediate;
use sternway_store::{Refusal, StoreError};
use sternway_types::{ArtifactId, Force, Limits, Phase, Plan, VersionNumber, Wait};

use crate::{
    deploy::{by_shares, drive, shop, start},
    make::{alice, because, greeting, production, text, version},
    world::World,
};

fn at_once() -> Plan {
    let wait = Wait { outcomes: 0, length: Duration::ZERO };
    immediate(wait, Limits { evidence: false, ..Limits::default() }).expect("a plan")
}

/// Brings versions live and ends well.
async fn completed(world: &World, members: Vec<(ArtifactId, VersionNumber)>) -> Deployed {
    let new = NewDeployment {
        members,
        environment: production(),
        plan: at_once(),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let begun = world.control.start_deployment(&new, &alice()).await.expect("it begins");
    let ended = drive(world, &begun.deployment).await.deployment;
    assert_eq!(ended.phase, Phase::Completed);
    world.control.deployment(&production(), ended.id).await.expect("it is there")
}

async fn live(world: &World, artifact: &ArtifactId) -> VersionNumber {
    world.control.live_version(artifact, &production()).await.expect("live").1.number
}

#[tokio::test]
async fn one_that_is_under_way_is_aborted() {
    let world = shop().await;
    let begun = start(&world, by_shares(&[5])).await.expect("it begins").deployment;
    let why = because("wrong build");
    let back =
        world.control.roll_back_deployment(&production(), begun.id, Force::No, &why).await.unwrap();
    assert_eq!((back.deployment.phase, back.moved), (Phase::RollingBack, Vec::new()));
    assert_eq!(drive(&world, &begun).await.deployment.phase, Phase::RolledBack);
    let again = world.control.roll_back_deployment(&production(), begun.id, Force::No, &why).await;
    let said = again.expect_err("it brought nothing").to_string();
    assert!(said.contains("ended as rolled_back: nothing that it brought is live"), "{said}");
}

#[tokio::test]
async fn of_one_that_ended_well_all_that_it_brought_goes_back_in_one_commit() {
    let world = shop().await;
    let other: ArtifactId = "tools/search".parse().unwrap();
    world.publish_as(other.clone(), text("one")).await;
    world.publish_as(other.clone(), text("two")).await;
    let members = vec![(greeting(), version(2)), (other.clone(), version(2))];
    let ended = completed(&world, members).await.deployment;
    let why = because("slow since");
    let control = &world.control;
    let back =
        control.roll_back_deployment(&production(), ended.id, Force::No, &why).await.unwrap();
    let steps = |it: &RolledBack| (it.artifact.clone(), it.from, it.to);
    let moved: Vec<_> = back.moved.iter().map(steps).collect();
    let (one, two) = (version(1), version(2));
    assert_eq!(moved, [(greeting(), two, one), (other.clone(), two, one)]);
    assert_eq!(back.moved[0].revision, back.moved[1].revision, "in one commit");
    assert_eq!((live(&world, &greeting()).await, live(&world, &other).await), (one, one));
    assert_eq!(back.deployment.phase, Phase::Completed, "an end is an end");

    let again = control.roll_back_deployment(&production(), ended.id, Force::No, &why).await;
    assert!(matches!(again, Err(ControlError::NoWayBack(NoWayBack::Already { .. }))), "{again:?}");
    let promoted = world.try_promote(2, Force::No, &alice()).await;
    let Err(ControlError::Store(StoreError::Refused(refusal))) = promoted else {
        panic!("what it brought is unfit: {promoted:?}")
    };
    assert!(matches!(*refusal, Refusal::Condemned { .. }));
}

#[tokio::test]
async fn nothing_moves_once_another_version_went_live_since() {
    let world = shop().await;
    let ended = completed(&world, vec![(greeting(), version(2))]).await.deployment;
    world.publish("greeting 3").await;
    world.promote(3).await;
    let back =
        world.control.roll_back_deployment(&production(), ended.id, Force::No, &alice()).await;
    let said = back.expect_err("v3 is live").to_string();
    assert!(
        said.contains("greeting@v3 went live in production since: nothing was moved"),
        "{said}"
    );
    assert_eq!(live(&world, &greeting()).await, version(3));
}

#[tokio::test]
async fn one_that_brought_an_earlier_version_is_taken_back_to_the_later_one() {
    let world = shop().await;
    drop(completed(&world, vec![(greeting(), version(2))]).await);
    let ended = completed(&world, vec![(greeting(), version(1))]).await.deployment;
    let back = world
        .control
        .roll_back_deployment(&production(), ended.id, Force::No, &alice())
        .await
        .unwrap();
    assert_eq!((back.moved[0].from, back.moved[0].to), (version(1), version(2)));
    assert_eq!(live(&world, &greeting()).await, version(2));
}
