//! Deployments, driven step by step.

use std::{sync::Arc, time::Duration};

use sternway_control::{
    ControlError,
    deploy::{Deployed, Driven, NewDeployment, OnSupersede, Routers},
    record::Recorded,
    rollback::Reaction,
};
use sternway_deploy::{Ask, blue_green, canary, immediate};
use sternway_provider::{Capabilities, RouterError, TrafficRouter};
use sternway_store::{Limit, Refusal, StoreError};
use sternway_types::{
    Arm, ArtifactId, Cause, Deployment, EnvironmentId, Force, Limits, MoveCause, Phase, Plan,
    PointerName, Route, Subject, Verdict, VersionNumber, Wait, Weight,
};

use crate::{
    make::{alice, because, by, greeting, production, version},
    world::{MINUTE, SECOND, World},
};

const WAIT: Wait = Wait { outcomes: 20, length: Duration::ZERO };

fn weight(percent: u32) -> Weight {
    Weight::new(percent * 100).expect("a share")
}

pub(crate) fn by_shares(percents: &[u32]) -> Plan {
    let weights: Vec<_> = percents.iter().copied().map(weight).collect();
    canary(&weights, WAIT, WAIT, Limits::default()).expect("a plan")
}

/// A store in which v1 is live and had good runs, and v2 is published.
pub(crate) async fn shop() -> World {
    let world = World::new().await;
    world.publish("greeting 1").await;
    world.run(1, &".".repeat(300)).await;
    world.publish("greeting 2").await;
    world
}

pub(crate) async fn start(world: &World, plan: Plan) -> Result<Deployed, ControlError> {
    start_version(world, 2, plan, OnSupersede::Reject).await
}

pub(crate) async fn start_version(
    world: &World,
    number: u64,
    plan: Plan,
    on_supersede: OnSupersede,
) -> Result<Deployed, ControlError> {
    let new = NewDeployment {
        members: vec![(greeting(), version(number))],
        environment: production(),
        plan,
        force: Force::No,
        on_supersede,
    };
    world.control.start_deployment(&new, &alice()).await
}

pub(crate) async fn drive(world: &World, of: &Deployment) -> Driven {
    world.control.drive_one(&production(), of.id).await.expect("it is driven")
}

async fn route(world: &World) -> Option<Route> {
    world.control.route(&greeting(), &production()).await.expect("the route is read")
}

/// Runs a version under the shares that are in force.
pub(crate) async fn run(world: &World, number: u64, signs: &str) -> Recorded {
    let wanted = world.control.wanted_route(&greeting(), &production()).await.expect("a route");
    let generation = wanted.expect("something is live").generation();
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(number), generation };
    let outcomes = world.outcomes(&subject, signs);
    world.control.record(outcomes).await.expect("it is recorded")
}

async fn live(world: &World) -> VersionNumber {
    world.control.live_version(&greeting(), &production()).await.expect("live").1.number
}

fn reaction(recorded: &Recorded) -> Option<&Reaction> {
    recorded.judged.first().and_then(|judged| judged.reaction.as_ref())
}

#[tokio::test]
async fn a_good_version_goes_live_by_shares_and_ends_proven() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5, 25])).await.unwrap().deployment;
    assert_eq!((started.weight, started.routed), (weight(5), false));
    let arms = route(&world).await.unwrap().arms().to_vec();
    let shares = [
        Arm { version: version(1), weight: weight(95) },
        Arm { version: version(2), weight: weight(5) },
    ];
    assert_eq!(arms, shares);
    assert_eq!(live(&world).await, version(1));

    let seen = drive(&world, &started).await.deployment;
    assert_eq!((seen.step, seen.weight, seen.routed), (1, weight(5), true));
    drop(run(&world, 2, &".".repeat(19)).await);
    let waits = drive(&world, &started).await;
    assert_eq!(waits.deployment.step, 1, "one outcome is missing");
    assert!(waits.due > Some(world.control.now()), "whoever waits for outcomes alone sleeps");
    drop(run(&world, 2, ".").await);
    assert_eq!(drive(&world, &started).await.deployment.weight, weight(25));
    drop(run(&world, 2, &".".repeat(20)).await);
    let live_now = drive(&world, &started).await.deployment;
    assert_eq!((live_now.weight, live_now.step, live_now.phase), (Weight::ALL, 5, Phase::Running));
    assert_eq!(live(&world).await, version(2));

    drop(run(&world, 2, &".".repeat(20)).await);
    assert_eq!(drive(&world, &started).await.deployment.phase, Phase::Running, "60 are no proof");
    drop(run(&world, 2, &".".repeat(400)).await);
    let ended = drive(&world, &started).await;
    assert_eq!((ended.deployment.phase, ended.due), (Phase::Completed, None));
    assert!(ended.deployment.proven);
    assert_eq!(route(&world).await, None, "nothing is beside it any more");
    let name = PointerName::Environment(production());
    let ns = world.control.namespace();
    let moves = world.store.moves(ns, &greeting(), &name, None, Limit::MAX).await.unwrap();
    let shifts: Vec<_> =
        moves.iter().map(|moved| matches!(moved.cause, MoveCause::Shifted(_))).collect();
    assert_eq!(shifts, [false, true, true, false], "live, two shares, published");
}

#[tokio::test]
async fn a_bad_candidate_is_taken_back_at_the_outcome_that_decides() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5, 25])).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    drop(run(&world, 1, &".".repeat(50)).await);
    let recorded = run(&world, 2, "xxx").await;
    assert!(
        matches!(reaction(&recorded), Some(Reaction::Withdrawn { version: v, .. }) if *v == version(2)),
        "{recorded:?}"
    );
    let back = route(&world).await.unwrap();
    assert_eq!(back.candidates().first().map(|arm| arm.weight), Some(Weight::ZERO));
    assert_eq!(live(&world).await, version(1));

    let ended = drive(&world, &started).await.deployment;
    assert_eq!(ended.phase, Phase::RolledBack);
    assert_eq!(ended.cause, Some(Cause::Regressed { artifact: greeting() }));
    assert_eq!(route(&world).await, None);
    let again = start(&world, by_shares(&[5])).await.unwrap_err();
    assert!(
        matches!(&again, ControlError::Store(StoreError::Refused(why)) if matches!(**why, Refusal::Condemned { .. })),
        "what was taken back is condemned: {again:?}"
    );
}

#[tokio::test]
async fn a_cause_outside_that_makes_both_fail_takes_nothing_back() {
    let world = shop().await;
    let each = Wait { outcomes: 60, ..WAIT };
    let plan = canary(&[weight(50)], each, WAIT, Limits::default()).unwrap();
    let started = start(&world, plan).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    for _ in 0..30 {
        drop(run(&world, 1, "xx").await);
        let recorded = run(&world, 2, "xx").await;
        let verdicts: Vec<_> = recorded.judged.iter().map(|judged| &judged.verdict).collect();
        assert_eq!(verdicts, [&Verdict::Undecided]);
    }
    assert_eq!(drive(&world, &started).await.deployment.weight, Weight::ALL);
}

#[tokio::test]
async fn a_version_that_fails_while_it_bakes_goes_back() {
    let world = shop().await;
    let plan = immediate(WAIT, Limits::default()).unwrap();
    let started = start(&world, plan).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    assert_eq!(live(&world).await, version(2));
    let recorded = run(&world, 2, "TT").await;
    assert!(matches!(reaction(&recorded), Some(Reaction::RolledBack(_))), "{recorded:?}");
    assert_eq!(live(&world).await, version(1));
    let ended = drive(&world, &started).await.deployment;
    assert_eq!(ended.phase, Phase::RolledBack);
    assert_eq!(route(&world).await, None);
}

#[tokio::test]
async fn one_deployment_at_a_time_unless_the_older_one_gives_way() {
    let world = shop().await;
    let first = start(&world, by_shares(&[5])).await.unwrap().deployment;
    drop(drive(&world, &first).await);
    world.publish("greeting 3").await;
    let busy = start_version(&world, 3, by_shares(&[5]), OnSupersede::Reject).await.unwrap_err();
    assert!(busy.to_string().contains("did not do it"), "{busy}");
    let second = start_version(&world, 3, by_shares(&[10]), OnSupersede::Replace).await.unwrap();
    let older = world.control.deployment(&production(), first.id).await.unwrap().deployment;
    assert_eq!(older.phase, Phase::Superseded);
    let weights: Vec<_> = route(&world).await.unwrap().arms().to_vec();
    assert_eq!(weights.last().map(|arm| (arm.version, arm.weight)), Some((version(3), weight(10))));
    assert_eq!(second.deployment.phase, Phase::Running);
}

#[tokio::test]
async fn who_moves_what_is_live_by_hand_ends_the_deployment() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5])).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    world.publish("greeting 3").await;
    world.promote(3).await;
    let wanted = world.control.wanted_route(&greeting(), &production()).await.unwrap().unwrap();
    assert_eq!(wanted.arms(), [Arm { version: version(3), weight: Weight::ALL }], "at once");
    let ended = drive(&world, &started).await.deployment;
    assert_eq!((ended.phase, live(&world).await), (Phase::Superseded, version(3)));
    assert_eq!(route(&world).await, None);
}

#[tokio::test]
async fn people_pause_resume_promote_abort_and_waive() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5, 25])).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    let ask = async |ask, intent| world.control.ask(&production(), started.id, ask, &intent).await;
    ask(Ask::Pause, alice()).await.unwrap();
    drop(run(&world, 2, &".".repeat(20)).await);
    assert_eq!(drive(&world, &started).await.deployment.weight, weight(5), "it is paused");
    ask(Ask::Resume, alice()).await.unwrap();
    assert_eq!(drive(&world, &started).await.deployment.weight, weight(25));
    let refused = ask(Ask::Waive, alice()).await.unwrap_err().to_string();
    assert!(refused.contains("takes a reason"), "{refused}");
    ask(Ask::Waive, because("we must")).await.unwrap();
    let ended = drive(&world, &started).await.deployment;
    assert_eq!((ended.phase, live(&world).await), (Phase::Completed, version(2)));
    let over = ask(Ask::Abort, by("bob")).await.unwrap_err().to_string();
    assert!(over.contains("it is over"), "{over}");
}

#[tokio::test]
async fn blue_green_waits_beside_without_any_runs() {
    let world = shop().await;
    let plan = blue_green(None, WAIT, Limits::default()).unwrap();
    let started = start(&world, plan).await.unwrap().deployment;
    assert_eq!(drive(&world, &started).await.deployment.weight, Weight::ZERO);
    assert_eq!(route(&world).await.unwrap().live().weight, Weight::ALL);
    world.control.ask(&production(), started.id, Ask::Promote, &by("bob")).await.unwrap();
    assert_eq!(drive(&world, &started).await.deployment.weight, Weight::ALL);
    assert_eq!(live(&world).await, version(2));
    world.control.ask(&production(), started.id, Ask::Abort, &by("bob")).await.unwrap();
    assert_eq!(drive(&world, &started).await.deployment.phase, Phase::RolledBack);
    assert_eq!(live(&world).await, version(1));
}

#[tokio::test]
async fn what_nobody_judged_is_judged_before_it_counts() {
    for plan in [by_shares(&[5, 25]), immediate(WAIT, Limits::default()).unwrap()] {
        let world = shop().await;
        let started = start(&world, plan).await.unwrap().deployment;
        drop(drive(&world, &started).await);
        let wanted = world.control.wanted_route(&greeting(), &production()).await.unwrap();
        let generation = wanted.unwrap().generation();
        let (artifact, environment) = (greeting(), production());
        let subject = Subject { artifact, environment, version: version(2), generation };
        // Whoever counted them died.
        world.append(&subject, &"x".repeat(20)).await;
        let ended = drive(&world, &started).await.deployment;
        assert_eq!((ended.phase, live(&world).await), (Phase::RolledBack, version(1)));
    }
}

#[tokio::test]
async fn a_candidate_that_somebody_condemns_goes_back() {
    let beside = Wait { outcomes: 0, length: MINUTE };
    let unseen = blue_green(Some(beside), WAIT, Limits::default()).unwrap();
    for plan in [by_shares(&[5, 25]), unseen] {
        let world = shop().await;
        let started = start(&world, plan).await.unwrap().deployment;
        drop(drive(&world, &started).await);
        let (bob, second) = (by("bob"), version(2));
        world.control.condemn(&greeting(), second, &production(), &bob).await.unwrap();
        world.clock.advance(MINUTE);
        let ended = drive(&world, &started).await.deployment;
        assert_eq!((ended.phase, live(&world).await), (Phase::RolledBack, version(1)));
        assert_eq!(route(&world).await, None);
    }
}

#[tokio::test]
async fn whoever_counts_the_last_outcome_takes_it_a_step_further() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5, 25])).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    let now =
        async || world.control.deployment(&production(), started.id).await.unwrap().deployment;
    drop(run(&world, 2, &".".repeat(19)).await);
    drop(run(&world, 1, ".").await);
    assert_eq!(now().await.weight, weight(5), "the live version's outcomes are not waited for");
    drop(run(&world, 2, ".").await);
    let next = now().await;
    assert_eq!((next.weight, next.routed), (weight(25), false), "a driver asks the routers");
    assert_eq!(next.lease, None, "and need not wait for whoever counted");
    assert_eq!(drive(&world, &started).await.deployment.step, 3);
}

#[tokio::test(start_paused = true)]
async fn a_driver_finds_what_nobody_judged() {
    let world = shop().await;
    let started = start(&world, by_shares(&[50])).await.unwrap().deployment;
    let mut driver = world.control.drive(5 * SECOND);
    let seen = driver.next().await.unwrap().expect("the store is open");
    assert_eq!(seen.last().map(|it| it.deployment.step), Some(1));
    let generation = route(&world).await.unwrap().generation();
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(2), generation };
    world.append(&subject, "TT").await;
    world.clock.advance(6 * SECOND);
    let found = driver.next().await.unwrap().expect("the store is open");
    let phases: Vec<_> = found.iter().map(|it| (it.deployment.id, it.deployment.phase)).collect();
    assert_eq!(phases, [(started.id, Phase::RolledBack)]);
}

#[tokio::test]
async fn going_back_waits_for_no_driver_that_was_on_its_way_forward() {
    let world = shop().await;
    let started = start(&world, by_shares(&[5, 25])).await.unwrap().deployment;
    drop(drive(&world, &started).await);
    drop(run(&world, 2, &".".repeat(19)).await);
    world.control.ask(&production(), started.id, Ask::Pause, &alice()).await.unwrap();
    drop(run(&world, 2, ".").await);
    world.control.ask(&production(), started.id, Ask::Resume, &alice()).await.unwrap();
    // A driver that dies once it has asked for a larger share.
    let dead = world.another().with_routers(Routers::default().with(production(), Arc::new(Away)));
    let left = dead.drive_one(&production(), started.id).await.unwrap();
    assert!(left.deployment.lease.is_some() && !left.deployment.routed, "{left:?}");
    assert_eq!(drive(&world, &started).await.deployment, left.deployment, "it is driven elsewhere");
    drop(run(&world, 2, &"x".repeat(10)).await);
    assert_eq!(drive(&world, &started).await.deployment.phase, Phase::RolledBack);
}

/// A router that does not answer.
#[derive(Debug)]
struct Away;

#[async_trait::async_trait]
impl TrafficRouter for Away {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            grain: 1,
            random_per_request: true,
            sticky: true,
            arms: 16,
            shadows: false,
            header: false,
            survives_restart: true,
        }
    }

    async fn apply(&self, _: &Route) -> Result<(), RouterError> {
        Err(RouterError::Unreachable { problem: "it is away".into() })
    }

    async fn observe(
        &self,
        _: &ArtifactId,
        _: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        Err(RouterError::Unreachable { problem: "it is away".into() })
    }
}
