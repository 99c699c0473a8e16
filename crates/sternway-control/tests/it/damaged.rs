//! A subject that cannot be judged, since a row is damaged, keeps no other from being judged.

use std::{ops::ControlFlow, time::Duration};

use sternway_control::{
    deploy::{NewDeployment, OnSupersede},
    publish::Publish,
    runs::Opening,
};
use sternway_deploy::immediate;
use sternway_store::{Batch, Direction, Kv as _, Limit, MemoryKv, Range};
use sternway_types::{
    ArtifactId, Force, Limits, Outcome, OutcomeId, PolicyScope, PolicySetting, Subject, Wait,
};

use crate::{
    deploy::{by_shares, drive, start},
    make::{alice, artifact, greeting, production, said, text, version},
    world::World,
};

/// The letters of tables.
const RECORDS: u8 = b'r';
const OUTCOMES: u8 = b'o';
const TALLIES: u8 = b't';
const UNJUDGED: u8 = b'u';

/// Flips the last byte of every row of a table whose key holds this name. A store sees it from its
/// next commit on.
fn damage(kv: &MemoryKv, table: u8, name: &str) {
    let mut batch = Batch::new();
    let all = Range { from: vec![table], to: vec![table + 1], direction: Direction::Forward };
    let snapshot = kv.snapshot().expect("the map can be read");
    let scanned = snapshot.scan(&all, &mut |key, value| {
        let (mut value, name) = (value.to_vec(), name.as_bytes());
        if key.windows(name.len()).any(|part| part == name) {
            *value.last_mut().expect("a checksum") ^= 1;
            batch.insert(key.to_vec(), Some(value));
        }
        ControlFlow::Continue(())
    });
    scanned.expect("the map can be read");
    assert!(!batch.is_empty(), "there is no {name}");
    kv.commit(&batch).expect("the map can be written");
}

/// The first of two tools in the order of their names: the one that is damaged.
fn broken() -> ArtifactId {
    artifact("tools/broken")
}

fn sound() -> ArtifactId {
    artifact("tools/sound")
}

/// Two tools whose second versions are live, each with a policy of its own.
async fn two_tools() -> (World, MemoryKv) {
    let kv = MemoryKv::new();
    let world = World::on(kv.clone()).await;
    for tool in [broken(), sound()] {
        for content in ["one", "two"] {
            let publish = Publish::new(tool.clone(), text(content));
            world.control.publish(publish, &alice()).await.expect("it is published");
        }
        let (to, production) = (version(2), production());
        world
            .control
            .promote(&tool, to, &production, Force::No, &alice())
            .await
            .expect("it is promoted");
        let setting = PolicySetting::On(sternway_types::Policy::default());
        let scope = PolicyScope::Artifact(tool);
        world.control.set_policy(scope, setting, &alice()).await.expect("it is set");
    }
    (world, kv)
}

async fn subject(world: &World, tool: &ArtifactId) -> Subject {
    world.control.subject(tool, version(2), &production()).await.expect("a subject")
}

/// Three failures of each.
async fn failures(world: &World) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for tool in [broken(), sound()] {
        outcomes.extend(world.outcomes(&subject(world, &tool).await, "xxx"));
    }
    outcomes
}

async fn live(world: &World, tool: &ArtifactId) -> u64 {
    world.control.live_version(tool, &production()).await.expect("it is live").1.number.get()
}

/// Lets the store see what was damaged.
async fn show(world: &World) {
    world.create_environment("staging").await;
}

#[tokio::test]
async fn a_recording_judges_what_it_can_and_says_what_it_could_not() {
    let (world, kv) = two_tools().await;
    let outcomes = failures(&world).await;
    damage(&kv, RECORDS, "tools/broken");
    let err = said(world.control.record(outcomes).await);
    assert!(err.starts_with("integrity-mismatch: "), "{err}");
    assert_eq!((live(&world, &broken()).await, live(&world, &sound()).await), (2, 1));
}

#[tokio::test]
async fn a_recording_that_is_repeated_judges_what_it_can() {
    let (world, kv) = two_tools().await;
    let outcomes = failures(&world).await;
    let (namespace, now) = (world.control.namespace().clone(), world.control.now());
    let append = sternway_store::Append::new(namespace, now, outcomes.clone());
    drop(world.store.append(&append).await.unwrap());
    damage(&kv, RECORDS, "tools/broken");
    show(&world).await;
    let err = said(world.control.record(outcomes).await);
    assert!(err.starts_with("integrity-mismatch: "), "{err}");
    assert_eq!((live(&world, &broken()).await, live(&world, &sound()).await), (2, 1));
}

#[tokio::test]
async fn what_a_recording_judged_beside_is_noted() {
    let (world, kv) = two_tools().await;
    let mut outcomes = world.outcomes(&subject(&world, &broken()).await, "x");
    outcomes.extend(world.outcomes(&subject(&world, &sound()).await, "x"));
    damage(&kv, RECORDS, "tools/broken");
    said(world.control.record(outcomes).await);
    drop(world.control.record(Vec::new()).await.unwrap());
    assert_eq!(world.unjudged().await, [subject(&world, &broken()).await]);
}

/// Two tools with failures that nobody judged, of which one has a damaged row in a table.
async fn unjudged(table: u8) -> World {
    let (world, kv) = two_tools().await;
    for tool in [broken(), sound()] {
        let subject = subject(&world, &tool).await;
        world.append(&subject, "xxx").await;
    }
    damage(&kv, table, "tools/broken");
    show(&world).await;
    world
}

async fn a_sweep_goes_on_past(table: u8) {
    let world = unjudged(table).await;
    let swept = world.control.sweep().await.expect("the list of what is unjudged can be read");
    let judged: Vec<_> = swept.judged.iter().map(|judged| &judged.subject).collect();
    assert_eq!(judged, [&subject(&world, &sound()).await]);
    assert_eq!(live(&world, &sound()).await, 1);
    let [(failed, err)] = &swept.failed[..] else { panic!("one failed: {:?}", swept.failed) };
    assert_eq!(failed, &subject(&world, &broken()).await);
    let err = said(Err::<(), _>(err.clone()));
    assert!(err.starts_with("integrity-mismatch: "), "{err}");
}

#[tokio::test]
async fn a_sweep_goes_on_past_outcomes_that_are_damaged() {
    a_sweep_goes_on_past(OUTCOMES).await;
}

#[tokio::test]
async fn a_sweep_goes_on_past_a_policy_that_is_damaged() {
    a_sweep_goes_on_past(RECORDS).await;
}

#[tokio::test]
async fn a_sweep_that_cannot_know_what_is_unjudged_says_so() {
    let world = unjudged(UNJUDGED).await;
    let err = said(world.control.sweep().await);
    assert!(err.starts_with("integrity-mismatch: "), "{err}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_cannot_be_read_keeps_no_other_from_being_driven() {
    let (world, kv) = two_tools().await;
    let mut begun = Vec::new();
    for tool in [broken(), sound()] {
        let third = Publish::new(tool.clone(), text("three"));
        world.control.publish(third, &alice()).await.unwrap();
        let wait = Wait { outcomes: 1, length: Duration::ZERO };
        let new = NewDeployment {
            members: vec![(tool, version(3))],
            environment: production(),
            plan: immediate(wait, Limits::default()).unwrap(),
            force: Force::No,
            on_supersede: OnSupersede::Reject,
        };
        begun.push(world.control.start_deployment(&new, &alice()).await.unwrap().deployment.id);
    }
    let [first, second] = begun[..] else { panic!("two") };
    damage(&kv, RECORDS, &first.to_string());
    show(&world).await;
    let mut driver = world.control.drive(Duration::from_secs(1));
    let driven = driver.next().await.unwrap().expect("the store is open");
    assert_eq!(driven.iter().map(|it| it.deployment.id).collect::<Vec<_>>(), [second]);
    let err = said(driver.next().await);
    assert!(err.starts_with("integrity-mismatch: "), "and the other is said: {err}");
}

#[tokio::test]
async fn a_run_that_cannot_be_counted_keeps_no_other_open() {
    let (world, kv) = two_tools().await;
    for tool in [broken(), sound()] {
        let subject = subject(&world, &tool).await;
        world.append(&subject, ".").await;
        for number in 0..3 {
            let id = OutcomeId::from_name(&format!("{tool} {number}"));
            let deadline = Some(Duration::from_secs(60));
            let opening = Opening { deadline, ..Opening::new(id, subject.clone()) };
            drop(world.control.open_run(opening).await.expect("it is opened"));
        }
    }
    damage(&kv, TALLIES, "tools/broken");
    show(&world).await;
    world.clock.advance(Duration::from_secs(60));
    let swept = world.control.sweep().await.expect("the store can tell what is due");
    assert_eq!(swept.missed, 3, "{swept:?}");
    assert!(swept.failed.iter().all(|(subject, _)| subject.artifact == broken()), "{swept:?}");
    assert!(!swept.failed.is_empty());
    assert_eq!((live(&world, &broken()).await, live(&world, &sound()).await), (2, 1));
}

#[tokio::test]
async fn what_is_damaged_beside_a_candidate_keeps_nobody_from_counting() {
    let kv = MemoryKv::new();
    let world = World::on(kv.clone()).await;
    for content in ["one", "two"] {
        world.publish(content).await;
    }
    let begun = start(&world, by_shares(&[20])).await.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    let candidate = world.control.subject(&greeting(), version(2), &production()).await.unwrap();
    let live = Subject { version: version(1), ..candidate.clone() };
    drop(world.control.record(world.outcomes(&live, "..")).await.expect("it is recorded"));
    damage(&kv, TALLIES, greeting().as_str());
    show(&world).await;
    let err = said(world.another().record(world.outcomes(&candidate, "xx")).await);
    assert!(err.starts_with("integrity-mismatch: "), "it cannot be judged: {err}");
    let (store, namespace) = (&world.store, world.control.namespace());
    let counted = store.tallies(namespace, &candidate).await.unwrap().unwrap_or_default();
    assert_eq!(counted.tally.failed, 2);
    assert_eq!(store.noted(namespace, &candidate, 0, Limit::MAX).await.unwrap(), []);
}
