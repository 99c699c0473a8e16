//! A policy that has the deployment wait for a person.

use sternway_control::{Intent, record::Recorded, rollback::Reaction};
use sternway_deploy::{Ask, immediate};
use sternway_types::{
    Action, LatchAction, Limits, Pause, Phase, Policy, PolicyScope, PolicySetting, Subject, Wait,
    Weight,
};

use crate::{
    deploy::{by_shares, drive, run, shop, start},
    make::{alice, because, greeting, production, robot, version},
    world::World,
};

pub(crate) async fn set(world: &World, action: Action) {
    let setting = PolicySetting::On(Policy::default().with_action(action));
    let scope = PolicyScope::Namespace;
    world.control.set_policy(scope, setting, &alice()).await.expect("it is set");
}

pub(crate) fn paused(recorded: &Recorded) -> bool {
    let reaction = recorded.judged.first().and_then(|judged| judged.reaction.as_ref());
    matches!(reaction, Some(Reaction::Stays { action: LatchAction::Paused { .. }, .. }))
}

#[tokio::test]
async fn a_bad_candidate_keeps_its_share_and_gets_no_more_until_a_person_says_so() {
    let world = shop().await;
    set(&world, Action::Pause).await;
    let started = start(&world, by_shares(&[5, 25])).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    drop(run(&world, 1, &".".repeat(50)).await);
    assert!(paused(&run(&world, 2, "xxx").await));
    drop(run(&world, 2, &".".repeat(20)).await);
    let waits = drive(&world, &started).await.deployment;
    assert_eq!((waits.phase, waits.weight.share()), (Phase::Running, 0.05));
    assert!(waits.pauses.contains(&Pause::Regressed), "{:?}", waits.pauses);
    assert_eq!(world.condemned().await, []);

    let control = &world.control;
    let ask =
        async |intent: &Intent| control.ask(&production(), started.id, Ask::Resume, intent).await;
    let robot = ask(&robot()).await.expect_err("it takes a person").to_string();
    assert!(robot.contains("takes a person"), "{robot}");
    drop(ask(&because("it was the network")).await.expect("a person may"));
    let further = drive(&world, &started).await.deployment;
    assert_eq!(further.weight.share(), 0.25, "what a person has seen holds it up no longer");
    // It is asked again once it has more runs, since all that it did counts.
    assert!(paused(&run(&world, 2, "x").await));
}

#[tokio::test]
async fn what_is_live_while_it_bakes_ends_only_if_a_person_says_so() {
    let world = shop().await;
    set(&world, Action::Pause).await;
    let wait = Wait { outcomes: 1, length: std::time::Duration::ZERO };
    let plan = immediate(wait, Limits { evidence: false, ..Limits::default() }).unwrap();
    let started = start(&world, plan).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    assert!(paused(&run(&world, 2, "xxx").await));
    let waits = drive(&world, &started).await.deployment;
    assert_eq!((waits.phase, waits.weight), (Phase::Running, Weight::ALL));
    assert_eq!(world.live().await, Some(version(2)));
    // A policy that begins to act does so here as well.
    set(&world, Action::RollBack).await;
    drop(run(&world, 2, "x").await);
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(drive(&world, &started).await.deployment.phase, Phase::RolledBack);
}

#[tokio::test]
async fn without_a_deployment_it_is_said() {
    let world = World::with_live(2).await;
    set(&world, Action::Pause).await;
    let reaction = world.reaction(2, "xxx").await;
    assert!(
        matches!(reaction, Some(Reaction::Stays { action: LatchAction::Notified, .. })),
        "{reaction:?}"
    );
    assert_eq!((world.live().await, world.condemned().await), (Some(version(2)), vec![]));
}

#[tokio::test]
async fn two_who_find_it_at_once_pause_it_once() {
    let world = shop().await;
    set(&world, Action::Pause).await;
    let started = start(&world, by_shares(&[5])).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    let wanted = world.control.wanted_route(&greeting(), &production()).await;
    let generation = wanted.expect("a route").expect("something is live").generation();
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(2), generation };
    let other = world.another();
    let (here, there) = (world.outcomes(&subject, "xxxx"), world.outcomes(&subject, "xxxx"));
    let (one, two) = tokio::join!(world.control.record(here), other.record(there));
    let found = [one.expect("recorded"), two.expect("recorded")];
    assert_eq!(found.iter().filter(|recorded| paused(recorded)).count(), 1);
}
