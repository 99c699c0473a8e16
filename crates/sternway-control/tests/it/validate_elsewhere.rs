//! Checks on every other way in: apply, restore, import; and what no check stands in the way of.

use serde_json::json;
use sternway_control::{
    apply::{Wanted, WantedVersion},
    import::Imported,
    publish::{Landing, Publish},
    rollback::RollbackMode,
};
use sternway_types::{Content, Force, OnFailure, PolicyScope};

use crate::{
    checks::{checking, found, json_of, publish, rude, tone, warm},
    make::{alice, artifact, greeting, production, said, version, versions},
    world::World,
};

async fn set(world: &World, on_failure: OnFailure) {
    let checks = checking([tone(on_failure)]);
    world.control.set_policy(PolicyScope::Namespace, checks, &alice()).await.expect("it is set");
}

fn wanted(name: &str, content: Content) -> Wanted {
    let (artifact, version) = (artifact(name), WantedVersion::Content(content));
    Wanted { artifact, version, live: true, labels: Vec::new() }
}

/// Version 1 is rude, version 2 is warm and live, and then somebody asks for a tone.
async fn with_a_rude_past(on_failure: OnFailure) -> World {
    let world = World::new().await;
    publish(&world.control, rude()).await.expect("nobody minds yet");
    publish(&world.control, warm()).await.expect("it is fine");
    world.promote(2).await;
    set(&world, on_failure).await;
    world
}

#[tokio::test]
async fn of_an_apply_with_a_failing_content_nothing_moves() {
    for on_failure in [OnFailure::Refuse, OnFailure::Condemn] {
        let world = World::new().await;
        set(&world, on_failure).await;
        let head = world.head().await;
        let all = [wanted("prompts/a", rude()), wanted("prompts/b", warm()), wanted("c/d", rude())];
        let applied = world.control.apply(&all, &production(), Force::No, &alice()).await;
        let refused = said(applied);
        assert!(refused.contains("prompts/a, by") && refused.contains("c/d, by"), "{refused}");
        assert!(!refused.contains("prompts/b"), "{refused}");
        assert_eq!(world.head().await, head);
    }
}

#[tokio::test]
async fn what_an_apply_adds_is_attested() {
    let world = World::new().await;
    set(&world, OnFailure::Refuse).await;
    let all = [wanted("prompts/greeting", warm()), wanted("prompts/b", warm())];
    world.control.apply(&all, &production(), Force::No, &alice()).await.unwrap();
    assert_eq!(found(&world, 1).await.len(), 1);
    let again = world.control.apply(&all, &production(), Force::No, &alice()).await.unwrap();
    assert_eq!(again.revision, None);
}

#[tokio::test]
async fn a_restored_content_that_no_longer_passes_is_refused() {
    let world = with_a_rude_past(OnFailure::Refuse).await;
    let old = world.control.version(&greeting(), version(1)).await.unwrap();
    let (head, force) = (world.head().await, Force::Yes);
    let restored = world.control.restore(old, &production(), force, &alice()).await;
    assert!(said(restored).starts_with("policy-check-failed"));
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn a_restored_content_that_no_longer_passes_is_condemned() {
    let world = with_a_rude_past(OnFailure::Condemn).await;
    let old = world.control.version(&greeting(), version(1)).await.unwrap();
    let restored = world.control.restore(old, &production(), Force::No, &alice()).await.unwrap();
    assert_eq!((restored.number, restored.live), (version(3), false));
    assert_eq!(restored.generation, world.generation().await);
    assert_eq!(world.live().await, Some(version(2)));
    assert_eq!(world.condemned().await, versions([3]));
    assert_eq!(found(&world, 3).await.len(), 1);
}

#[tokio::test]
async fn a_restored_content_that_passes_is_attested() {
    let world = with_a_rude_past(OnFailure::Refuse).await;
    publish(&world.control, json_of(&json!({"tone": "formal"}))).await.unwrap();
    world.promote(3).await;
    let old = world.control.version(&greeting(), version(2)).await.unwrap();
    let restored = world.control.restore(old, &production(), Force::No, &alice()).await.unwrap();
    assert!(restored.live);
    assert_eq!(world.live().await, Some(version(4)));
    assert_eq!(found(&world, 4).await.len(), 1);
}

#[tokio::test]
async fn no_check_stands_between_a_person_and_a_rollback() {
    for mode in [RollbackMode::Move, RollbackMode::Restore] {
        let world = with_a_rude_past(OnFailure::Refuse).await;
        let (id, force) = (greeting(), Force::No);
        world.control.roll_back(&id, None, mode, &production(), force, &alice()).await.unwrap();
        let live = world.live().await.unwrap();
        let live = world.control.version(&greeting(), live).await.unwrap();
        assert_eq!(live.content.digest, rude().digest());
    }
}

#[tokio::test]
async fn history_is_attested_and_condemned_and_never_refused() {
    let world = World::new().await;
    set(&world, OnFailure::Refuse).await;
    let import = async |name, content| {
        let publish = Publish::new(greeting(), content);
        world.control.import(name, &publish, &alice()).await.expect("it is imported")
    };
    let Imported::Added { landing, .. } = import("a", rude()).await else { panic!("it is new") };
    assert_eq!(landing, Landing::Condemned(production()), "it does not even begin as live");
    let Imported::Added { landing, .. } = import("b", warm()).await else { panic!("it is new") };
    assert_eq!(landing, Landing::Staged);
    assert_eq!(world.condemned().await, versions([1]));
    assert!(!found(&world, 1).await[0].1.passed());
    assert!(found(&world, 2).await[0].1.passed());
    let head = world.head().await;
    assert!(matches!(import("a", rude()).await, Imported::Known { .. }));
    assert_eq!(world.head().await, head);
}
