//! After the end: every verb says so, and the end may be asked for twice.

use sternway_control::publish::Publish;
use sternway_types::{Environment, Force, PolicyScope, PolicySetting, Revision, VersionNumber};

use crate::{
    gate::GatedKv,
    make::{alice, greeting, production, reference, said, staging, text},
    world::World,
};

const CLOSED: &str = "store-unavailable: the store did not do it: the store is closed";

async fn closed() -> World {
    let world = World::with_live(2).await;
    world.control.shutdown().await.expect("it ends");
    world
}

#[tokio::test]
async fn the_end_may_be_asked_for_twice() {
    let world = closed().await;
    world.control.shutdown().await.unwrap();
}

#[tokio::test]
async fn every_verb_that_writes_says_closed() {
    let world = closed().await;
    let control = &world.control;
    let (greeting, production, first) = (greeting(), production(), VersionNumber::FIRST);
    let stable = "stable".parse().unwrap();
    let environment = Environment::new(staging());
    let (scope, off) = (PolicyScope::Namespace, PolicySetting::Off);
    let by = alice();
    let publish = Publish::new(greeting.clone(), text("Hey"));
    assert_eq!(said(control.create_namespace().await), CLOSED);
    assert_eq!(said(control.publish(publish, &by).await), CLOSED);
    assert_eq!(said(world.try_promote(1, Force::No, &by).await), CLOSED);
    assert_eq!(said(world.roll_back(None).await), CLOSED);
    assert_eq!(said(control.condemn(&greeting, first, &production, &by).await), CLOSED);
    assert_eq!(said(control.pardon(&greeting, first, &production, &by).await), CLOSED);
    assert_eq!(said(control.label(&greeting, first, &stable, &by).await), CLOSED);
    assert_eq!(said(control.unlabel(&greeting, &stable, &by).await), CLOSED);
    assert_eq!(said(control.create_environment(environment, &by).await), CLOSED);
    assert_eq!(said(control.set_policy(scope.clone(), off, &by).await), CLOSED);
    assert_eq!(said(control.unset_policy(&scope, &by).await), CLOSED);
    assert_eq!(said(control.record(Vec::new()).await), CLOSED);
    assert_eq!(said(control.sweep().await), CLOSED);
}

#[tokio::test]
async fn every_verb_that_reads_says_closed() {
    let world = closed().await;
    let control = &world.control;
    let (greeting, production, first) = (greeting(), production(), VersionNumber::FIRST);
    let limit = sternway_store::Limit::MAX;
    let live = reference("prompts/greeting");
    assert_eq!(said(control.resolve(&live, &production).await), CLOSED);
    assert_eq!(said(control.version(&greeting, first).await), CLOSED);
    assert_eq!(said(control.live_version(&greeting, &production).await), CLOSED);
    assert_eq!(said(control.subject(&greeting, first, &production).await), CLOSED);
    assert_eq!(said(control.check(&greeting, &production).await), CLOSED);
    assert_eq!(said(control.condemnations(&greeting, &production).await), CLOSED);
    assert_eq!(said(control.attestations(&greeting, first).await), CLOSED);
    assert_eq!(said(control.effective_policy(&greeting, &production).await), CLOSED);
    assert_eq!(said(control.policies(None, limit).await), CLOSED);
    assert_eq!(said(control.environments(None, limit).await), CLOSED);
    assert_eq!(said(control.default_environment().await), CLOSED);
    assert_eq!(said(control.live().await), CLOSED);
    assert_eq!(said(control.watch(Revision::ZERO).next().await), CLOSED);
}

#[tokio::test]
async fn a_rehearsal_ends_with_what_it_rehearses_on() {
    let world = World::with_live(1).await;
    let rehearsal = world.control.rehearsal();
    world.control.shutdown().await.unwrap();
    let publish = Publish::new(greeting(), text("Hi"));
    assert_eq!(said(rehearsal.publish(publish, &alice()).await), CLOSED);
}

#[tokio::test]
async fn outcomes_that_could_not_be_taken_leave_their_marks_for_later() {
    let world = World::with_live(1).await;
    let subject = world.subject(1).await;
    world.run(1, "x").await;
    world.store.close().await.unwrap();
    assert_eq!(said(world.control.record(world.outcomes(&subject, "x")).await), CLOSED);
    // There is still something to note, and it cannot be noted.
    assert_eq!(said(world.control.shutdown().await), CLOSED);
}

#[tokio::test]
async fn a_store_that_cannot_take_the_last_notes_is_closed_all_the_same() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.run(1, "x").await;
    let table = world.control.live().await.unwrap();
    kv.break_after(0);
    let err = said(world.control.shutdown().await);
    assert!(err.ends_with("the disk is gone"), "{err}");
    assert_eq!(said(world.control.sweep().await), CLOSED);
    assert_eq!(said(Err::<(), _>(table.trouble().unwrap())), CLOSED, "and nothing follows it");
}
