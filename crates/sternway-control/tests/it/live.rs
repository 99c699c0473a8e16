//! What is live, in memory.

use std::sync::Arc;

use sternway_control::live::Live;
use sternway_types::{
    ArtifactId, Change, Changeset, Force, MoveCause, NewMove, PointerName, Precondition, Target,
};

use crate::{
    gate::abandon,
    make::{
        alice, artifact, generation, greeting, production, revision, said, staging, text, version,
    },
    world::World,
};

/// What the table says of the greeting, once it has seen what was written.
async fn live(world: &World) -> Option<Live> {
    let table = world.control.live().await.expect("it is loaded");
    table.at_least(world.control.written()).await.expect("it is followed");
    table.get(&greeting(), &production())
}

/// The version and the generation that are live.
async fn check(world: &World, expected: (u64, u64)) {
    let live = live(world).await.expect("it is live");
    assert_eq!((live.version, live.generation), (version(expected.0), generation(expected.1)));
}

#[tokio::test]
async fn nothing_is_live_in_the_beginning() {
    let world = World::new().await;
    assert_eq!(live(&world).await, None);
    let table = world.control.live().await.unwrap();
    assert_eq!(table.get(&greeting(), &staging()), None, "nor where there is no such place");
}

#[tokio::test]
async fn what_was_live_before_is_loaded() {
    let world = World::with_live(2).await;
    let since = world.head().await;
    world.publish("Hey").await;
    let live = live(&world).await.expect("it is live");
    assert_eq!((live.version, live.generation), (version(2), generation(2)));
    assert_eq!(live.since, since);
}

#[tokio::test]
async fn the_table_follows_promotions_and_rollbacks() {
    let world = World::new().await;
    assert_eq!(live(&world).await, None);
    world.publish("Hello").await;
    check(&world, (1, 1)).await;
    world.publish("Hi").await;
    check(&world, (1, 1)).await;
    world.promote(2).await;
    check(&world, (2, 2)).await;
    world.run(2, "xxx").await;
    check(&world, (1, 3)).await;
    world.try_promote(2, Force::Yes, &alice()).await.unwrap();
    check(&world, (2, 4)).await;
    world.roll_back(None).await.unwrap();
    check(&world, (1, 5)).await;
}

#[tokio::test]
async fn the_table_follows_what_other_processes_do() {
    let world = World::with_live(1).await;
    let other = world.another();
    let table = other.live().await.unwrap();
    world.publish("Hi").await;
    let promoted = world.promote(2).await;
    table.at_least(promoted.revision.unwrap()).await.unwrap();
    assert_eq!(table.get(&greeting(), &production()).unwrap().version, version(2));
}

#[tokio::test]
async fn every_environment_has_a_part_of_its_own() {
    let world = World::with_live(1).await;
    assert!(live(&world).await.is_some());
    world.create_environment("staging").await;
    let control = &world.control;
    control.promote(&greeting(), version(1), &staging(), Force::No, &alice()).await.unwrap();
    check(&world, (1, 1)).await;
    let table = control.live().await.unwrap();
    let there = table.get(&greeting(), &staging()).expect("also where it was not before");
    assert_eq!(there.since, world.head().await);
}

#[tokio::test]
async fn labels_are_not_live() {
    let world = World::with_live(1).await;
    let stable = "production".parse().unwrap();
    let table = world.control.live().await.unwrap();
    world.publish("Hi").await;
    world.control.label(&greeting(), version(2), &stable, &alice()).await.unwrap();
    table.at_least(world.control.written()).await.unwrap();
    assert_eq!(table.get(&greeting(), &production()).unwrap().version, version(1));
}

#[tokio::test]
async fn the_table_says_how_far_it_is() {
    let world = World::with_live(1).await;
    let table = world.control.live().await.unwrap();
    assert_eq!(table.revision(), world.head().await);
    assert_eq!(table.at_least(revision(1)).await.unwrap(), world.head().await, "or later");
    let next = world.head().await.next();
    let (reached, _) = tokio::join!(table.at_least(next), world.publish("Hi"));
    assert_eq!(reached.unwrap(), next);
}

#[tokio::test]
async fn the_table_is_loaded_once() {
    let world = World::with_live(1).await;
    let (one, other) = tokio::join!(world.control.live(), world.control.live());
    assert!(std::ptr::eq(one.unwrap(), other.unwrap()));
}

#[tokio::test]
async fn who_waits_for_what_never_comes_learns_that_the_store_was_closed() {
    let world = World::with_live(1).await;
    let table = world.control.live().await.unwrap();
    let never = world.head().await.next();
    let (ended, closed) = tokio::join!(table.at_least(never), world.control.shutdown());
    closed.unwrap();
    assert_eq!(said(ended), "store-unavailable: the store did not do it: the store is closed");
    let after = abandon(table.at_least(never), 1).await;
    assert!(said(after.expect("it is answered at once")).ends_with("the store is closed"));
}

#[tokio::test]
async fn what_was_live_at_the_end_can_be_read_after_it() {
    let world = World::with_live(1).await;
    let table = world.control.live().await.unwrap();
    let head = world.head().await;
    world.control.shutdown().await.unwrap();
    assert_eq!(table.get(&greeting(), &production()).unwrap().version, version(1));
    assert_eq!(table.at_least(head).await.unwrap(), head, "it was reached");
}

/// The two halves of a release.
fn pair() -> [ArtifactId; 2] {
    ["pair/left", "pair/right"].map(artifact)
}

/// Moves both halves to a version, in one commit.
fn release(world: &World, number: u64) -> Changeset {
    use sternway_provider::Ids as _;
    let (id, shop) = (world.ids.changeset(), world.control.namespace().clone());
    let changeset = Changeset::new(id, shop, world.control.now(), alice().actor);
    pair().into_iter().fold(changeset, |changeset, artifact| {
        let name = PointerName::Environment(production());
        let at = generation(number - 1);
        let precondition = Precondition::PointerAt {
            artifact: artifact.clone(),
            name: name.clone(),
            generation: at,
        };
        changeset.when(precondition).then(Change::MovePointer(Box::new(NewMove {
            artifact,
            name,
            to: Target::Version(version(number)),
            cause: MoveCause::Promoted,
            force: Force::No,
        })))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_several_sees_a_release_whole_or_not_at_all() {
    const RELEASES: u64 = 60;
    let world = Arc::new(World::new().await);
    for half in pair() {
        for number in 1..=RELEASES {
            let publish = sternway_control::publish::Publish::new(
                half.clone(),
                text(&format!("{half} {number}")),
            );
            world.control.publish(publish, &alice()).await.unwrap();
        }
    }
    let reading = Arc::clone(&world);
    let mut readers = tokio::task::JoinSet::new();
    readers.spawn(async move {
        let table = reading.control.live().await.unwrap();
        let mut seen = 0;
        while seen < RELEASES {
            let both = table.get_all(&pair(), &production());
            let [Some(left), Some(right)] = both[..] else { panic!("both are live") };
            assert_eq!(left.version, right.version, "at one revision");
            seen = left.version.get();
            tokio::task::yield_now().await;
        }
    });
    for number in 2..=RELEASES {
        world.store.commit(&release(&world, number)).await.unwrap();
    }
    readers.join_next().await.unwrap().unwrap();
}
