//! Rollback points: what is taken, kept and restored.

use std::num::NonZeroUsize;

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede},
    point::{Held, NewPoint, Pointed},
    restore_to::RestoredTo,
};
use sternway_deploy::immediate;
use sternway_store::{Limit, StoreError};
use sternway_types::{
    At, Changeset, Force, LabelId, Limits, PointCause, PointId, PointUse, PolicyScope, Wait,
};

use crate::{
    gate::GatedKv,
    make::{
        alice, artifact, because, by, greeting, in_a_row, production, revision, said, staging,
        text, version,
    },
    world::World,
};

const WAIT: Wait = Wait { outcomes: 20, length: std::time::Duration::ZERO };

/// Makes a version live at once, as a deployment that ends without proof.
pub(crate) async fn deployed(world: &World, number: u64) -> Deployed {
    let limits = Limits { evidence: false, ..Limits::default() };
    let none = Wait { outcomes: 0, ..WAIT };
    let new = NewDeployment {
        members: vec![(greeting(), version(number))],
        environment: production(),
        plan: immediate(none, limits).expect("a plan"),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let begun = world.control.start_deployment(&new, &alice()).await.expect("it begins");
    drop(world.control.drive_one(&production(), begun.deployment.id).await.expect("it is driven"));
    begun
}

async fn newest(world: &World) -> Vec<Pointed> {
    world.control.newest_points(&production()).await.expect("they are read")
}

async fn held(world: &World, pointed: &Pointed) -> Held {
    world.control.held_by(&pointed.point).await.expect("it is read")
}

async fn restore(world: &World, id: PointId) -> Result<RestoredTo, ControlError> {
    world.control.restore_point(&production(), id, Force::No, &because("it was better")).await
}

#[tokio::test]
async fn s84_a_deployment_takes_a_point_of_what_runs_until_then() {
    let world = World::with_live(1).await;
    world.publish("greeting 2").await;
    let before = world.head().await;
    let begun = deployed(&world, 2).await.deployment;
    assert_eq!(world.live().await, Some(version(2)));
    let points = newest(&world).await;
    let [first] = points.as_slice() else { panic!("one point: {points:?}") };
    assert_eq!(first.point.revision, before, "as it was right before the deployment");
    assert_eq!(first.written, before.next(), "in the commit that begins it");
    assert_eq!(first.point.cause, PointCause::Before(begun.id));
    let held = held(&world, first).await;
    assert_eq!(held.live.get(&greeting()), Some(&version(1)), "never the candidate");
    // What is refused takes none.
    let again = NewDeployment {
        members: vec![(greeting(), version(2))],
        environment: production(),
        plan: begun.plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    assert!(world.control.start_deployment(&again, &alice()).await.is_err());
    assert_eq!(newest(&world).await, points);
}

#[tokio::test]
async fn x12_a_point_is_taken_by_hand_of_now_or_of_an_earlier_revision() {
    let world = World::with_live(2).await;
    let now = world.head().await;
    let new = NewPoint::of(production());
    let taken = world.control.take_point(&new, &because("before the sale")).await.unwrap();
    assert_eq!((taken.point.revision, taken.point.cause), (now, PointCause::ByHand));
    assert_eq!(taken.point.description.as_str(), "before the sale");
    assert_eq!(taken.revision, now.next());
    let earlier = world.control.take_point(&new.clone().at(revision(2)), &alice()).await.unwrap();
    assert_eq!(earlier.point.revision, revision(2));
    let order: Vec<_> = newest(&world).await.iter().map(|it| it.point.id).collect();
    assert_eq!(order, [taken.point.id, earlier.point.id], "the newest revision first");
    let pages = world.control.points(&production(), Some(taken.point.id), Limit::MAX).await;
    assert_eq!(pages.unwrap().len(), 1);
    let ahead = new.at(world.head().await.next());
    assert!(said(world.control.take_point(&ahead, &alice()).await).starts_with("not-yet"));
    let nowhere = NewPoint::of(staging());
    let refused = said(world.control.take_point(&nowhere, &alice()).await);
    assert!(refused.starts_with("environment-not-found"), "{refused}");
}

#[tokio::test]
async fn x74_the_newest_ten_are_kept_of_each_environment() {
    let world = World::with_live(1).await;
    world.create_environment("staging").await;
    let elsewhere = NewPoint::of(staging());
    world.control.take_point(&elsewhere, &alice()).await.unwrap();
    let new = NewPoint::of(production());
    let mut taken = Vec::new();
    for _ in 0..12 {
        world.clock.advance(crate::world::SECOND);
        taken.push(world.control.take_point(&new, &alice()).await.unwrap());
    }
    let kept: Vec<_> = newest(&world).await.iter().map(|it| it.point.id).collect();
    let mut expected: Vec<_> = taken[2..].iter().map(|it| it.point.id).collect();
    expected.reverse();
    assert_eq!(kept, expected);
    assert_eq!(taken[11].let_go, [taken[1].point.id]);
    let gone = said(restore(&world, taken[0].point.id).await);
    assert!(gone.starts_with("rollback-point-not-found"), "{gone}");
    world.publish("greeting 2").await;
    deployed(&world, 2).await;
    assert_eq!(newest(&world).await.len(), 10, "those of deployments count as well");
    let three = NonZeroUsize::new(3).unwrap();
    world.control.take_point(&new.keeping(three), &alice()).await.unwrap();
    assert_eq!(newest(&world).await.len(), 3);
    let elsewhere = world.control.newest_points(&staging()).await.unwrap();
    assert_eq!(elsewhere.len(), 1, "each environment has its own");
}

#[tokio::test]
async fn x13_restoring_moves_everything_back_in_one_commit() {
    let world = World::with_live(2).await;
    let search = artifact("tools/search");
    world.publish_as(search.clone(), text("search")).await;
    let new = NewPoint::of(production());
    let point = world.control.take_point(&new, &alice()).await.unwrap().point;
    world.promote(1).await;
    world.publish_as(search.clone(), text("search 2")).await;
    let to = version(2);
    world.control.promote(&search, to, &production(), Force::No, &alice()).await.unwrap();
    let later = world.publish_as(artifact("tools/later"), text("later")).await;
    assert!(later.is_live());
    let before = world.head().await;
    let restored = restore(&world, point.id).await.unwrap();
    assert_eq!(world.head().await, before.next(), "in one commit");
    let went: Vec<_> =
        restored.moved.iter().map(|it| (it.artifact.clone(), it.from, it.to)).collect();
    let [one, two] = [1, 2].map(|number| Some(version(number)));
    assert_eq!(went, [(greeting(), one, two), (search, two, one)]);
    assert_eq!(restored.stays.len(), 1, "an environment is never emptied: {restored:?}");
    let pointed = world.control.point(&production(), point.id).await.unwrap();
    let used = pointed.point.used.unwrap();
    assert_eq!((used.how, &used.by), (PointUse::Restored, &alice().actor));
    assert_eq!(Some(pointed.written), restored.revision);
    assert_eq!(restore(&world, point.id).await.unwrap().revision, None, "it is there");
    assert!(said(restore(&world, PointId::from_name("no")).await).contains("in production"));
}

#[tokio::test]
async fn a_point_comes_back_to_a_condemned_version_only_when_a_person_forces_it() {
    let world = World::with_live(2).await;
    let new = NewPoint::of(production());
    let point = world.control.take_point(&new, &alice()).await.unwrap().point;
    world.roll_back(None).await.unwrap();
    assert!(said(restore(&world, point.id).await).starts_with("policy-condemned"));
    let forced = |intent| {
        let control = &world.control;
        async move { control.restore_point(&production(), point.id, Force::Yes, &intent).await }
    };
    assert!(said(forced(by("agent:robot")).await).starts_with("policy-condemned"));
    forced(alice()).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn x11_a_point_holds_what_was_live_and_labels_and_policies() {
    let world = World::with_live(2).await;
    let stable: LabelId = "stable".parse().unwrap();
    let control = &world.control;
    control.label(&greeting(), version(1), &stable, &alice()).await.unwrap();
    let scope = PolicyScope::Environment(production());
    control.set_policy(scope.clone(), in_a_row(3), &alice()).await.unwrap();
    let point = control.take_point(&NewPoint::of(production()), &alice()).await.unwrap().point;
    control.label(&greeting(), version(2), &stable, &alice()).await.unwrap();
    control.set_policy(scope, in_a_row(9), &alice()).await.unwrap();
    world.promote(1).await;
    let held = control.held_by(&point).await.unwrap();
    assert_eq!(held.live.into_iter().collect::<Vec<_>>(), [(greeting(), version(2))]);
    let labels = held.labels.unwrap();
    assert_eq!(labels.iter().map(|it| it.version).collect::<Vec<_>>(), [Some(version(1))]);
    let policies = held.policies.unwrap();
    assert_eq!(policies.iter().map(|it| it.generation.get()).collect::<Vec<_>>(), [1]);
    assert_eq!(held.restoring.moved.len(), 1);
}

#[tokio::test]
async fn a_point_outlives_a_compaction() {
    let world = World::with_live(2).await;
    let new = NewPoint::of(production());
    let point = world.control.take_point(&new, &alice()).await.unwrap().point;
    world.promote(1).await;
    world.publish("greeting 3").await;
    world.promote(3).await;
    let head = world.head().await;
    drop(world.control.compact(head).await.unwrap());
    let (ns, at) = (world.control.namespace(), At::Revision(point.revision));
    let asked = world.store.environment(ns, &production(), at, None, Limit::MAX).await;
    assert!(matches!(asked, Err(StoreError::Compacted { .. })), "the moment is gone");
    let held = world.control.held_by(&point).await.unwrap();
    assert_eq!(held.live.get(&greeting()), Some(&version(2)), "what was live is known");
    assert_eq!((held.labels, held.policies), (None, None));
    restore(&world, point.id).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn two_who_let_go_of_the_same_point_both_take_theirs() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("greeting 1").await;
    let new = NewPoint::of(production()).keeping(NonZeroUsize::MIN);
    world.control.take_point(&new, &alice()).await.unwrap();
    let (other, alice) = (world.another(), alice());
    kv.shut();
    let (one, two, ()) = tokio::join!(
        world.control.take_point(&new, &alice),
        other.take_point(&new, &alice),
        async { kv.open() }
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let last = if one.revision > two.revision { one } else { two };
    let left = newest(&world).await;
    assert_eq!(left.iter().map(|it| it.point.id).collect::<Vec<_>>(), [last.point.id]);
}

#[tokio::test]
async fn undoing_leaves_points_where_they_are() {
    let world = World::with_live(1).await;
    let new = NewPoint::of(production());
    let taken = world.control.take_point(&new, &alice()).await.unwrap();
    let commit = world.control.commit_at(taken.revision).await.unwrap().unwrap();
    let undone = said(world.control.undo(commit, Force::No, &alice()).await);
    assert!(undone.contains("point production/"), "{undone}");
    assert_eq!(newest(&world).await.len(), 1);
}

#[tokio::test]
async fn a_thousand_artifacts_go_back_in_one_commit() {
    let world = World::new().await;
    let all = many(&world, 1_000, 1).await;
    let new = NewPoint::of(production());
    let point = world.control.take_point(&new, &alice()).await.unwrap().point;
    assert_eq!(many(&world, 1_000, 2).await, all);
    let before = world.head().await;
    let restored = restore(&world, point.id).await.unwrap();
    assert_eq!((restored.moved.len(), restored.revision), (1_000, Some(before.next())));
}

/// The next version of so many artifacts, all of them live in one commit.
async fn many(world: &World, count: usize, round: usize) -> usize {
    use sternway_types::{Change, MoveCause, NewMove, NewVersion, PointerName, Target};
    let namespace = world.control.namespace().clone();
    let id = sternway_types::ChangesetId::from_name(&format!("round {round}"));
    let content = text(&format!("round {round}"));
    world.store.put(&content, None).await.expect("it is written");
    let mut changeset = Changeset::new(id, namespace, world.control.now(), alice().actor);
    for number in 0..count {
        let artifact = artifact(&format!("tools/tool-{number:04}"));
        let name = PointerName::Environment(production());
        let new = NewVersion::new(artifact.clone(), content.reference());
        let (to, cause, force) = (Target::Added, MoveCause::Promoted, Force::No);
        changeset = changeset
            .then(Change::AddVersion(Box::new(new)))
            .then(Change::MovePointer(Box::new(NewMove { artifact, name, to, cause, force })));
    }
    world.store.commit(&changeset).await.expect("it is committed").pointers.len()
}
