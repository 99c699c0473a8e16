//! Whoever leaves in the middle leaves nothing half done.
//!
//! Each verb is left at every one of its durable commits in turn, and once it is let through. What
//! was on its way then becomes durable all the same, or not: both are fine.

use sternway_control::publish::Publish;
use sternway_types::Force;

use crate::{
    gate::GatedKv,
    make::{alice, greeting, text, version},
    world::World,
};

/// A greeting with so many versions, of which the last is live, in a map whose commits can be held
/// back.
async fn gated(versions: u64) -> (World, GatedKv) {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    for number in 1..=versions {
        world.publish(&format!("greeting {number}")).await;
        world.promote(number).await;
    }
    (world, kv)
}

/// Waits until all that was on its way is there.
async fn settle(world: &World, kv: &GatedKv) {
    kv.open();
    world.create_environment("after-it").await;
}

#[tokio::test]
async fn a_publish_that_was_left_is_there_as_a_whole_or_not_at_all() {
    for commits in 0.. {
        let (world, kv) = gated(0).await;
        let (publish, alice) = (Publish::new(greeting(), text("Hello")), alice());
        kv.shut_after(commits);
        let done = kv.leave(world.control.publish(publish, &alice)).await.is_some();
        settle(&world, &kv).await;
        let added = world.control.version(&greeting(), version(1)).await.is_ok();
        assert_eq!(world.live().await.is_some(), added, "live as it is added");
        assert!(added || !done, "what was answered is there");
        let again = world.publish("Hello").await;
        assert_eq!((again.number, again.is_new()), (version(1), !added));
        assert_eq!(world.moves().await, "v1 published");
        if done {
            assert!(commits > 0, "a publish waits for its commit");
            return;
        }
    }
}

#[tokio::test]
async fn a_promotion_that_was_left_happened_or_not() {
    for commits in 0.. {
        let (world, kv) = gated(1).await;
        world.publish("Hi").await;
        kv.shut_after(commits);
        let done = kv.leave(world.try_promote(2, Force::No, &alice())).await.is_some();
        settle(&world, &kv).await;
        assert!(world.live().await == Some(version(2)) || !done, "what was answered is there");
        world.promote(2).await;
        assert_eq!(world.moves().await, "v1 published, v2 promoted", "once");
        if done {
            assert!(commits > 0, "a promotion waits for its commit");
            return;
        }
    }
}

#[tokio::test]
async fn a_rollback_that_was_left_has_all_its_parts_or_none() {
    for commits in 0.. {
        let (world, kv) = gated(2).await;
        kv.shut_after(commits);
        let done = kv.leave(world.roll_back(None)).await.is_some();
        settle(&world, &kv).await;
        let back = world.live().await == Some(version(1));
        assert_eq!(world.condemned().await, if back { vec![version(2)] } else { vec![] });
        assert!(back || !done, "what was answered is there");
        if done {
            return;
        }
    }
}

const ONCE: &str = "v1 published, v2 promoted, v1 rolled back";

#[tokio::test]
async fn a_recording_that_was_left_is_made_up_for_by_a_sweep() {
    for commits in 0.. {
        let (world, kv) = gated(2).await;
        let subject = world.subject(2).await;
        let outcomes = world.outcomes(&subject, "xxx");
        kv.shut_after(commits);
        let done = kv.leave(world.control.record(outcomes)).await.is_some();
        settle(&world, &kv).await;
        drop(world.control.sweep().await.unwrap());
        let tallies = world.store.tallies(world.control.namespace(), &subject).await.unwrap();
        let counted = tallies.map_or(0, |tallies| tallies.tally.failed);
        let expected = if counted == 3 { ONCE } else { "v1 published, v2 promoted" };
        assert_eq!(world.moves().await, expected, "left at commit {commits}");
        assert!([0, 3].contains(&counted), "all or none, not {counted} of 3");
        if done {
            assert_eq!((counted, commits), (3, 2), "it waits for its append and its rollback");
            return;
        }
    }
}

#[tokio::test]
async fn a_recording_that_was_left_can_be_repeated() {
    for commits in 0.. {
        let (world, kv) = gated(2).await;
        let subject = world.subject(2).await;
        let outcomes = world.outcomes(&subject, "xxx");
        kv.shut_after(commits);
        let done = kv.leave(world.control.record(outcomes.clone())).await.is_some();
        settle(&world, &kv).await;
        drop(world.control.record(outcomes).await.unwrap());
        let tallies = world.store.tallies(world.control.namespace(), &subject).await.unwrap();
        assert_eq!(tallies.map(|tallies| tallies.tally.failed), Some(3));
        assert_eq!(world.moves().await, ONCE, "left at commit {commits}");
        if done {
            return;
        }
    }
}

#[tokio::test]
async fn a_sweep_that_was_left_is_finished_by_the_next() {
    for commits in 0.. {
        let (world, kv) = gated(2).await;
        world.append(&world.subject(2).await, "xxx").await;
        kv.shut_after(commits);
        let done = kv.leave(world.control.sweep()).await.is_some();
        settle(&world, &kv).await;
        drop(world.control.sweep().await.unwrap());
        assert_eq!(world.moves().await, ONCE, "left at commit {commits}");
        if done {
            return;
        }
    }
}

#[tokio::test]
async fn a_shutdown_that_was_left_can_be_repeated() {
    for commits in 0.. {
        let (world, kv) = gated(1).await;
        world.control.live().await.unwrap();
        world.run(1, "x").await;
        kv.shut_after(commits);
        let done = kv.leave(world.control.shutdown()).await.is_some();
        kv.open();
        drop(world.control.shutdown().await);
        assert!(world.control.watch(world.control.written()).next().await.is_err());
        if done {
            assert!(commits > 0, "it waits until it has noted how far was judged");
            return;
        }
    }
}
