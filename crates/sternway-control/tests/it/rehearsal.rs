//! A rehearsal answers what would happen, and writes nothing.

use std::fmt::Debug;

use sternway_control::{
    Control,
    publish::Publish,
    rollback::{Reaction, RollbackMode},
};
use sternway_types::{Force, PolicyScope, PolicySetting, Revision, Subject};

use crate::{
    make::{alice, greeting, production, said, staging, text, version},
    world::World,
};

/// Does the same in a rehearsal and in earnest: the answers are the same, and only one of them
/// wrote.
async fn check<T: Debug + PartialEq>(world: &World, verb: impl AsyncFn(&Control) -> T) -> T {
    let before = world.head().await;
    let rehearsed = verb(&world.control.rehearsal()).await;
    assert_eq!(world.head().await, before, "a rehearsal writes nothing");
    assert_eq!(verb(&world.control).await, rehearsed);
    assert!(world.head().await > before, "in earnest it is written");
    rehearsed
}

#[tokio::test]
async fn a_publish_is_rehearsed_with_its_number_and_landing() {
    let world = World::new().await;
    for (content, number) in [("Hello", 1), ("Hi", 2)] {
        let published = check(&world, async |control| {
            let publish = Publish::new(greeting(), text(content));
            control.publish(publish, &alice()).await.unwrap()
        });
        let published = published.await;
        assert_eq!((published.number, published.is_live()), (version(number), number == 1));
    }
}

#[tokio::test]
async fn a_promotion_is_rehearsed() {
    let world = World::with_live(1).await;
    world.publish("Hi").await;
    let promoted = check(&world, async |control| {
        let (to, force) = (version(2), Force::No);
        control.promote(&greeting(), to, &production(), force, &alice()).await.unwrap()
    });
    assert_eq!(promoted.await.from, Some(version(1)));
}

#[tokio::test]
async fn a_rollback_is_rehearsed() {
    let world = World::with_live(2).await;
    let back = check(&world, async |control| {
        control
            .roll_back(&greeting(), None, RollbackMode::Move, &production(), Force::No, &alice())
            .await
            .unwrap()
    });
    assert_eq!(back.await.to, version(1));
}

#[tokio::test]
async fn a_recording_is_rehearsed_up_to_the_rollback() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.run(2, "x").await;
    let outcomes = world.outcomes(&subject, "xx");
    let recorded = check(&world, async |control| control.record(outcomes.clone()).await.unwrap());
    assert!(matches!(recorded.await.judged[0].reaction, Some(Reaction::RolledBack(_))));
}

#[tokio::test]
async fn a_rehearsed_recording_counts_nothing() {
    let world = World::with_live(1).await;
    let subject = world.subject(1).await;
    let rehearsal = world.control.rehearsal();
    drop(rehearsal.record(world.outcomes(&subject, "xx")).await.unwrap());
    let tallies = world.store.tallies(world.control.namespace(), &subject).await.unwrap();
    assert_eq!(tallies, None);
    assert_eq!(world.unjudged().await, []);
    assert_eq!(world.reaction(1, "x").await, None);
}

#[tokio::test]
async fn small_records_are_rehearsed() {
    let world = World::with_live(1).await;
    check(&world, async |control| {
        let off = PolicySetting::Off;
        control.set_policy(PolicyScope::Namespace, off, &alice()).await.unwrap()
    })
    .await;
    check(&world, async |control| {
        control.condemn(&greeting(), version(1), &production(), &alice()).await.unwrap()
    })
    .await;
    check(&world, async |control| {
        control.pardon(&greeting(), version(1), &production(), &alice()).await.unwrap()
    })
    .await;
    check(&world, async |control| {
        let stable = "stable".parse().unwrap();
        control.label(&greeting(), version(1), &stable, &alice()).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn what_would_be_refused_is_refused() {
    let world = World::with_live(1).await;
    let rehearsal = world.control.rehearsal();
    let promote = |control: Control| async move {
        said(control.promote(&greeting(), version(9), &production(), Force::No, &alice()).await)
    };
    let refused = promote(rehearsal).await;
    assert!(refused.ends_with("prompts/greeting has no v9: its newest is v1"), "{refused}");
    let rehearsal = world.control.rehearsal();
    assert!(
        said(
            rehearsal
                .roll_back(
                    &greeting(),
                    None,
                    RollbackMode::Move,
                    &production(),
                    Force::No,
                    &alice()
                )
                .await
        )
        .starts_with("no-good-version")
    );
}

#[tokio::test]
async fn a_rehearsal_has_written_nothing_to_wait_for() {
    let world = World::with_live(1).await;
    let rehearsal = world.control.rehearsal();
    rehearsal.publish(Publish::new(greeting(), text("Hi")), &alice()).await.unwrap();
    assert_eq!(rehearsal.written(), Revision::ZERO);
    assert_eq!(world.control.written(), world.head().await);
}

#[tokio::test]
async fn an_outcome_that_would_be_refused_is_refused_in_a_rehearsal() {
    let world = World::with_live(1).await;
    let unknown = Subject { version: version(9), ..world.subject(1).await };
    let elsewhere = Subject { environment: staging(), ..world.subject(1).await };
    for subject in [unknown, elsewhere] {
        let outcomes = world.outcomes(&subject, "x");
        let rehearsed = said(world.control.rehearsal().record(outcomes.clone()).await);
        assert_eq!(rehearsed, said(world.control.record(outcomes).await));
    }
}

#[tokio::test]
async fn an_outcome_that_was_counted_is_not_counted_again_in_a_rehearsal() {
    let world = World::with_live(1).await;
    let subject = world.subject(1).await;
    let outcomes = world.outcomes(&subject, "x");
    drop(world.control.record(outcomes.clone()).await.unwrap());
    let rehearsed = world.control.rehearsal().record(outcomes).await.unwrap();
    assert_eq!(rehearsed.duplicates, 1);
    let tallies = world.control.store().tallies(world.control.namespace(), &subject).await.unwrap();
    assert_eq!(tallies.unwrap().tally.failed, 1);
}
