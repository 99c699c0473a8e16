//! Restore: an earlier content comes back as a new version.

use serde_json::json;
use sternway_control::rollback::RollbackMode;
use sternway_types::{Force, VersionNumber};

use crate::{
    make::{alice, because, greeting, production, said, staging, version, versions},
    world::World,
};

async fn restore(world: &World, number: u64) -> VersionNumber {
    let target = world.control.version(&greeting(), version(number)).await.expect("it is there");
    let intent = because("clients count");
    let restored = world
        .control
        .restore(target, &production(), Force::No, &intent)
        .await
        .expect("it is there");
    assert_eq!(restored.version.number, version(number));
    restored.number
}

#[tokio::test]
async fn a_restored_version_is_a_new_one_with_the_old_content() {
    let world = World::with_live(3).await;
    assert_eq!(restore(&world, 1).await, version(4));
    assert_eq!(world.live().await, Some(version(4)));
    assert_eq!(world.condemned().await, versions([]), "nothing was wrong with v3");
    let [old, new] = [1, 4].map(version);
    let old = world.control.version(&greeting(), old).await.unwrap();
    let new = world.control.version(&greeting(), new).await.unwrap();
    assert_eq!(new.content, old.content);
    assert_eq!(new.parents, versions([3]));
    assert_eq!(new.changelog.as_str(), "Rollback to v1: clients count");
    let facts = serde_json::to_value(&new.metadata).unwrap();
    assert_eq!(facts, json!({"rollback_from": 3, "rollback_to": 1}));
}

#[tokio::test]
async fn a_rollback_may_restore() {
    let world = World::with_live(2).await;
    let (id, to, mode) = (greeting(), None, RollbackMode::Restore);
    let back = world.control.roll_back(&id, to, mode, &production(), Force::No, &alice()).await;
    let back = back.unwrap();
    assert_eq!((back.from, back.to, back.restored), (version(2), version(3), Some(version(1))));
    assert_eq!(world.live().await, Some(version(3)));
    assert_eq!(world.condemned().await, versions([2]));
}

#[tokio::test]
async fn what_is_condemned_is_restored_only_by_a_person_who_forces() {
    let world = World::with_live(2).await;
    world.roll_back(None).await.unwrap();
    let target = world.control.version(&greeting(), version(2)).await.unwrap();
    let restore =
        async |force| world.control.restore(target.clone(), &production(), force, &alice()).await;
    assert!(said(restore(Force::No).await).contains("condemned"));
    assert_eq!(world.live().await, Some(version(1)), "nothing was published either");
    assert_eq!(restore(Force::Yes).await.unwrap().number, version(3));
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_refused() {
    let world = World::with_live(1).await;
    let target = world.control.version(&greeting(), version(1)).await.unwrap();
    let answer = world.control.restore(target, &staging(), Force::No, &alice()).await;
    assert_eq!(said(answer), "environment-not-found: there is no environment staging");
}
