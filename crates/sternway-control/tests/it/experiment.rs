//! Several candidates beside what is live, driven step by step.

use std::time::Duration;

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede},
    record::Recorded,
    rollback::Reaction,
};
use sternway_deploy::{Ask, experiment};
use sternway_store::StoreError;
use sternway_types::{
    Action, Arm, Deployment, Force, Limits, Pause, Phase, Plan, Subject, VersionNumber, Wait,
    Weight,
};
use tokio::time::timeout;

use crate::{
    deploy::{by_shares as one_by_one, drive, shop, start},
    make::{alice, greeting, production, version},
    paused::{paused, set},
    world::World,
};

fn weight(percent: u32) -> Weight {
    Weight::new(percent * 100).expect("a share")
}

fn by_shares(percents: &[u32]) -> Plan {
    let weights: Vec<_> = percents.iter().copied().map(weight).collect();
    let wait = Wait { outcomes: 20, ..Wait::default() };
    experiment(&weights, wait, wait, Limits::default()).expect("a plan")
}

/// v2 and v3 beside v1, each with a fifth of the runs.
async fn compared() -> (World, Deployment) {
    let world = shop().await;
    world.publish("greeting 3").await;
    let begun = compare(&world, &[2, 3], &[20, 20]).await.expect("it begins").deployment;
    let driven = drive(&world, &begun).await.deployment;
    assert_eq!((driven.step, driven.weight), (1, weight(40)));
    (world, driven)
}

async fn compare(
    world: &World,
    candidates: &[u64],
    percents: &[u32],
) -> Result<Deployed, ControlError> {
    let new = NewDeployment {
        members: candidates.iter().map(|number| (greeting(), version(*number))).collect(),
        environment: production(),
        plan: by_shares(percents),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    world.control.start_deployment(&new, &alice()).await
}

async fn now(world: &World, of: &Deployment) -> Deployment {
    world.control.deployment(&production(), of.id).await.expect("it is there").deployment
}

async fn arms(world: &World) -> Vec<(VersionNumber, u16)> {
    let wanted = world.control.wanted_route(&greeting(), &production()).await.expect("a route");
    let arms = wanted.expect("something is live").arms().to_vec();
    arms.into_iter().map(|Arm { version, weight }| (version, weight.get() / 100)).collect()
}

/// Runs a version under the shares that are in force.
async fn run(world: &World, number: u64, signs: &str) -> Recorded {
    let wanted = world.control.wanted_route(&greeting(), &production()).await.expect("a route");
    let generation = wanted.expect("something is live").generation();
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(number), generation };
    world.control.record(world.outcomes(&subject, signs)).await.expect("it is recorded")
}

#[tokio::test]
async fn what_is_worse_goes_back_alone_and_the_chosen_one_goes_live() {
    let (world, begun) = compared().await;
    assert_eq!(arms(&world).await, [(version(1), 60), (version(2), 20), (version(3), 20)]);
    drop(run(&world, 1, &".".repeat(60)).await);
    drop(run(&world, 2, &".".repeat(15)).await);
    let recorded = run(&world, 3, &"x".repeat(15)).await;
    let reaction = recorded.judged.first().and_then(|judged| judged.reaction.as_ref());
    assert!(
        matches!(reaction, Some(Reaction::Withdrawn { version: out, .. }) if *out == version(3)),
        "{recorded:?}"
    );
    let left = now(&world, &begun).await;
    assert_eq!((left.phase, left.weight, left.routed), (Phase::Running, weight(20), false));
    assert_eq!(arms(&world).await, [(version(1), 80), (version(2), 20), (version(3), 0)]);
    assert_eq!(world.condemned().await, [version(3)]);

    drop(drive(&world, &begun).await);
    drop(run(&world, 2, &".".repeat(20)).await);
    assert_eq!(now(&world, &begun).await.step, 2, "somebody must say which goes on");
    let ask = async |ask| world.control.ask(&production(), begun.id, ask, &alice()).await;
    let refused = ask(Ask::Choose { place: 1 }).await.unwrap_err().to_string();
    assert!(refused.contains("found to be worse"), "{refused}");
    ask(Ask::Choose { place: 0 }).await.unwrap();
    let live = drive(&world, &begun).await.deployment;
    assert_eq!((live.weight, live.routed), (Weight::ALL, true));
    assert_eq!(
        world.control.live_version(&greeting(), &production()).await.unwrap().1.number,
        version(2)
    );
    drop(run(&world, 2, &".".repeat(400)).await);
    let ended = drive(&world, &begun).await.deployment;
    assert_eq!((ended.phase, ended.proven), (Phase::Completed, true));
}

#[tokio::test]
async fn the_last_one_that_is_worse_takes_the_deployment_back() {
    let (world, begun) = compared().await;
    drop(run(&world, 1, &".".repeat(60)).await);
    drop(run(&world, 3, &"x".repeat(15)).await);
    drop(drive(&world, &begun).await);
    drop(run(&world, 1, &".".repeat(60)).await);
    drop(run(&world, 2, &"x".repeat(15)).await);
    assert_eq!(drive(&world, &begun).await.deployment.phase, Phase::RolledBack);
    assert_eq!(arms(&world).await, [(version(1), 100)]);
    assert_eq!(world.condemned().await, [version(2), version(3)]);
}

/// Nothing here waits for anything: what takes so long goes on for ever.
const FOREVER: Duration = Duration::from_secs(5);

#[tokio::test]
async fn an_arm_that_is_worse_once_somebody_moved_what_is_live_ends_the_deployment() {
    let (world, begun) = compared().await;
    let share = world.control.wanted_route(&greeting(), &production()).await.unwrap().unwrap();
    drop(run(&world, 1, &".".repeat(60)).await);
    world.publish("greeting 4").await;
    world.promote(4).await;
    // No driver has looked since: its runs began before.
    let (artifact, environment) = (greeting(), production());
    let (version, generation) = (version(3), share.generation());
    let subject = Subject { artifact, environment, version, generation };
    let outcomes = world.outcomes(&subject, &"x".repeat(15));
    let rehearsal = world.control.rehearsal();
    let tried = timeout(FOREVER, rehearsal.record(outcomes.clone())).await.expect("it ends");
    let recorded = timeout(FOREVER, world.control.record(outcomes)).await.expect("it ends");
    let recorded = recorded.expect("it is recorded");
    let reaction = recorded.judged.first().and_then(|judged| judged.reaction.as_ref());
    assert!(matches!(reaction, Some(Reaction::Overtaken)), "{recorded:?}");
    assert_eq!(tried.expect("it is tried"), recorded, "a rehearsal says the same");
    assert_eq!(drive(&world, &begun).await.deployment.phase, Phase::Superseded);
    assert_eq!(
        (world.live().await, world.condemned().await),
        (Some(crate::make::version(4)), vec![])
    );
}

#[tokio::test]
async fn who_asks_for_more_once_somebody_moved_what_is_live_hears_that_it_is_past() {
    let world = shop().await;
    let begun = start(&world, one_by_one(&[5, 25])).await.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    world.publish("greeting 3").await;
    world.promote(3).await;
    let (environment, alice) = (production(), alice());
    let rehearsal = world.control.rehearsal();
    let tried = rehearsal.ask(&environment, begun.id, Ask::Promote, &alice);
    let tried = timeout(FOREVER, tried).await.expect("it ends");
    assert!(tried.is_err(), "{tried:?}");
    let asked = world.control.ask(&environment, begun.id, Ask::Promote, &alice);
    let refused = timeout(FOREVER, asked).await.expect("it ends").expect_err("it is past");
    assert!(refused.to_string().contains("cannot promote"), "{refused}");
    assert_eq!(drive(&world, &begun).await.deployment.phase, Phase::Superseded);
    assert_eq!(world.live().await, Some(version(3)));
}

#[tokio::test]
async fn outcomes_of_a_share_that_is_over_still_speak_against_their_candidate() {
    let (world, begun) = compared().await;
    let before = world.control.wanted_route(&greeting(), &production()).await.unwrap().unwrap();
    drop(run(&world, 1, &".".repeat(60)).await);
    drop(run(&world, 3, &"x".repeat(15)).await);
    drop(drive(&world, &begun).await);
    // Runs of v2 that began beside v3.
    let (artifact, environment) = (greeting(), production());
    let generation = before.generation();
    let subject = Subject { artifact, environment, version: version(2), generation };
    drop(world.control.record(world.outcomes(&subject, &"x".repeat(15))).await.unwrap());
    assert_eq!(drive(&world, &begun).await.deployment.phase, Phase::RolledBack);
}

#[tokio::test]
async fn each_candidate_has_a_notice_of_its_own() {
    let (world, begun) = compared().await;
    set(&world, Action::Pause).await;
    drop(run(&world, 1, &".".repeat(60)).await);
    for number in [3, 2] {
        let recorded = run(&world, number, &"x".repeat(15)).await;
        assert!(paused(&recorded), "v{number}: {recorded:?}");
    }
    let waits = drive(&world, &begun).await.deployment;
    assert_eq!((waits.weight, waits.pauses.contains(&Pause::Regressed)), (weight(40), true));
}

#[tokio::test]
async fn the_chosen_one_is_paused_while_it_bakes_if_its_policy_asks_for_that() {
    let (world, begun) = compared().await;
    set(&world, Action::Pause).await;
    let ask = async |ask| world.control.ask(&production(), begun.id, ask, &alice()).await.unwrap();
    ask(Ask::Choose { place: 1 }).await;
    ask(Ask::Promote).await;
    drop(drive(&world, &begun).await);
    assert_eq!(world.live().await, Some(version(3)));
    assert!(paused(&run(&world, 3, "xxx").await));
    assert!(now(&world, &begun).await.pauses.contains(&Pause::Regressed));
}

#[tokio::test]
async fn a_candidate_that_somebody_condemns_is_out() {
    let (world, begun) = compared().await;
    world.control.condemn(&greeting(), version(2), &production(), &alice()).await.unwrap();
    let left = drive(&world, &begun).await.deployment;
    assert_eq!((left.phase, left.out), (Phase::Running, [0].into()));
    assert_eq!(arms(&world).await, [(version(1), 80), (version(2), 0), (version(3), 20)]);
}

#[tokio::test]
async fn a_plan_is_for_as_many_candidates_as_there_are() {
    let world = shop().await;
    world.publish("greeting 3").await;
    for (candidates, percents) in
        [(&[2, 3][..], &[5, 5, 5][..]), (&[2], &[5, 5]), (&[2, 2], &[5, 5])]
    {
        let refused = compare(&world, candidates, percents).await.unwrap_err();
        let said = matches!(refused, ControlError::Store(StoreError::Refused(_)));
        assert!(said, "{refused:?}");
    }
    let live = compare(&world, &[2, 1], &[5, 5]).await.unwrap_err();
    assert!(matches!(live, ControlError::AlreadyLive { .. }), "{live:?}");
    let single = start(&world, by_shares(&[5, 5])).await.unwrap_err();
    assert!(matches!(single, ControlError::Store(StoreError::Refused(_))), "{single:?}");
}
