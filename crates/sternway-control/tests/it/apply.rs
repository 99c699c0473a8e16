//! Apply: several artifacts at once, all or none.

use sternway_control::{
    ControlError,
    apply::{AppliedAll, Wanted, WantedVersion},
};
use sternway_store::Limit;
use sternway_types::{ArtifactId, Force};

use crate::{
    make::{alice, artifact, greeting, production, said, staging, text, version},
    world::World,
};

fn tool() -> ArtifactId {
    artifact("tools/search")
}

fn publish(id: &ArtifactId, words: &str) -> Wanted {
    let version = WantedVersion::Content(text(words));
    Wanted { artifact: id.clone(), version, live: true, labels: Vec::new() }
}

fn promote(id: &ArtifactId, number: u64) -> Wanted {
    let version = WantedVersion::Number(version(number));
    Wanted { artifact: id.clone(), version, live: true, labels: Vec::new() }
}

async fn apply(world: &World, wanted: &[Wanted]) -> Result<AppliedAll, ControlError> {
    world.control.apply(wanted, &production(), Force::No, &alice()).await
}

async fn live(world: &World, id: &ArtifactId) -> u64 {
    world.control.live_version(id, &production()).await.expect("it is live").1.number.get()
}

#[tokio::test]
async fn many_artifacts_move_in_one_revision() {
    let world = World::with_live(2).await;
    let before = world.head().await;
    let mut release = publish(&greeting(), "new words");
    release.labels = vec!["release-1".parse().unwrap()];
    let applied = apply(&world, &[release.clone(), publish(&tool(), "fn search")]).await.unwrap();
    assert_eq!((applied.revision, world.head().await), (Some(before.next()), before.next()));
    let [one, other] = applied.items.as_slice() else { panic!("two items: {applied:?}") };
    assert_eq!((one.number, one.added, one.from), (version(3), true, Some(version(2))));
    assert_eq!(one.labelled, release.labels);
    assert_eq!((other.number, other.went_live, other.from), (version(1), true, None));
    assert_eq!((live(&world, &greeting()).await, live(&world, &tool()).await), (3, 1));

    // What is as wanted already is left alone.
    let again = apply(&world, &[release, publish(&tool(), "fn search")]).await.unwrap();
    assert_eq!((again.revision, world.head().await), (None, before.next()));
    assert!(again.items.iter().all(|item| !item.added && !item.went_live), "{again:?}");
}

#[tokio::test]
async fn several_versions_are_promoted_and_taken_back_together() {
    let world = World::with_live(3).await;
    apply(&world, &[publish(&tool(), "one")]).await.unwrap();
    apply(&world, &[publish(&tool(), "two")]).await.unwrap();
    apply(&world, &[promote(&greeting(), 1), promote(&tool(), 1)]).await.unwrap();
    assert_eq!((live(&world, &greeting()).await, live(&world, &tool()).await), (1, 1));
    let newest = world.control.operations(None, Limit::new(1)).await.unwrap().remove(0);
    world.control.undo(newest, Force::No, &alice()).await.unwrap();
    assert_eq!((live(&world, &greeting()).await, live(&world, &tool()).await), (3, 2));
}

#[tokio::test]
async fn one_bad_artifact_and_nothing_moves() {
    let world = World::with_live(2).await;
    world.control.condemn(&greeting(), version(1), &production(), &alice()).await.unwrap();
    let before = world.head().await;
    let good = publish(&tool(), "fn search");
    for (bad, why) in [
        (promote(&greeting(), 9), "version-not-found"),
        (promote(&greeting(), 1), "policy-condemned"),
        (promote(&artifact("tools/unknown"), 1), "artifact-not-found"),
        (good.clone(), "invalid"),
    ] {
        let err = said(apply(&world, &[good.clone(), bad]).await);
        assert!(err.starts_with(why), "{err}");
        assert_eq!(world.head().await, before);
    }
    let twice = [promote(&greeting(), 2), publish(&greeting(), "other words")];
    assert!(said(apply(&world, &twice).await).starts_with("invalid"), "one of them is as wanted");
    let nowhere = world.control.apply(&[good], &staging(), Force::No, &alice()).await;
    assert!(said(nowhere).starts_with("environment-not-found"));
}

#[tokio::test]
async fn what_is_not_to_be_live_is_staged() {
    let world = World::with_live(1).await;
    let wanted = Wanted { live: false, ..publish(&greeting(), "staged") };
    let applied = apply(&world, &[wanted]).await.unwrap();
    assert_eq!(applied.items[0].number, version(2));
    assert_eq!(world.live().await, Some(version(1)));
}
