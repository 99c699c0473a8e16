//! Runs that are opened before they begin: whoever reports nothing failed.

use std::{sync::Arc, time::Duration};

use sternway_control::{
    ControlError,
    rollback::Reaction,
    runs::{Begun, Opening},
    sweep::Swept,
};
use sternway_store::{AsOf, Limit, Opened, Refusal, Store, StoreError};
use sternway_types::{
    Activation, Assigned, At, Bucket, OpenRun, Outcome, OutcomeDeadline, OutcomeId, OutcomeStatus,
    Phase, Policy, PolicyScope, PolicySetting, Rule, Subject, Timestamp, Verdict, Worse,
};
use tokio::time::timeout;

use crate::{
    deploy::{by_shares, drive, run, shop, start},
    make::{alice, greeting, production, said, version},
    world::{MINUTE, SECOND, World},
};

fn opening(name: &str, subject: &Subject, seconds: u64) -> Opening {
    let deadline = Some(Duration::from_secs(seconds));
    Opening { deadline, ..Opening::new(OutcomeId::from_name(name), subject.clone()) }
}

async fn open(world: &World, name: &str, subject: &Subject, seconds: u64) -> Begun {
    world.control.open_run(opening(name, subject, seconds)).await.expect("it is opened")
}

async fn sweep(world: &World) -> Swept {
    world.control.sweep().await.expect("it is swept")
}

async fn still_open(world: &World) -> Vec<OpenRun> {
    let (ns, limit) = (world.control.namespace(), Limit::default());
    world.store.open_runs(ns, Timestamp::MAX, None, limit).await.expect("they are read")
}

async fn outcomes(world: &World, subject: &Subject) -> Vec<Outcome> {
    let ns = world.control.namespace();
    world.store.outcomes(ns, subject, 0, Limit::MAX).await.expect("they are read")
}

fn succeeded(name: &str, subject: &Subject, world: &World) -> Outcome {
    let id = OutcomeId::from_name(name);
    Outcome::new(id, subject.clone(), world.control.now(), OutcomeStatus::Succeeded)
}

#[tokio::test]
async fn a_version_whose_runs_never_end_is_taken_back() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    for name in ["one", "two", "three"] {
        assert_eq!(open(&world, name, &subject, 60).await.opened, Opened::Now);
    }
    world.clock.advance(MINUTE - SECOND);
    let early = sweep(&world).await;
    assert_eq!((early.missed, early.judged.len()), (0, 0), "they have time yet");
    world.clock.advance(SECOND);
    let swept = sweep(&world).await;
    assert_eq!(swept.missed, 3);
    assert!(matches!(swept.judged[0].reaction, Some(Reaction::RolledBack(_))), "{swept:?}");
    assert_eq!(world.live().await, Some(version(1)));
    let missed = outcomes(&world, &subject).await;
    let OutcomeStatus::Failed(failure) = &missed[0].status else { panic!("it failed") };
    assert_eq!(failure.class().map(|class| class.as_str()), Some(OpenRun::NO_OUTCOME));
    assert_eq!(missed[0].duration, Some(MINUTE), "it took as long as it was given");
    assert_eq!(sweep(&world).await.missed, 0, "once");
}

#[tokio::test]
async fn what_is_reported_in_time_counts_as_it_says_and_what_is_late_no_more() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    open(&world, "in time", &subject, 60).await;
    open(&world, "late", &subject, 60).await;
    let in_time = world.control.record(vec![succeeded("in time", &subject, &world)]).await.unwrap();
    assert_eq!(in_time.duplicates, 0);
    world.clock.advance(MINUTE);
    assert_eq!(sweep(&world).await.missed, 1);
    let late = world.control.record(vec![succeeded("late", &subject, &world)]).await.unwrap();
    assert_eq!((late.duplicates, late.judged.len()), (1, 0));
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    assert_eq!((check.tally.succeeded, check.tally.failed), (1, 1));
    assert_eq!(check.verdict, Verdict::Undecided);
}

#[tokio::test]
async fn a_run_is_opened_once() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let first = open(&world, "run", &subject, 60).await;
    world.clock.advance(SECOND);
    let again = open(&world, "run", &subject, 120).await;
    assert_eq!((again.opened, again.run), (Opened::Before, first.run), "it is what it was");
    drop(world.control.record(vec![succeeded("run", &subject, &world)]).await.unwrap());
    assert_eq!(open(&world, "run", &subject, 60).await.opened, Opened::Ended);
    assert_eq!(still_open(&world).await, []);
}

#[tokio::test]
async fn two_that_sweep_count_it_once() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    open(&world, "run", &subject, 1).await;
    world.clock.advance(SECOND);
    let other = world.another();
    let (one, two) = tokio::join!(world.control.sweep(), other.sweep());
    assert_eq!(one.unwrap().missed + two.unwrap().missed, 1);
    assert_eq!(outcomes(&world, &subject).await.len(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let never = world.control.open_run(opening("run", &subject, 0)).await;
    assert_eq!(said(never), "invalid: a run cannot be given 0s: expected 1s to 24h");
    let missing = Subject { version: version(7), ..subject };
    let refused = world.control.open_run(opening("run", &missing, 60)).await;
    let Err(ControlError::Store(StoreError::Refused(refusal))) = refused else {
        panic!("{refused:?}")
    };
    assert!(matches!(*refusal, Refusal::NoVersion { .. }), "{refusal:?}");
    assert_eq!(still_open(&world).await, []);
}

#[tokio::test]
async fn how_long_a_run_may_take_is_known_where_nobody_says_it() {
    let world = World::with_live(1).await;
    let given = async |name: &str, number: u64| {
        let opening = Opening::new(OutcomeId::from_name(name), world.subject(number).await);
        let run = world.control.open_run(opening).await.expect("it is opened").run;
        run.due.since(run.opened)
    };
    assert_eq!(given("first", 1).await, Duration::from_secs(30), "nothing was measured");
    let slow = world.outcomes(&world.subject(1).await, &".".repeat(40)).into_iter();
    let slow = slow.map(|it| Outcome { duration: Some(20 * SECOND), ..it }).collect();
    drop(world.control.record(slow).await.unwrap());
    world.publish("greeting 2").await;
    world.promote(2).await;
    let measured = given("measured", 2).await;
    assert!(measured > 59 * SECOND && measured < 70 * SECOND, "three times as long: {measured:?}");
    let length = OutcomeDeadline::After(90 * SECOND);
    let worse = Worse { outcome_deadline: Some(length), ..Worse::at(0.01.try_into().unwrap()) };
    let policy = Policy::new(Activation::Staged, vec![Rule::Worse(Box::new(worse))]).unwrap();
    let (scope, setting) = (PolicyScope::Namespace, PolicySetting::On(policy));
    world.control.set_policy(scope, setting, &alice()).await.unwrap();
    assert_eq!(given("declared", 2).await, 90 * SECOND);
}

#[tokio::test]
async fn a_candidate_whose_runs_never_end_is_taken_back() {
    let world = shop().await;
    let begun = start(&world, by_shares(&[20])).await.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    drop(run(&world, 1, &".".repeat(200)).await);
    let subject = world.control.subject(&greeting(), version(2), &production()).await.unwrap();
    let assigned = |number: u64| Some(Assigned::Key(Bucket::of(number)));
    for number in 0..12 {
        let run = opening(&format!("run {number}"), &subject, 60);
        world.control.open_run(Opening { assigned: assigned(number), ..run }).await.unwrap();
    }
    let last = opening("the last one", &subject, 120);
    world.control.open_run(last).await.unwrap();
    world.clock.advance(MINUTE);
    let swept = sweep(&world).await;
    assert_eq!(swept.missed, 12);
    let reaction = swept.judged.iter().find_map(|judged| judged.reaction.as_ref());
    assert!(matches!(reaction, Some(Reaction::Withdrawn { .. })), "{swept:?}");
    let missed = outcomes(&world, &subject).await;
    assert!(missed.iter().all(|it| matches!(it.assigned, Some(Assigned::Key(_)))), "{missed:?}");
    drop(drive(&world, &begun).await);
    world.clock.advance(MINUTE);
    let swept = sweep(&world).await;
    assert_eq!((swept.missed, swept.failed.len()), (1, 0), "also when it is no candidate any more");
    assert_eq!(still_open(&world).await, []);
}

#[tokio::test]
async fn a_supervisor_wakes_up_when_a_run_is_due() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    for name in ["one", "two", "three"] {
        open(&world, name, &subject, 1).await;
    }
    let mut supervisor = world.control.supervise(60 * MINUTE);
    let waiting = timeout(SECOND / 10, supervisor.next()).await;
    assert!(waiting.is_err(), "they have time yet");
    world.clock.advance(SECOND);
    let round = timeout(10 * SECOND, supervisor.next()).await.unwrap().unwrap();
    assert_eq!(round.swept.missed, 3);
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test(start_paused = true)]
async fn a_driver_takes_back_a_candidate_whose_runs_never_end() {
    let world = shop().await;
    let started = start(&world, by_shares(&[50])).await.expect("it begins").deployment;
    let mut driver = world.control.drive(5 * SECOND);
    let seen = driver.next().await.unwrap().expect("the store is open");
    assert_eq!(seen.last().map(|it| it.deployment.step), Some(1));
    let subject = world.control.subject(&greeting(), version(2), &production()).await.unwrap();
    for number in 0..20 {
        open(&world, &format!("run {number}"), &subject, 60).await;
    }
    world.clock.advance(MINUTE);
    let found = driver.next().await.unwrap().expect("the store is open");
    let phases: Vec<_> = found.iter().map(|it| (it.deployment.id, it.deployment.phase)).collect();
    assert_eq!(phases, [(started.id, Phase::RolledBack)]);
    assert_eq!(still_open(&world).await, []);
}

#[tokio::test]
async fn who_looks_at_the_past_closes_nothing() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let run = open(&world, "run", &subject, 1).await.run;
    world.clock.advance(SECOND);
    let past: Arc<dyn Store> = Arc::new(AsOf::new(Arc::clone(&world.store), At::Head));
    let swept = world.through(&past).sweep().await.expect("it is no error");
    assert_eq!((swept.missed, swept.failed.len()), (0, 0));
    assert_eq!(still_open(&world).await, [run]);
}
