//! **Durable**: an acknowledged write survives the end of the process at any moment. The loss of
//! power is for the backend's own tests: it cannot be had from within a process.

use std::time::Duration;

use sternway_types::{Changeset, Generation, Receipt, Target};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    everything::Everything,
    must::Must,
    world::{
        Client, World, artifact, failed, force, greeting, label, live, move_to, pointer_at,
        production, succeeded, text, unlabel, version,
    },
};

/// Something of every kind.
pub(super) async fn populate(world: &World) {
    world.publish_many(&greeting(), 3).await;
    world.publish(&artifact("tools/search"), "fn search").await;
    world.go_live(&greeting(), &production(), version(2)).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    world.set(&greeting(), &label("stable"), version(3)).await;
    world.apply(unlabel(&greeting(), &label("stable"))).await;
    world.condemn(&greeting(), &production(), version(2)).await;
    let subject = world.subject(&greeting(), &production()).await;
    let outcomes =
        vec![succeeded("one", &subject, world.now()), failed("two", &subject, world.now())];
    world.report(outcomes).await;
}

pub(crate) async fn an_acknowledged_write_survives_a_restart(world: World) {
    populate(&world).await;
    let before = Everything::of(&world).await;
    let world = world.restart().await;
    Everything::of(&world).await.must_equal(&before, "after a restart");
}

pub(crate) async fn an_acknowledged_write_survives_the_end_of_the_process(world: World) {
    populate(&world).await;
    let before = Everything::of(&world).await;
    let world = world.crash().await;
    Everything::of(&world).await.must_equal(&before, "after the store was not closed");
}

pub(crate) async fn the_last_write_before_the_end_survives_it(mut world: World) {
    for number in 1..=5 {
        world.publish(&greeting(), &format!("Hello {number}")).await;
        world = world.crash().await;
        assert_eq!(world.version(&greeting(), version(number)).await.number, version(number));
    }
    world.go_live(&greeting(), &production(), version(5)).await;
    let subject = world.subject(&greeting(), &production()).await;
    world.report(vec![succeeded("last", &subject, world.now())]).await;
    let world = world.crash().await;
    let again = world.append(vec![succeeded("last", &subject, world.now())]).await;
    assert_eq!(again.duplicates, 1, "an outcome that was acknowledged is counted");
}

pub(crate) async fn a_reopened_store_goes_on_where_it_ended(world: World) {
    populate(&world).await;
    let head = world.head().await;
    let world = world.restart().await;
    let to = Target::Version(version(1));
    let receipt = world.apply(move_to(&greeting(), &label("stable"), to)).await;
    assert_eq!(receipt.revision, head.revision.next(), "revisions go on");
    let generation = world.pointer(&greeting(), &label("stable")).await.generation;
    assert_eq!(generation, Generation::new(3), "generations go on, also of what was taken away");
    assert_eq!(world.publish(&greeting(), "and on").await, version(4), "version numbers go on");
    let forced = force(&greeting(), &live(&production()), Target::Version(version(2)));
    world.apply(forced).await;
    let moves = world.feed().await;
    assert_eq!(moves.len() as u64, world.head().await.revision.get());
}

/// Commits one changeset after the other until the store is gone, and answers with what was
/// acknowledged.
async fn write_until_the_end(client: Client, writer: u64) -> Vec<(Changeset, Receipt)> {
    let mut acknowledged = Vec::new();
    let id = artifact(&format!("prompts/writer-{writer}"));
    for number in 0..15 {
        let add = client.add(&id, &text(&format!("{writer} {number}"))).await;
        let name = label("newest");
        let changeset = client
            .changeset()
            .when(pointer_at(&id, &name, Generation::new(number)))
            .then(add)
            .then(move_to(&id, &name, Target::Added));
        // The other writers go on while this one is told to stop: some writes are under way.
        let patience = if number < 10 { Duration::from_secs(60) } else { Duration::ZERO };
        match timeout(patience, client.store.commit(&changeset)).await {
            Ok(receipt) => acknowledged.push((changeset, receipt.must("commit"))),
            Err(_) => break,
        }
    }
    acknowledged
}

pub(crate) async fn an_end_in_the_middle_of_writing_loses_nothing_acknowledged(world: World) {
    let mut writers = JoinSet::new();
    for writer in 0..4 {
        writers.spawn(write_until_the_end(Client::clone(&world), writer));
    }
    let acknowledged: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    let world = world.crash().await;
    for (changeset, receipt) in &acknowledged {
        let again = world.store.commit(changeset).await.must("repeat an acknowledged changeset");
        assert_eq!(again, *receipt, "what was acknowledged is there");
    }
    let feed = world.feed().await;
    assert!(feed.len() > acknowledged.len(), "the feed has all, and the namespace's own commit");
    crate::model::agrees_with_its_feed(&world).await;
}
