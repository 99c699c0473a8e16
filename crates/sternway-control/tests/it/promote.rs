//! Promote: make a version live.

use sternway_types::{Force, PointerName};

use crate::{
    gate::GatedKv,
    make::{
        alice, artifact, because, by, generation, greeting, production, robot, said, staging,
        version,
    },
    world::World,
};

/// A greeting with two versions, of which the first is live and the second condemned.
async fn with_condemned() -> World {
    let world = World::new().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    let rude = because("it was rude");
    world.control.condemn(&greeting(), version(2), &production(), &rude).await.expect("condemned");
    world
}

const CONDEMNED: &str = "policy-condemned: the store did not do it: the write was refused: \
                         prompts/greeting@v2 is condemned in production: it was rude";

#[tokio::test]
async fn a_staged_version_goes_live() {
    let world = World::new().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    let promoted = world.promote(2).await;
    assert_eq!((promoted.from, promoted.to), (Some(version(1)), version(2)));
    assert_eq!(promoted.generation, generation(2));
    assert_eq!(promoted.revision, Some(world.head().await));
    assert_eq!(world.moves().await, "v1 published, v2 promoted");
}

#[tokio::test]
async fn what_is_live_already_is_not_moved() {
    let world = World::with_live(2).await;
    let head = world.head().await;
    let promoted = world.promote(2).await;
    assert_eq!((promoted.from, promoted.to), (Some(version(2)), version(2)));
    assert_eq!((promoted.generation, promoted.revision), (generation(2), None));
    assert_eq!(world.head().await, head, "nothing was committed");
}

#[tokio::test]
async fn an_older_version_may_be_promoted_too() {
    let world = World::with_live(2).await;
    let promoted = world.promote(1).await;
    assert_eq!(promoted.generation, generation(3), "the generation only grows");
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 promoted");
    assert_eq!(world.condemned().await, [], "and nothing is condemned");
}

#[tokio::test]
async fn every_environment_has_a_live_version_of_its_own() {
    let world = World::with_live(2).await;
    world.create_environment("staging").await;
    let promoted = world
        .control
        .promote(&greeting(), version(1), &staging(), Force::No, &alice())
        .await
        .unwrap();
    assert_eq!((promoted.from, promoted.generation), (None, generation(1)));
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn what_is_not_there_cannot_go_live() {
    let world = World::with_live(1).await;
    assert_eq!(
        said(world.try_promote(2, Force::No, &alice()).await),
        "version-not-found: the store did not do it: the write was refused: prompts/greeting has \
         no v2: its newest is v1"
    );
    let control = &world.control;
    let nothing = artifact("prompts/nothing");
    let promoted = control.promote(&nothing, version(1), &production(), Force::No, &alice()).await;
    assert_eq!(
        said(promoted),
        "artifact-not-found: the store did not do it: the write was refused: there is no artifact \
         prompts/nothing"
    );
    let promoted = control.promote(&greeting(), version(1), &staging(), Force::No, &alice()).await;
    assert_eq!(said(promoted), "environment-not-found: there is no environment staging");
}

#[tokio::test]
async fn a_condemned_version_is_refused_to_people_and_programs() {
    let world = with_condemned().await;
    assert_eq!(said(world.try_promote(2, Force::No, &alice()).await), CONDEMNED);
    assert_eq!(said(world.try_promote(2, Force::No, &robot()).await), CONDEMNED);
    assert_eq!(said(world.try_promote(2, Force::No, &by("system:cron")).await), CONDEMNED);
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn only_a_person_may_force_a_condemned_version() {
    let world = with_condemned().await;
    assert_eq!(
        said(world.try_promote(2, Force::Yes, &robot()).await),
        "policy-condemned: the store did not do it: the write was refused: only a person may force \
         a condemned version live, pardon it, or overrule what protects an environment, and \
         agent:robot is not one"
    );
    world.try_promote(2, Force::Yes, &alice()).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
    assert_eq!(world.condemned().await, [version(2)], "and it stays condemned");
}

/// Whether the last move of the greeting in production was forced.
async fn was_forced(world: &World) -> bool {
    let name = PointerName::Environment(production());
    let one = sternway_store::Limit::new(1);
    let moves = world.store.moves(world.control.namespace(), &greeting(), &name, None, one).await;
    moves.expect("the store can be read").iter().any(|moved| moved.forced)
}

#[tokio::test]
async fn a_move_says_whether_it_was_forced() {
    let world = with_condemned().await;
    world.try_promote(2, Force::Yes, &alice()).await.unwrap();
    assert!(was_forced(&world).await);
    world.try_promote(1, Force::Yes, &alice()).await.unwrap();
    assert!(!was_forced(&world).await, "there was nothing to force");
}

#[tokio::test]
async fn a_condemnation_holds_in_its_environment_only() {
    let world = with_condemned().await;
    world.create_environment("staging").await;
    let control = &world.control;
    control.promote(&greeting(), version(2), &staging(), Force::No, &robot()).await.unwrap();
}

#[tokio::test]
async fn a_condemnation_holds_for_the_content_whatever_its_number() {
    let world = with_condemned().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    let err = said(world.try_promote(4, Force::No, &alice()).await);
    assert!(err.contains("prompts/greeting@v4 is condemned in production: it was rude"), "{err}");
}

#[tokio::test]
async fn of_two_who_promote_at_once_one_learns_who_was_first() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    for content in ["Hello", "Hi", "Hey"] {
        world.publish(content).await;
    }
    let other = world.another();
    let (alice, robot, greeting, production) = (alice(), robot(), greeting(), production());
    kv.shut();
    let (one, two, ()) = tokio::join!(
        world.control.promote(&greeting, version(2), &production, Force::No, &robot),
        other.promote(&greeting, version(3), &production, Force::No, &alice),
        async { kv.open() }
    );
    one.unwrap();
    assert_eq!(
        said(two),
        "version-conflict: the store did not do it: the write lost a race: the environment \
         production of prompts/greeting is at generation 2 (v2), expected 1; agent:robot wrote it \
         at 2026-11-20T16:00:00Z"
    );
    assert_eq!(world.live().await, Some(version(2)));
}
