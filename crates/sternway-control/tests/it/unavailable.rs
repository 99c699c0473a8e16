//! A store that cannot write for a while: nothing is half done, and what is owed is made up for.

use sternway_control::{publish::Publish, record::Recorded, rollback::Reaction};
use sternway_types::{Outcome, Subject};

use crate::{
    gate::GatedKv,
    make::{alice, greeting, said, text, version},
    world::World,
};

const UNAVAILABLE: &str = "store-unavailable: the store did not do it: the storage backend is \
                           unavailable: the disk is gone";
const ONCE: &str = "v1 published, v2 promoted, v1 rolled back";

/// A greeting whose second version failed three times; that was counted, and the rollback could not
/// be written.
async fn owing_a_rollback() -> (World, Vec<Outcome>) {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world.promote(2).await;
    let outcomes = world.outcomes(&world.subject(2).await, "xxx");
    kv.break_after(1);
    assert_eq!(said(world.control.record(outcomes.clone()).await), UNAVAILABLE);
    kv.open();
    assert_eq!(world.live().await, Some(version(2)));
    (world, outcomes)
}

#[track_caller]
fn check(recorded: &Recorded) {
    let reactions: Vec<_> = recorded.judged.iter().map(|judged| &judged.reaction).collect();
    assert!(matches!(reactions[..], [Some(Reaction::RolledBack(_))]), "{reactions:?}");
}

#[tokio::test]
async fn a_rollback_that_is_owed_comes_with_the_next_outcome_even_a_good_one() {
    let (world, _) = owing_a_rollback().await;
    check(&world.recorded(2, ".").await);
    assert_eq!(world.moves().await, ONCE);
}

#[tokio::test]
async fn a_rollback_that_is_owed_comes_when_the_same_outcomes_are_sent_again() {
    let (world, outcomes) = owing_a_rollback().await;
    let again = world.control.record(outcomes).await.unwrap();
    assert_eq!(again.duplicates, 3, "they were counted the first time");
    check(&again);
    assert_eq!(again.judged[0].counted, 0);
    assert_eq!(world.moves().await, ONCE);
}

#[tokio::test]
async fn a_rollback_that_is_owed_comes_with_a_sweep_by_anybody() {
    let (world, _) = owing_a_rollback().await;
    drop(world.another().sweep().await.unwrap());
    assert_eq!(world.moves().await, ONCE);
}

/// How many outcomes of a subject failed, and how many of those were judged, as far as is noted.
async fn failed(world: &World, subject: &Subject) -> (u64, u64) {
    let tallies = world.store.tallies(world.control.namespace(), subject).await;
    let tallies = tallies.expect("the store can be read").unwrap_or_default();
    (tallies.tally.failed, tallies.judged.failed)
}

#[tokio::test]
async fn outcomes_that_could_not_be_written_were_not_counted() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    let subject = world.subject(1).await;
    let outcomes = world.outcomes(&subject, "x");
    kv.break_after(0);
    assert_eq!(said(world.control.record(outcomes.clone()).await), UNAVAILABLE);
    kv.open();
    assert_eq!(failed(&world, &subject).await, (0, 0));
    assert_eq!(world.control.record(outcomes).await.unwrap().duplicates, 0);
    assert_eq!(failed(&world, &subject).await, (1, 0));
}

#[tokio::test]
async fn what_was_judged_is_noted_after_all() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    let subject = world.subject(1).await;
    world.run(1, "x").await;
    kv.break_after(0);
    said(world.control.record(world.outcomes(&subject, "x")).await);
    kv.open();
    world.run(1, "x").await;
    assert_eq!(failed(&world, &subject).await, (2, 1), "the first, with the append of the third");
}

#[tokio::test]
async fn a_version_that_could_not_be_written_is_published_by_trying_again() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    kv.break_after(0);
    let publish = Publish::new(greeting(), text("Hi"));
    assert_eq!(said(world.control.publish(publish, &alice()).await), UNAVAILABLE);
    kv.open();
    let published = world.publish("Hi").await;
    assert_eq!((published.number, published.is_new()), (version(2), true));
    let stored = world.control.version(&greeting(), version(2)).await.unwrap();
    assert_eq!(world.control.content(&stored).await.unwrap(), text("Hi"));
}

#[tokio::test]
async fn reading_goes_on_and_so_does_the_live_table() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    let table = world.control.live().await.unwrap();
    kv.break_after(0);
    let publish = Publish::new(greeting(), text("Hi"));
    said(world.control.publish(publish, &alice()).await);
    assert_eq!(world.live().await, Some(version(1)));
    kv.open();
    world.publish("Hi").await;
    let promoted = world.promote(2).await.revision.unwrap();
    assert_eq!(table.at_least(promoted).await.unwrap(), promoted);
}
