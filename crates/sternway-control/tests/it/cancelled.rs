//! Whoever leaves in the middle leaves nothing half done.

use sternway_control::publish::Publish;
use sternway_types::Force;

use crate::{
    gate::abandon,
    make::{alice, generation, greeting, production, text, version},
    world::World,
};

#[tokio::test]
async fn a_publish_that_was_left_is_there_as_a_whole_or_not_at_all() {
    for polls in 0.. {
        let world = World::new().await;
        let publish = Publish::new(greeting(), text("Hello"));
        let done = abandon(world.control.publish(publish, &alice()), polls).await.is_some();
        world.create_environment("after-it").await;
        let added = world.control.version(&greeting(), version(1)).await.is_ok();
        assert_eq!(world.live().await.is_some(), added, "live as it is added, after {polls} polls");
        assert!(added || !done, "what was answered is there");
        let again = world.publish("Hello").await;
        assert_eq!((again.number, again.is_new()), (version(1), !added));
        assert_eq!(world.live().await, Some(version(1)));
        if done {
            assert!(polls > 1, "a publish waits for its commit");
            return;
        }
    }
}

#[tokio::test]
async fn a_promotion_that_was_left_happened_or_not() {
    for polls in 0.. {
        let world = World::with_live(1).await;
        world.publish("Hi").await;
        let (greeting, production) = (greeting(), production());
        let intent = alice();
        let promote =
            world.control.promote(&greeting, version(2), &production, Force::No, &intent);
        let done = abandon(promote, polls).await.is_some();
        world.create_environment("after-it").await;
        let expected = if world.generation().await == generation(2) { 2 } else { 1 };
        assert_eq!(world.live().await, Some(version(expected)));
        assert!(expected == 2 || !done, "what was answered is there");
        world.promote(2).await;
        assert_eq!(world.moves().await, "v1 published, v2 promoted", "once, after {polls} polls");
        if done {
            return;
        }
    }
}

#[tokio::test]
async fn a_rollback_that_was_left_has_all_its_parts_or_none() {
    for polls in 0.. {
        let world = World::with_live(2).await;
        let done = abandon(world.roll_back(None), polls).await.is_some();
        world.create_environment("after-it").await;
        let back = world.live().await == Some(version(1));
        let condemned = world.condemned().await;
        assert_eq!(condemned, if back { vec![version(2)] } else { vec![] });
        assert!(back || !done, "what was answered is there");
        if done {
            return;
        }
    }
}

#[tokio::test]
async fn a_recording_that_was_left_can_be_repeated() {
    for polls in 0.. {
        let world = World::with_live(2).await;
        let subject = world.subject(2).await;
        let outcomes = world.outcomes(&subject, "xxx");
        let done = abandon(world.control.record(outcomes.clone()), polls).await.is_some();
        world.create_environment("after-it").await;
        drop(world.control.record(outcomes).await.unwrap());
        world.control.sweep().await.unwrap();
        let tallies = world.store.tallies(world.control.namespace(), &subject).await.unwrap();
        assert_eq!(tallies.map(|tallies| tallies.tally.failed), Some(3), "after {polls} polls");
        assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 rolled back");
        if done {
            return;
        }
    }
}

#[tokio::test]
async fn a_shutdown_that_was_left_can_be_repeated() {
    for polls in 0.. {
        let world = World::with_live(1).await;
        world.control.live().await.unwrap();
        world.run(1, "x").await;
        let done = abandon(world.control.shutdown(), polls).await.is_some();
        drop(world.control.shutdown().await);
        assert!(world.control.watch(world.control.written()).next().await.is_err());
        if done {
            return;
        }
    }
}
