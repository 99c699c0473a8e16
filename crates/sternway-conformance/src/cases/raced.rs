//! **Locked**, when many want the same at once: one wins, and everybody else is told.

use sternway_store::{Contested, LastWrite, StoreError};
use sternway_types::{Actor, ActorKind, Generation, Receipt, Target};
use tokio::task::JoinSet;

use crate::{
    must::{Must, there},
    world::{
        Client, World, alice, generation, greeting, label, live, move_to, pointer_at, production,
        version,
    },
};

const RACERS: u64 = 8;

fn racer(number: u64) -> Actor {
    there(Actor::new(ActorKind::Agent, format!("racer-{number}")).ok(), "name of a racer")
}

/// Everybody moves the same pointer from the same generation, each to a version of its own.
async fn race(world: &World, at: Generation) -> Vec<(u64, Result<Receipt, StoreError>)> {
    let mut racers = JoinSet::new();
    for number in 1..=RACERS {
        let client = Client::clone(world);
        racers.spawn(async move {
            let name = live(&production());
            let changeset = client
                .changeset_by(racer(number))
                .when(pointer_at(&greeting(), &name, at))
                .then(move_to(&greeting(), &name, Target::Version(version(number))));
            (number, client.store.commit(&changeset).await)
        });
    }
    racers.join_all().await
}

pub(crate) async fn one_of_many_racers_moves_the_pointer(world: World) {
    world.publish_many(&greeting(), RACERS + 1).await;
    let park = version(RACERS + 1);
    let name = live(&production());
    for _ in 0..5 {
        let at = world.go_live(&greeting(), &production(), park).await;
        let (won, lost): (Vec<_>, Vec<_>) =
            race(&world, at).await.into_iter().partition(|(_, answer)| answer.is_ok());
        let [(winner, Ok(receipt))] = won.as_slice() else {
            panic!("{} racers won instead of one", won.len())
        };
        let pointer = world.pointer(&greeting(), &name).await;
        assert_eq!(pointer.version, Some(version(*winner)), "the winner's move is what is there");
        assert_eq!(pointer.generation, at.next(), "and it is the only one");
        for (number, answer) in lost {
            let conflict = answer.must_conflict(format_args!("racer {number} lost"));
            let contested = Contested::Pointer {
                artifact: greeting(),
                name: name.clone(),
                expected: at,
                found: at.next(),
                version: Some(version(*winner)),
            };
            assert_eq!(conflict.contested, contested, "the loser sees what the winner did");
            let by = racer(*winner);
            let last = LastWrite { revision: receipt.revision, by, at: receipt.at };
            assert_eq!(conflict.last, Some(last));
        }
    }
}

/// Counts up by moving a label to the version whose number is one above, as often as it was told.
/// Whoever loses a race looks again.
async fn count_up(client: Client, turns: u64) {
    let name = label("counter");
    for _ in 0..turns {
        loop {
            let pointer = client.pointer(&greeting(), &name).await;
            let next = there(pointer.version, "count").next();
            let changeset = client
                .changeset_by(alice())
                .when(pointer_at(&greeting(), &name, pointer.generation))
                .then(move_to(&greeting(), &name, Target::Version(next)));
            match client.store.commit(&changeset).await {
                Ok(_) => break,
                Err(StoreError::Conflict(_)) => tokio::task::yield_now().await,
                Err(err) => Err(err).must("count up"),
            }
        }
    }
}

pub(crate) async fn no_update_is_lost_between_racers(world: World) {
    let (racers, turns) = (5, 6);
    world.publish_many(&greeting(), racers * turns + 1).await;
    world.set(&greeting(), &label("counter"), version(1)).await;
    let mut tasks = JoinSet::new();
    for _ in 0..racers {
        tasks.spawn(count_up(Client::clone(&world), turns));
    }
    tasks.join_all().await;
    let counter = world.pointer(&greeting(), &label("counter")).await;
    assert_eq!(counter.version, Some(version(racers * turns + 1)), "every turn counted");
    assert_eq!(counter.generation, generation(racers * turns + 1));
}
