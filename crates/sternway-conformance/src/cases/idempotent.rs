//! **Idempotent**: repeating a changeset by its id is answered with the first receipt; the same id
//! with another body is an error.

use sternway_store::StoreError;
use sternway_types::{Changeset, PolicySetting, Target};
use tokio::task::JoinSet;

use crate::{
    everything::Everything,
    must::{Chain, Must},
    world::{
        Client, World, generation, greeting, live, move_to, namespace_policy, pointer_at,
        production, reason, revision, text, version,
    },
};

/// A changeset that could not be applied twice: it holds a lock and adds a version.
async fn once(client: &Client) -> Changeset {
    client
        .changeset()
        .when(pointer_at(&greeting(), &live(&production()), generation(0)))
        .then(client.add(&greeting(), &text("Hello")).await)
        .then(move_to(&greeting(), &live(&production()), Target::Added))
}

pub(crate) async fn a_repeated_changeset_is_answered_with_the_first_receipt(world: World) {
    let changeset = once(&world).await;
    let first = world.commit(&changeset).await;
    assert_eq!(world.commit(&changeset).await, first, "right away");

    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(2)).await;
    let before = Everything::of(&world).await;
    assert_eq!(world.commit(&changeset).await, first, "when its precondition no longer holds");
    let world = world.restart().await;
    assert_eq!(world.commit(&changeset).await, first, "after a restart");
    let world = world.crash().await;
    assert_eq!(world.commit(&changeset).await, first, "after the end of the process");
    Everything::of(&world).await.must_equal(&before, "a changeset that was repeated");
}

pub(crate) async fn the_same_id_with_another_body_is_an_error(world: World) {
    let first = once(&world).await;
    let receipt = world.commit(&first).await;
    let before = Everything::of(&world).await;
    let mut another_change = world.changeset().then(namespace_policy(PolicySetting::Off));
    another_change.id = first.id;
    let mut fewer_conditions = first.clone();
    fewer_conditions.preconditions.clear();
    let another_reason = first.clone().because(reason("on second thoughts"));
    for other in [another_change, fewer_conditions, another_reason] {
        match world.store.commit(&other).await {
            Err(StoreError::ChangesetReused { id, revision }) => {
                assert_eq!((id, revision), (first.id, receipt.revision));
            }
            Err(err) => panic!("expected a reused id: {}", Chain(&err)),
            Ok(receipt) => panic!("another body was taken for the first one: {receipt:?}"),
        }
    }
    Everything::of(&world).await.must_equal(&before, "an id that was used before");
}

pub(crate) async fn the_id_of_a_refused_changeset_may_be_used_again(world: World) {
    world.publish(&greeting(), "Hello").await;
    let name = live(&production());
    let mut changeset =
        world.changeset().then(move_to(&greeting(), &name, Target::Version(version(2))));
    world.store.commit(&changeset).await.must_refuse("there is no v2");
    world.publish(&greeting(), "Hi").await;
    changeset.preconditions.push(pointer_at(&greeting(), &name, generation(1)));
    world.store.commit(&changeset).await.must_conflict("the pointer was never set");
    changeset.preconditions.clear();
    assert_eq!(world.commit(&changeset).await.revision, revision(4));
}

pub(crate) async fn racing_repeats_apply_once(world: World) {
    for round in 0..5_u64 {
        let changeset =
            world.changeset().then(world.add(&greeting(), &text(&format!("{round}"))).await);
        let mut callers = JoinSet::new();
        for _ in 0..8 {
            let (client, changeset) = (Client::clone(&world), changeset.clone());
            callers.spawn(async move { client.commit(&changeset).await });
        }
        let receipts = callers.join_all().await;
        assert!(receipts.windows(2).all(|pair| pair.first() == pair.last()), "{receipts:#?}");
        assert_eq!(world.head().await.revision, revision(round + 2), "it applied once");
    }
}
