//! A version that regresses where no good one is left stays live, and a person must act.

use sternway_control::rollback::Reaction;
use sternway_types::{At, Force, LatchAction, RecordKind};

use crate::{
    make::{alice, generation, greeting, production, revision, version},
    world::World,
};

/// A greeting whose only version regressed.
async fn halted() -> World {
    let world = World::with_live(1).await;
    world.run(1, "xxx").await;
    world
}

/// How many verdicts were latched.
async fn latches(world: &World) -> usize {
    let (namespace, limit) = (world.control.namespace(), sternway_store::Limit::MAX);
    let latches =
        world.store.records(namespace, RecordKind::Latch, "", At::Head, None, limit).await;
    latches.expect("the store can be read").len()
}

#[tokio::test]
async fn the_version_stays_live_and_the_verdict_says_so() {
    let world = World::with_live(1).await;
    let before = world.head().await;
    let reaction = world.reaction(1, "xxx").await;
    let expected = Reaction::Stays {
        artifact: greeting(),
        environment: production(),
        version: version(1),
        action: LatchAction::Halted,
        revision: before.next(),
    };
    assert_eq!(reaction, Some(expected));
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(world.moves().await, "v1 published");
    let latch = world.control.latch(&world.subject(1).await).await.unwrap().expect("a latch");
    assert_eq!(latch.action, LatchAction::Halted);
}

#[tokio::test]
async fn it_is_condemned_so_that_nothing_leads_back_to_it() {
    let world = halted().await;
    assert_eq!(world.condemned().await, [version(1)]);
    world.publish("Hi").await;
    world.promote(2).await;
    let reaction = world.reaction(2, "xxx").await;
    assert!(matches!(reaction, Some(Reaction::Stays { .. })), "v1 is no way back: {reaction:?}");
}

#[tokio::test]
async fn a_second_breach_adds_nothing() {
    let world = halted().await;
    let head = world.head().await;
    assert_eq!(world.reaction(1, "xxx").await, Some(Reaction::Overtaken));
    assert_eq!(world.reaction(1, ".TT").await, Some(Reaction::Overtaken));
    assert_eq!((world.head().await, latches(&world).await), (head, 1));
}

#[tokio::test]
async fn a_check_shows_the_latched_verdict_however_well_it_runs_since() {
    let world = halted().await;
    world.run(1, "..........").await;
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    assert!(matches!(&check.verdict, sternway_types::Verdict::Regressed(_)));
    assert_eq!(check.latch.map(|latch| latch.action), Some(LatchAction::Halted));
    assert_eq!(check.tally.succeeded, 10);
}

#[tokio::test]
async fn a_person_may_begin_anew() {
    let world = halted().await;
    world.publish("Hi").await;
    world.promote(2).await;
    world.control.pardon(&greeting(), version(1), &production(), &alice()).await.unwrap();
    world.try_promote(1, Force::No, &alice()).await.unwrap();
    assert_eq!(world.generation().await, generation(3));
    assert_eq!(world.reaction(1, "xx").await, None);
    assert!(matches!(world.reaction(1, "x").await, Some(Reaction::RolledBack(_))));
    assert_eq!(latches(&world).await, 2, "one for each stay");
}

#[tokio::test]
async fn everything_condemned_is_nothing_left() {
    let world = World::with_live(3).await;
    for number in [1, 2] {
        let number = version(number);
        world.control.condemn(&greeting(), number, &production(), &alice()).await.unwrap();
    }
    assert!(matches!(world.reaction(3, "xxx").await, Some(Reaction::Stays { .. })));
    assert_eq!(world.live().await, Some(version(3)));
}

#[tokio::test]
async fn the_same_content_again_is_nothing_left() {
    let world = World::new().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world.publish("Hello").await;
    world.promote(3).await;
    assert!(matches!(world.reaction(3, "xxx").await, Some(Reaction::Stays { .. })));
    assert!(world.head().await > revision(0));
}
