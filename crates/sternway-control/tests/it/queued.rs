//! Deployments that wait for their turn, and begin by themselves.

use std::time::Duration;

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede},
    publish::Publish,
};
use sternway_deploy::{Ask, canary};
use sternway_store::{Limit, Refusal, StoreError};
use sternway_types::{
    ArtifactId, Cause, Deployment, DeploymentId, Environment, Force, Limits, Phase, Plan, Step,
    Subject, VersionNumber, Wait, Weight,
};
use tokio::time::timeout;

use crate::{
    awaited::{at_once, by_hand, search},
    make::{alice, because, by, greeting, production, text, version, versions},
    world::World,
};

/// Version 1 of two artifacts is live, and versions up to 5 of both were published.
async fn shop() -> World {
    let world = World::new().await;
    for number in 1..=5 {
        world.publish(&format!("greeting {number}")).await;
        let publish = Publish::new(search(), text(&format!("search {number}")));
        world.control.publish(publish, &alice()).await.expect("it is published");
    }
    world
}

fn new(members: &[(ArtifactId, u64)], plan: Plan, on_supersede: OnSupersede) -> NewDeployment {
    NewDeployment {
        members: members.iter().map(|(of, number)| (of.clone(), version(*number))).collect(),
        environment: production(),
        plan,
        force: Force::No,
        on_supersede,
    }
}

async fn try_queue(
    world: &World,
    members: &[(ArtifactId, u64)],
    plan: Plan,
) -> Result<Deployed, ControlError> {
    let new = new(members, plan, OnSupersede::Queue);
    world.control.start_deployment(&new, &alice()).await
}

async fn queued(world: &World, members: &[(ArtifactId, u64)]) -> Deployment {
    let queued = try_queue(world, members, by_hand()).await.expect("it is queued").deployment;
    world.control.drive_one(&production(), queued.id).await.expect("it is driven").deployment
}

async fn ask(world: &World, of: &Deployment, ask: Ask) {
    world.control.ask(&production(), of.id, ask, &because("so")).await.expect("it is done");
    world.control.drive_one(&production(), of.id).await.expect("it is driven");
}

/// Where a deployment is, once whoever drives has looked at it.
async fn driven(world: &World, of: &Deployment) -> Deployment {
    world.control.drive_one(&production(), of.id).await.expect("it is driven").deployment
}

async fn is(world: &World, of: &Deployment, phase: Phase) {
    let found = driven(world, of).await;
    assert_eq!(found.phase, phase, "{:?}", found.cause);
}

async fn live(world: &World, of: &ArtifactId) -> VersionNumber {
    world.control.live_version(of, &production()).await.expect("live").1.number
}

async fn has(world: &World, of: &ArtifactId) -> Option<DeploymentId> {
    let route = world.control.route(of, &production()).await.expect("the route is read");
    route.and_then(|route| route.deployment())
}

#[tokio::test]
async fn who_is_queued_begins_after_the_older_one_from_what_that_left_live() {
    for (how, left) in [(Ask::Promote, 2), (Ask::Abort, 1)] {
        let world = shop().await;
        let first = queued(&world, &[(greeting(), 2)]).await;
        assert_eq!(first.phase, Phase::Running, "nobody is before it");
        let second = queued(&world, &[(greeting(), 3)]).await;
        assert_eq!((second.phase, second.members[0].baseline.is_some()), (Phase::Queued, false));
        let points = world.control.points(&production(), None, Limit::MAX).await.unwrap().len();
        assert_eq!(points, 1, "who waits takes no point");
        let before = world.control.deployments_before(&second).await.unwrap();
        assert_eq!(before, [first.id]);
        ask(&world, &first, how).await;
        assert_eq!(live(&world, &greeting()).await, version(left));
        assert_eq!(has(&world, &greeting()).await, Some(second.id));
        let begun = driven(&world, &second).await;
        assert_eq!((begun.phase, begun.members[0].from), (Phase::Running, version(left)));
        let points = world.control.points(&production(), None, Limit::MAX).await.unwrap().len();
        assert_eq!(points, 2);
        ask(&world, &second, Ask::Promote).await;
        assert_eq!(live(&world, &greeting()).await, version(3));
        assert_eq!(has(&world, &greeting()).await, None);
    }
}

#[tokio::test]
async fn three_that_wait_begin_one_after_the_other_without_one_that_was_aborted() {
    let world = shop().await;
    let first = queued(&world, &[(greeting(), 2)]).await;
    let second = queued(&world, &[(greeting(), 3)]).await;
    let third = queued(&world, &[(greeting(), 4)]).await;
    let last = queued(&world, &[(greeting(), 5)]).await;
    assert_eq!(world.control.deployments_behind(&first).await.unwrap().len(), 3);
    // To give up what has begun nothing is to take it out of the queue.
    ask(&world, &third, Ask::Halt).await;
    is(&world, &third, Phase::RolledBack).await;
    assert!(world.condemned().await.is_empty(), "it had no runs");
    ask(&world, &first, Ask::Promote).await;
    is(&world, &last, Phase::Queued).await;
    is(&world, &second, Phase::Running).await;
    // Whoever does not wait is told who is before them.
    let other = new(&[(greeting(), 4)], by_hand(), OnSupersede::Reject);
    let refused = world.control.start_deployment(&other, &alice()).await;
    assert!(
        matches!(&refused, Err(ControlError::Store(StoreError::Refused(why)))
            if matches!(&**why, Refusal::BeingDeployed { by, .. } if *by == second.id)),
        "{refused:?}"
    );
    ask(&world, &second, Ask::Promote).await;
    is(&world, &last, Phase::Running).await;
    let refused = world.control.ask(&production(), last.id, Ask::Halt, &alice()).await;
    assert!(matches!(refused, Err(ControlError::Deployment(_))));
}

#[tokio::test]
async fn a_set_waits_for_all_its_artifacts_and_keeps_its_place_with_each() {
    let world = shop().await;
    let first = queued(&world, &[(greeting(), 2)]).await;
    let set = queued(&world, &[(greeting(), 3), (search(), 3)]).await;
    assert_eq!(set.phase, Phase::Queued);
    assert_eq!(has(&world, &search()).await, Some(set.id), "nobody overtakes it there");
    let behind = queued(&world, &[(search(), 4)]).await;
    assert_eq!(world.control.deployments_before(&behind).await.unwrap(), [set.id]);
    is(&world, &behind, Phase::Queued).await;
    // What is live may be moved by hand as ever.
    world.control.promote(&search(), version(2), &production(), Force::No, &alice()).await.unwrap();
    ask(&world, &first, Ask::Promote).await;
    is(&world, &behind, Phase::Queued).await;
    let begun = driven(&world, &set).await;
    assert_eq!(begun.phase, Phase::Running);
    let from: Vec<_> = begun.members.iter().map(|member| member.from).collect();
    assert_eq!(from, versions([2, 2]));
    ask(&world, &set, Ask::Promote).await;
    assert_eq!(live(&world, &search()).await, version(3));
    is(&world, &behind, Phase::Running).await;
}

#[tokio::test]
async fn who_cannot_begin_any_more_ends_and_the_next_one_has_its_turn() {
    let world = shop().await;
    let first = queued(&world, &[(greeting(), 2)]).await;
    let live_by_then = queued(&world, &[(greeting(), 3)]).await;
    let condemned = queued(&world, &[(greeting(), 4)]).await;
    let last = queued(&world, &[(greeting(), 5)]).await;
    world.promote(3).await;
    is(&world, &first, Phase::Superseded).await;
    let why = because("it fails");
    world.control.condemn(&greeting(), version(4), &production(), &why).await.unwrap();
    for (never, why) in [
        (&live_by_then, "prompts/greeting@v3 is live in production already"),
        (&condemned, "prompts/greeting@v4 is condemned in production: it fails"),
    ] {
        let ended = driven(&world, never).await;
        assert_eq!(ended.phase, Phase::Superseded);
        assert_eq!(ended.cause, Some(Cause::Unbegun { problem: why.parse().unwrap() }));
    }
    is(&world, &last, Phase::Running).await;
    // Who cannot begin as things are is not queued at all.
    let refused = try_queue(&world, &[(greeting(), 4)], by_hand()).await;
    assert!(
        matches!(&refused, Err(ControlError::Store(StoreError::Refused(why)))
            if matches!(**why, Refusal::Condemned { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_emergency_ends_those_that_wait_as_well() {
    let world = shop().await;
    world.promote(2).await;
    let first = queued(&world, &[(greeting(), 3)]).await;
    let set = queued(&world, &[(greeting(), 4), (search(), 4)]).await;
    let last = queued(&world, &[(search(), 5)]).await;
    let done = world.control.emergency(&production(), &because("all is red")).await.unwrap();
    assert_eq!(done.aborted.len(), 3);
    for of in [&first, &set, &last] {
        is(&world, of, Phase::RolledBack).await;
    }
    assert_eq!((has(&world, &greeting()).await, has(&world, &search()).await), (None, None));
    assert_eq!(world.condemned().await, versions([3]), "the others had no runs");
}

#[tokio::test]
async fn whoever_takes_the_place_of_one_takes_that_of_those_behind_it() {
    let world = shop().await;
    let first = queued(&world, &[(greeting(), 2)]).await;
    let second = queued(&world, &[(greeting(), 3)]).await;
    let other = new(&[(greeting(), 4)], by_hand(), OnSupersede::Replace);
    let begun = world.control.start_deployment(&other, &alice()).await.unwrap().deployment;
    for of in [&first, &second] {
        is(&world, of, Phase::Superseded).await;
    }
    assert_eq!(has(&world, &greeting()).await, Some(begun.id));
}

#[tokio::test]
async fn a_freeze_keeps_it_queued_and_who_is_asked_by_then_is_asked() {
    let world = shop().await;
    let first = queued(&world, &[(greeting(), 2)]).await;
    let second = queued(&world, &[(greeting(), 3)]).await;
    world.control.freeze(&production(), None, &alice()).await.unwrap();
    ask(&world, &first, Ask::Abort).await;
    is(&world, &second, Phase::Queued).await;
    let asking = |it: &mut Environment| {
        it.approvals = 1;
        Ok(())
    };
    world.control.change_environment(&production(), asking, &alice()).await.unwrap();
    world.control.unfreeze(&production(), &alice()).await.unwrap();
    let begun = driven(&world, &second).await;
    assert!(matches!(begun.current(), Some(Step::Approve(_))), "{begun:?}");
    world.control.ask(&production(), second.id, Ask::Approve, &by("bob")).await.unwrap();
    let agreed = driven(&world, &second).await;
    assert_eq!((agreed.phase, agreed.step), (Phase::Running, 1));
}

#[tokio::test]
async fn who_waits_begins_once_a_regression_took_the_older_one_back() {
    let world = World::with_live(1).await;
    world.run(1, &".".repeat(300)).await;
    for number in [2, 3] {
        world.publish(&format!("greeting {number}")).await;
    }
    let wait = Wait { outcomes: 20, length: Duration::ZERO };
    let half = Weight::new(5_000).expect("a share");
    let halves = canary(&[half], wait, wait, Limits::default()).expect("a plan");
    let first = try_queue(&world, &[(greeting(), 2)], halves.clone()).await.unwrap().deployment;
    is(&world, &first, Phase::Running).await;
    let second = queued(&world, &[(greeting(), 3)]).await;
    let (artifact, environment) = (greeting(), production());
    let route = world.control.wanted_route(&artifact, &environment).await.unwrap().unwrap();
    let (generation, version) = (route.generation(), version(2));
    let subject = Subject { artifact, environment, version, generation };
    let recorded = world.control.record(world.outcomes(&subject, &"x".repeat(12))).await.unwrap();
    assert!(recorded.judged.iter().any(|judged| judged.reaction.is_some()), "{recorded:?}");
    is(&world, &first, Phase::RolledBack).await;
    let begun = driven(&world, &second).await;
    let from = begun.members.iter().map(|member| member.from).collect::<Vec<_>>();
    assert_eq!((begun.phase, from), (Phase::Running, versions([1]).to_vec()), "from what is good");
    assert_eq!(world.condemned().await, versions([2]));
    // What was taken back does not come again behind those that wait.
    let again = try_queue(&world, &[(greeting(), 2)], halves).await;
    assert!(
        matches!(&again, Err(ControlError::Store(StoreError::Refused(why)))
            if matches!(**why, Refusal::Condemned { .. })),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_queue_has_an_end() {
    let world = shop().await;
    queued(&world, &[(greeting(), 2)]).await;
    for _ in 0..16 {
        try_queue(&world, &[(greeting(), 3)], at_once()).await.expect("it is queued");
    }
    let full = try_queue(&world, &[(greeting(), 3)], at_once()).await;
    let words = full.expect_err("it is full").to_string();
    assert!(words.ends_with("a queue has at most 16 deployments, each of them once"), "{words}");
}

#[tokio::test]
async fn a_driver_begins_what_has_its_turn_also_one_that_starts_after_the_end_of_the_older_one() {
    for late in [false, true] {
        let world = shop().await;
        let first = queued(&world, &[(greeting(), 2)]).await;
        let second = try_queue(&world, &[(greeting(), 3)], at_once()).await.unwrap().deployment;
        let elsewhere = world.another();
        // It looks at nothing by itself for an hour.
        let mut driver = elsewhere.drive(Duration::from_secs(3600));
        if !late {
            drop(timeout(Duration::from_millis(20), driver.next()).await);
        }
        ask(&world, &first, Ask::Abort).await;
        let whole = async {
            while live(&world, &greeting()).await != version(3) {
                driver.next().await.expect("it is driven");
            }
        };
        timeout(Duration::from_secs(20), whole).await.expect("it is woken");
        is(&world, &second, Phase::Completed).await;
    }
}
