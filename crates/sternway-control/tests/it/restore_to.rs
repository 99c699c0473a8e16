//! Restore to a revision: pointers go back together, and nothing else does.

use sternway_control::{
    ControlError,
    restore_to::{RestoredTo, WentBack},
};
use sternway_types::{EnvironmentId, Force, LabelId, PointerName, Revision, VersionNumber};

use crate::{
    gate::GatedKv,
    make::{alice, artifact, greeting, production, robot, said, staging, text, version, versions},
    world::World,
};

fn stable() -> LabelId {
    "stable".parse().expect("a label")
}

async fn restore(
    world: &World,
    to: Revision,
    environment: Option<&EnvironmentId>,
) -> Result<RestoredTo, ControlError> {
    world.control.restore_to(to, environment, Force::No, &alice()).await
}

fn back(name: PointerName, from: u64, to: Option<u64>) -> WentBack {
    let artifact = greeting();
    WentBack { artifact, name, from: VersionNumber::new(from), to: to.and_then(VersionNumber::new) }
}

/// A greeting that was at v2 in production, and went on in three places since this revision.
async fn moved_on() -> (World, Revision) {
    let world = World::with_live(2).await;
    world.create_environment("staging").await;
    world.publish("three").await;
    let then = world.head().await;
    world.promote(3).await;
    world.promote(1).await;
    let control = &world.control;
    control
        .promote(&greeting(), version(3), &staging(), Force::No, &alice())
        .await
        .expect("it is there");
    control.label(&greeting(), version(3), &stable(), &alice()).await.expect("it is there");
    (world, then)
}

#[tokio::test]
async fn every_pointer_goes_back_in_one_commit() {
    let (world, then) = moved_on().await;
    let before = world.head().await;
    let restored = restore(&world, then, None).await.unwrap();
    assert_eq!(restored.revision, Some(before.next()));
    assert_eq!(world.head().await, before.next(), "in one commit");
    let live = PointerName::Environment(production());
    let label = PointerName::Label(stable());
    assert_eq!(restored.moved, [back(live, 1, Some(2)), back(label, 3, None)]);
    let stays = back(PointerName::Environment(staging()), 3, None);
    assert_eq!(restored.stays, [stays], "an environment is never emptied");
    assert_eq!(world.live().await, Some(version(2)));
    assert!(world.moves().await.ends_with("v3 promoted, v1 promoted, v2 restored"));
    // What is there already is not moved again.
    let again = restore(&world, then, None).await.unwrap();
    assert_eq!((again.moved, again.revision), (Vec::new(), None));
    assert!(world.control.version(&greeting(), version(3)).await.is_ok(), "versions stay");
}

#[tokio::test]
async fn one_environment_goes_back_alone() {
    let (world, then) = moved_on().await;
    let restored = restore(&world, then, Some(&production())).await.unwrap();
    assert_eq!(restored.moved.len(), 1);
    assert_eq!(world.live().await, Some(version(2)));
    let unlabel = world.control.unlabel(&greeting(), &stable(), &alice()).await;
    assert!(unlabel.is_ok(), "the label is where it was");
    let missing = "qa".parse().unwrap();
    assert!(said(restore(&world, then, Some(&missing)).await).contains("qa"));
}

#[tokio::test]
async fn a_condemned_version_comes_back_only_when_a_person_forces_it() {
    let world = World::with_live(2).await;
    let other = artifact("prompts/other");
    let publish = sternway_control::publish::Publish::new(other, text("Hello"));
    world.control.publish(publish, &alice()).await.unwrap();
    let then = world.head().await;
    world.roll_back(None).await.unwrap();
    let before = world.head().await;
    assert!(said(restore(&world, then, None).await).starts_with("policy-condemned"));
    assert_eq!((world.head().await, world.live().await), (before, Some(version(1))));
    let forced = |intent| {
        let control = &world.control;
        async move { control.restore_to(then, None, Force::Yes, &intent).await }
    };
    assert!(said(forced(robot()).await).starts_with("policy-condemned"));
    forced(alice()).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
    assert_eq!(world.condemned().await, versions([2]), "the mark stays");
}

#[tokio::test]
async fn who_moves_a_pointer_meanwhile_is_seen() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    for number in 1..=3 {
        world.publish(&format!("greeting {number}")).await;
        world.promote(number).await;
    }
    let (other, then) = (world.another(), Revision::new(2));
    kv.shut();
    let (greeting, production, alice) = (greeting(), production(), alice());
    let promote = other.promote(&greeting, version(2), &production, Force::No, &alice);
    let (promoted, restored, ()) =
        tokio::join!(promote, restore(&world, then, None), async { kv.open() });
    promoted.unwrap();
    let from = restored.unwrap().moved[0].from;
    assert_eq!(from, VersionNumber::new(2), "it was looked at again");
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn what_is_to_come_cannot_be_restored() {
    let world = World::with_live(1).await;
    let newest = world.head().await;
    assert!(said(restore(&world, newest.next(), None).await).starts_with("not-yet"));
    assert_eq!(restore(&world, newest, None).await.unwrap().revision, None);
}
