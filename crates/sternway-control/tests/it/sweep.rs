//! Sweep: what was appended and never judged is judged, and how far is noted.

use sternway_control::{record::Judged, rollback::Reaction};
use sternway_types::Verdict;

use crate::{
    make::{production, version},
    world::World,
};

async fn sweep(world: &World) -> Vec<Judged> {
    let swept = world.control.sweep().await.expect("it is swept");
    assert!(swept.failed.is_empty(), "{:?}", swept.failed);
    swept.judged
}

#[tokio::test]
async fn nothing_unjudged_is_nothing_to_do() {
    let world = World::with_live(1).await;
    assert!(sweep(&world).await.is_empty());
}

#[tokio::test]
async fn what_nobody_judged_takes_a_version_back_once() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.append(&subject, "xxx").await;
    assert_eq!(world.unjudged().await, [subject]);
    let swept = sweep(&world).await;
    assert!(matches!(swept[0].reaction, Some(Reaction::RolledBack(_))));
    assert_eq!(swept[0].counted, 0, "nothing new was counted");
    let again = sweep(&world).await;
    assert!(again.iter().all(|judged| judged.reaction != swept[0].reaction));
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 rolled back");
}

#[tokio::test]
async fn a_sweep_finds_the_crossing_behind_later_successes() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.append(&subject, ".xxx......").await;
    let swept = sweep(&world).await;
    let Verdict::Regressed(regression) = &swept[0].verdict else { panic!("it regressed") };
    assert_eq!((regression.evidence.succeeded, regression.evidence.failed), (1, 3));
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn a_sweep_goes_on_where_the_last_judge_stopped() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.run(2, "xx").await;
    world.append(&subject, "x").await;
    assert!(matches!(sweep(&world).await[0].reaction, Some(Reaction::RolledBack(_))));
}

#[tokio::test]
async fn a_sweep_judges_every_subject() {
    let world = World::with_live(2).await;
    world.create_environment("staging").await;
    let staging = crate::make::staging();
    let greeting = crate::make::greeting();
    let (force, alice) = (sternway_types::Force::No, crate::make::alice());
    for number in [1, 2] {
        let number = version(number);
        world.control.promote(&greeting, number, &staging, force, &alice).await.unwrap();
    }
    let there = world.control.subject(&greeting, version(2), &staging).await.unwrap();
    world.append(&world.subject(2).await, "TT").await;
    world.append(&there, "xxx").await;
    let swept = sweep(&world).await;
    let back = |judged: &&Judged| matches!(judged.reaction, Some(Reaction::RolledBack(_)));
    assert_eq!(swept.iter().filter(back).count(), 2);
    for environment in [staging, production()] {
        let (_, live) = world.control.live_version(&greeting, &environment).await.unwrap();
        assert_eq!(live.number, version(1));
    }
}

#[tokio::test]
async fn a_sweep_of_what_is_no_longer_live_changes_nothing() {
    let world = World::with_live(2).await;
    world.append(&world.subject(2).await, "xxx").await;
    world.promote(1).await;
    let head = world.head().await;
    assert_eq!(sweep(&world).await[0].reaction, Some(Reaction::Overtaken));
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn how_far_was_judged_is_noted_with_the_next_append() {
    let world = World::with_live(2).await;
    world.run(2, "x").await;
    assert_eq!(world.unjudged().await.len(), 1, "until somebody writes it costs nothing to wait");
    world.run(1, ".").await;
    assert_eq!(world.unjudged().await, [world.subject(1).await]);
}

#[tokio::test]
async fn how_far_was_judged_is_noted_at_shutdown() {
    let kv = sternway_store::MemoryKv::new();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.run(1, "x.").await;
    world.control.shutdown().await.unwrap();
    let world = World::on(kv).await;
    assert_eq!(world.unjudged().await, []);
    let subject = world.subject(1).await;
    let tallies = world.store.tallies(world.control.namespace(), &subject).await.unwrap().unwrap();
    assert_eq!(tallies.judged, tallies.tally);
}

#[tokio::test]
async fn a_process_that_ended_well_leaves_no_work_and_no_gap() {
    let kv = sternway_store::MemoryKv::new();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world.promote(2).await;
    world.run(2, "xx").await;
    world.control.shutdown().await.unwrap();
    let again = World::on(kv).await;
    again.clock.set(world.control.now());
    // The ids of tests begin anew; those of the first process are taken.
    for _ in 0..20 {
        sternway_provider::Ids::outcome(again.ids.as_ref());
    }
    assert!(again.reaction(2, "x").await.is_some(), "three in a row, over two processes");
}
