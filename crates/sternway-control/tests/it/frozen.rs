//! What protects an environment, as deployments and publishers meet it.

use std::time::Duration;

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede},
    publish::{Landing, Publish},
};
use sternway_deploy::{Ask, immediate};
use sternway_store::{Refusal, StoreError};
use sternway_types::{
    Consent, Environment, EnvironmentId, Force, Limits, Pause, Phase, Plan, Step, Timestamp, Wait,
    Weight,
};

use crate::{
    make::{alice, because, by, greeting, production, text, version},
    world::{MINUTE, World},
};

fn at_once() -> Plan {
    immediate(Wait::default(), Limits { evidence: false, ..Limits::default() }).expect("a plan")
}

fn by_steps() -> Plan {
    let weight = |percent: u32| Weight::new(percent * 100).expect("a share");
    let watch = Step::Analyze(Wait { outcomes: 0, length: Duration::from_secs(10) });
    let steps = vec![Step::SetWeight(weight(5)), watch, Step::GoLive];
    let limits = Limits { evidence: false, ..Limits::default() };
    Plan::new(sternway_types::Strategy::Steps, steps, limits).expect("a plan")
}

async fn start(world: &World, plan: Plan) -> Result<Deployed, ControlError> {
    let new = NewDeployment {
        members: vec![(greeting(), version(2))],
        environment: production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    world.control.start_deployment(&new, &alice()).await
}

async fn set(world: &World, change: impl Fn(&mut Environment)) {
    let change = |it: &mut Environment| {
        change(it);
        Ok(())
    };
    let set = world.control.change_environment(&production(), change, &alice()).await;
    set.expect("it is changed");
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, ControlError>) -> Refusal {
    match answer {
        Err(ControlError::Store(StoreError::Refused(why))) => *why,
        other => panic!("it is to be refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_deployment_waits_for_the_end_of_a_freeze_and_goes_on_by_itself() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    let started = start(&world, by_steps()).await.unwrap().deployment;
    let drive = async || world.control.drive_one(&production(), started.id).await.unwrap();
    assert_eq!(drive().await.deployment.step, 1);

    let until = world.control.now().saturating_add(10 * MINUTE);
    world.control.freeze(&production(), Some(until), &because("holidays")).await.unwrap();
    world.clock.advance(MINUTE);
    let frozen = drive().await;
    assert!(frozen.deployment.pauses.contains(&Pause::Frozen));
    assert_eq!(frozen.due, Some(until), "nothing happens before");
    let id = started.id;
    let promoted = world.control.ask(&production(), id, Ask::Promote, &because("now")).await;
    assert!(matches!(promoted, Err(ControlError::Deployment(_))), "{promoted:?}");

    world.clock.advance(10 * MINUTE);
    assert_eq!(drive().await.deployment.step, 1, "its step begins anew");
    world.clock.advance(MINUTE);
    assert_eq!(drive().await.deployment.phase, Phase::Completed);
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn a_deployment_waits_while_a_window_is_open_and_goes_on_by_itself_once_it_closes() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    let started = start(&world, by_steps()).await.unwrap().deployment;
    let drive = async || world.control.drive_one(&production(), started.id).await.unwrap();
    drive().await;
    let now = world.control.now().to_string();
    let (opens, window) = (now.get(..16).unwrap(), "hour");
    let window = format!("{window}: UTC {opens} FREQ=DAILY for 1h");
    set(&world, |it| it.windows.set(window.parse().expect("a window")).expect("few")).await;
    world.clock.advance(MINUTE);
    let frozen = drive().await;
    assert!(frozen.deployment.pauses.contains(&Pause::Frozen));
    let closes = format!("{opens}:00Z").parse::<Timestamp>().unwrap().saturating_add(60 * MINUTE);
    assert_eq!(frozen.due, Some(closes), "nothing happens before");
    let by_hand = world.try_promote(2, Force::Yes, &alice()).await;
    assert!(matches!(refusal(by_hand), Refusal::Frozen { .. }), "not even by force");
    world.clock.advance(60 * MINUTE);
    drive().await;
    world.clock.advance(MINUTE);
    assert_eq!(drive().await.deployment.phase, Phase::Completed);
    // On the next day it is open again; going back is never stopped.
    world.clock.advance(23 * 60 * MINUTE);
    world.roll_back(None).await.unwrap();
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn a_driver_whose_clock_is_behind_waits_for_a_window_that_it_does_not_see() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    let started = start(&world, by_steps()).await.unwrap().deployment;
    let drive = async || world.control.drive_one(&production(), started.id).await.unwrap();
    drive().await;
    world.clock.advance(MINUTE);
    let (now, ahead) = (world.control.now(), world.control.now().saturating_add(2 * MINUTE));
    let minute = ahead.to_string().get(..16).unwrap().to_owned();
    let window = format!("hour: UTC {minute} for 1h");
    set(&world, |it| it.windows.set(window.parse().expect("a window")).expect("few")).await;
    // Somebody else, whose clock is ahead, has written since.
    world.clock.advance(10 * MINUTE);
    set(&world, |it| it.description = "later".into()).await;
    world.clock.set(now);
    let driven = drive().await;
    assert_eq!(driven.deployment.step, 1, "by the time of the store it is open");
    assert_eq!(driven.due, Some(now.saturating_add(Duration::from_secs(1))));
}

#[tokio::test]
async fn a_freeze_that_the_driver_has_not_heard_of_stops_it_all_the_same() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    let started = start(&world, by_steps()).await.unwrap().deployment;
    world.control.freeze(&production(), None, &because("incident")).await.unwrap();
    // Its first share was committed before; the routers follow, and nothing else happens.
    world.clock.advance(MINUTE);
    let driven = world.control.drive_one(&production(), started.id).await.unwrap();
    assert_eq!((driven.deployment.step, driven.due), (0, None));
    assert_eq!(world.live().await, Some(version(1)));
    let again = start(&world, at_once()).await;
    assert!(matches!(refusal(again), Refusal::Frozen { .. }));
    // Going back asks nobody.
    let back = world.control.ask(&production(), started.id, Ask::Abort, &because("no")).await;
    assert_eq!(back.unwrap().deployment.weight, Weight::ZERO);
    let unfrozen = world.control.unfreeze(&production(), &alice()).await.unwrap();
    assert_eq!((unfrozen.0.frozen, unfrozen.1.is_some()), (None, true));
    let again = world.control.unfreeze(&production(), &alice()).await.unwrap();
    assert_eq!(again.1, None, "it was thawed already");
}

#[tokio::test]
async fn an_environment_adds_its_question_to_every_plan() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    set(&world, |it| it.approvals = 2).await;
    let started = start(&world, at_once()).await.unwrap().deployment;
    assert_eq!(started.plan.steps().first(), Some(&Step::Approve(Consent::of(2))));
    for (who, phase) in [("bob", Phase::Running), ("carol", Phase::Completed)] {
        let agreed = world.control.ask(&production(), started.id, Ask::Approve, &by(who)).await;
        agreed.unwrap();
        let driven = world.control.drive_one(&production(), started.id).await.unwrap();
        assert_eq!(driven.deployment.phase, phase, "{who}");
    }
    assert_eq!(world.live().await, Some(version(2)));
    // By hand it takes a person who means it.
    world.roll_back(None).await.unwrap();
    let by_hand = world.try_promote(2, Force::No, &alice()).await;
    assert!(matches!(refusal(by_hand), Refusal::NeedsApproval { approvals: 2, .. }));
    world.try_promote(2, Force::Yes, &alice()).await.unwrap();
}

#[tokio::test]
async fn what_would_go_live_by_being_published_waits_where_nothing_goes_forward() {
    let world = World::new().await;
    set(&world, |it| it.approvals = 1).await;
    let publish = |content: &str| Publish::new(greeting(), text(content));
    let first = world.control.publish(publish("greeting 1"), &alice()).await.unwrap();
    assert_eq!(first.landing, Landing::Staged);
    let environment = sternway_control::publish::Activate::In(EnvironmentId::production());
    let live = Publish { activate: environment, ..publish("greeting 2") };
    let refused = world.control.publish(live, &alice()).await;
    assert!(matches!(refusal(refused), Refusal::NeedsApproval { .. }));
}

#[tokio::test]
async fn whoever_thaws_an_environment_may_go_on_before_any_driver_does() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    let started = start(&world, by_steps()).await.unwrap().deployment;
    let drive = async || world.control.drive_one(&production(), started.id).await.unwrap();
    drive().await;
    world.control.freeze(&production(), None, &because("incident")).await.unwrap();
    assert!(drive().await.deployment.pauses.contains(&Pause::Frozen));
    world.control.unfreeze(&production(), &alice()).await.unwrap();
    let promoted = world.control.ask(&production(), started.id, Ask::Promote, &alice()).await;
    assert_eq!(promoted.unwrap().deployment.weight, Weight::ALL);
}
