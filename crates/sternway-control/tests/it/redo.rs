//! Redo: what was undone is done again, the newest undo first.

use sternway_store::Limit;
use sternway_types::{Commit, Force, PolicyScope, PolicySetting};

use crate::{
    make::{alice, by, greeting, production, version},
    world::World,
};

async fn newest(world: &World) -> Commit {
    let page = world.control.operations(None, Limit::new(1)).await.expect("it can be read");
    page.into_iter().next().expect("something was done")
}

async fn undo(world: &World, commit: Commit) {
    world.control.undo(commit, Force::No, &alice()).await.expect("it is undone");
}

/// Does again what was undone last, if anything was.
async fn redo(world: &World) -> bool {
    let undo = world.control.newest_undo(&alice().actor).await.expect("it can be read");
    let Some(undo) = undo else { return false };
    world.control.undo(undo, Force::No, &alice()).await.expect("it is done again");
    true
}

#[tokio::test]
async fn an_undo_says_what_it_undid() {
    let world = World::with_live(2).await;
    let promotion = newest(&world).await;
    undo(&world, promotion.clone()).await;
    assert_eq!(newest(&world).await.undoes, Some(promotion.revision));
    assert_eq!(promotion.undoes, None);
}

#[tokio::test]
async fn several_undos_are_done_again_one_by_one() {
    let world = World::with_live(2).await;
    let promotion = newest(&world).await;
    world.control.set_policy(PolicyScope::Namespace, PolicySetting::Off, &alice()).await.unwrap();
    let off = async || {
        let policy = world.control.effective_policy(&greeting(), &production()).await.unwrap();
        policy.policy().is_none()
    };
    undo(&world, newest(&world).await).await;
    undo(&world, promotion).await;
    assert_eq!((world.live().await, off().await), (Some(version(1)), false));
    assert!(redo(&world).await);
    assert_eq!((world.live().await, off().await), (Some(version(2)), false));
    assert!(redo(&world).await);
    assert_eq!((world.live().await, off().await), (Some(version(2)), true));
    assert!(!redo(&world).await, "nothing is undone any more");
    // And it can be undone again.
    undo(&world, newest(&world).await).await;
    assert!(!off().await);
    assert!(redo(&world).await && off().await);
}

#[tokio::test]
async fn nobody_does_again_what_another_undid() {
    let world = World::with_live(2).await;
    let promotion = newest(&world).await;
    world.control.undo(promotion, Force::No, &by("bob")).await.unwrap();
    assert!(!redo(&world).await);
    assert!(world.control.newest_undo(&by("bob").actor).await.unwrap().is_some());
}
