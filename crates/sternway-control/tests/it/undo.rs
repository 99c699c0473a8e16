//! Undo: what one operation did is taken back, and nothing else.

use sternway_control::{ControlError, undo::Undone};
use sternway_store::Limit;
use sternway_types::{Commit, Force, LabelId, PolicyScope, PolicySetting, Revision};

use crate::{
    make::{alice, greeting, production, robot, said, version, versions},
    world::World,
};

fn stable() -> LabelId {
    "stable".parse().expect("a label")
}

async fn newest(world: &World) -> Commit {
    let page = world.control.operations(None, Limit::new(1)).await.expect("it can be read");
    page.into_iter().next().expect("something was done")
}

async fn undo(world: &World, commit: Commit) -> Result<Undone, ControlError> {
    world.control.undo(commit, Force::No, &alice()).await
}

#[tokio::test]
async fn a_promotion_is_undone_and_done_again() {
    let world = World::with_live(2).await;
    let promotion = newest(&world).await;
    let undone = undo(&world, promotion.clone()).await.unwrap();
    assert_eq!((undone.commit, undone.stays), (promotion, Vec::<String>::new()));
    assert_eq!(undone.revision, world.head().await);
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(world.condemned().await, versions([]), "nothing was wrong with it");

    undo(&world, newest(&world).await).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)), "undoing what undid is doing it again");
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 undone, v2 undone");
}

#[tokio::test]
async fn a_rollback_is_undone_with_its_condemnation() {
    let world = World::with_live(2).await;
    world.roll_back(None).await.unwrap();
    undo(&world, newest(&world).await).await.unwrap();
    assert_eq!(
        (world.live().await, world.condemned().await),
        (Some(version(2)), versions([]).to_vec())
    );
    undo(&world, newest(&world).await).await.unwrap();
    assert_eq!(
        (world.live().await, world.condemned().await),
        (Some(version(1)), versions([2]).to_vec())
    );
}

#[tokio::test]
async fn what_was_undone_is_nothing_to_go_back_to() {
    let world = World::with_live(3).await;
    undo(&world, newest(&world).await).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
    let back = world.roll_back(None).await.unwrap();
    assert_eq!((back.from, back.to), (version(2), version(1)), "and not forward to v3");
    // What was done again counts again.
    let world = World::with_live(2).await;
    undo(&world, newest(&world).await).await.unwrap();
    undo(&world, newest(&world).await).await.unwrap();
    let back = world.roll_back(None).await.unwrap();
    assert_eq!((back.from, back.to), (version(2), version(1)));
}

#[tokio::test]
async fn no_automation_undoes_a_rollback() {
    let world = World::with_live(2).await;
    world.roll_back(None).await.unwrap();
    let rollback = newest(&world).await;
    let answer = world.control.undo(rollback, Force::No, &robot()).await;
    assert!(said(answer).starts_with("policy-condemned"));
    assert_eq!(
        (world.live().await, world.condemned().await),
        (Some(version(1)), versions([2]).to_vec())
    );
}

#[tokio::test]
async fn a_policy_is_put_back_as_it_was() {
    let world = World::with_live(1).await;
    let scope = PolicyScope::Namespace;
    let now = async || {
        let policy = world.control.effective_policy(&greeting(), &production()).await.unwrap();
        policy.policy().is_some()
    };
    assert!(now().await, "the default policy judges");
    world.control.set_policy(scope, PolicySetting::Off, &alice()).await.unwrap();
    assert!(!now().await);
    undo(&world, newest(&world).await).await.unwrap();
    assert!(now().await);
    undo(&world, newest(&world).await).await.unwrap();
    assert!(!now().await);
}

#[tokio::test]
async fn a_label_that_was_new_is_taken_away() {
    let world = World::with_live(1).await;
    world.control.label(&greeting(), version(1), &stable(), &alice()).await.unwrap();
    undo(&world, newest(&world).await).await.unwrap();
    assert!(said(world.control.unlabel(&greeting(), &stable(), &alice()).await).contains("label"));
}

#[tokio::test]
async fn what_was_changed_since_is_left_alone_and_listed() {
    let world = World::with_live(2).await;
    let promotion = newest(&world).await;
    world.promote(1).await;
    let before = world.head().await;
    let err = said(undo(&world, promotion).await);
    let clash = "the environment production of prompts/greeting was changed by human:alice";
    assert!(err.starts_with("version-conflict: revision 4 cannot be undone"), "{err}");
    assert!(err.contains(clash), "{err}");
    assert_eq!(world.head().await, before, "nothing was written");

    // All of it or nothing: half of what the rollback did was taken back since.
    let world = World::with_live(2).await;
    world.roll_back(None).await.unwrap();
    let rollback = newest(&world).await;
    world.control.pardon(&greeting(), version(2), &production(), &alice()).await.unwrap();
    let err = said(undo(&world, rollback).await);
    assert!(err.contains("condemnation"), "{err}");
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn what_stays_for_ever_is_said() {
    let world = World::with_live(1).await;
    world.publish("staged").await;
    let err = said(undo(&world, newest(&world).await).await);
    assert!(err.contains("nothing to undo") && err.contains("prompts/greeting@v2"), "{err}");
    let first = world.control.commit_at(Revision::new(1)).await.unwrap().unwrap();
    let err = said(undo(&world, first).await);
    assert!(err.contains("namespace shop") && err.contains("environment production"), "{err}");
}

#[tokio::test]
async fn operations_are_listed_newest_first_in_pages() {
    let world = World::with_live(3).await;
    let mut revisions = Vec::new();
    let mut before = None;
    loop {
        let page = world.control.operations(before, Limit::new(2)).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.revision);
        revisions.extend(page.iter().map(|commit| commit.revision.get()));
    }
    let newest = world.head().await.get();
    assert_eq!(revisions, (1..=newest).rev().collect::<Vec<_>>());
    let one = world.control.commit_at(Revision::new(2)).await.unwrap().unwrap();
    let found = world.control.operation(one.changeset).await.unwrap();
    assert_eq!(found, Some(one));
    assert_eq!(world.control.commit_at(Revision::new(newest + 1)).await.unwrap(), None);
    assert_eq!(world.control.commit_at(Revision::ZERO).await.unwrap(), None);
    let none = world.control.operations(Some(Revision::ZERO), Limit::MAX).await.unwrap();
    assert_eq!(none, [], "nothing was before the beginning");
}
