//! **Whole on cancellation**: a caller that goes away may find its changeset committed or not,
//! never half.

use std::{future::poll_fn, pin::pin, task::Poll};

use sternway_types::{At, Changeset, Target};
use tokio::task::{JoinSet, yield_now};

use crate::{
    model,
    must::Must,
    world::{
        Client, World, artifact, generation, greeting, label, live, move_to, pointer_at,
        production, succeeded, text, version,
    },
};

/// Polls a future so many times, and drops it. Answers whether it was done.
async fn abandon(future: impl Future, polls: u64) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        let done = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if done {
            return true;
        }
        yield_now().await;
    }
    false
}

/// A changeset with parts that are seen apart: a version of each of two artifacts, and a pointer.
async fn in_parts(client: &Client, number: u64) -> Changeset {
    let (left, right) = (artifact("pair/left"), artifact("pair/right"));
    client
        .changeset()
        .then(client.add(&left, &text(&format!("left {number}"))).await)
        .then(client.add(&right, &text(&format!("right {number}"))).await)
        .then(move_to(&right, &label(&format!("label-{number}")), Target::Added))
}

pub(crate) async fn an_abandoned_commit_is_there_as_a_whole_or_not_at_all(world: World) {
    let mut abandoned = Vec::new();
    for number in 0..24 {
        let changeset = in_parts(&world, number).await;
        let done = abandon(world.store.commit(&changeset), number / 2).await;
        abandoned.push((changeset, done));
        // Whoever stays is served, whoever went.
        world.publish(&greeting(), &format!("{number}")).await;
    }
    let world = world.restart().await;
    model::agrees_with_its_feed(&world).await;
    let feed = world.feed().await;
    for (changeset, done) in abandoned {
        let revision = feed
            .iter()
            .find(|commit| commit.changeset == changeset.id)
            .map(|commit| (commit.revision, commit.applied.len()));
        assert!(revision.is_some() || !done, "what was acknowledged is there");
        let head = world.head().await.revision;
        let receipt = world.commit(&changeset).await;
        match revision {
            Some((found, parts)) => {
                assert_eq!(receipt.revision, found, "its author finds it by its id");
                assert_eq!(parts, changeset.changes.len(), "all of it");
            }
            None => assert_eq!(receipt.revision, head.next(), "or may send it again"),
        }
    }
    model::agrees_with_its_feed(&world).await;
}

pub(crate) async fn abandoned_commits_of_many_callers_do_no_harm(world: World) {
    world.publish_many(&greeting(), 30).await;
    world.set(&greeting(), &label("counter"), version(1)).await;
    let mut callers = JoinSet::new();
    for caller in 0..6_u64 {
        let client = Client::clone(&world);
        callers.spawn(async move {
            for turn in 0..12 {
                let pointer = client.pointer(&greeting(), &label("counter")).await;
                let next = version(pointer.generation.get() % 30 + 1);
                let changeset = client
                    .changeset()
                    .when(pointer_at(&greeting(), &pointer.name, pointer.generation))
                    .then(client.add(&artifact("tools/log"), &text("moved")).await)
                    .then(move_to(&greeting(), &pointer.name, Target::Version(next)));
                abandon(client.store.commit(&changeset), (caller + turn) % 4).await;
            }
        });
    }
    callers.join_all().await;
    let world = world.restart().await;
    model::agrees_with_its_feed(&world).await;
    let counter = world.pointer(&greeting(), &label("counter")).await;
    let tools =
        world.store.artifact(&world.ns, &artifact("tools/log"), At::Head).await.must("read");
    let moved = tools.map_or(0, |artifact| artifact.latest.get());
    assert_eq!(counter.generation, generation(moved + 1), "each move came with its version");
}

pub(crate) async fn an_abandoned_append_counts_all_or_nothing(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let subject = world.subject(&greeting(), &production()).await;
    assert_eq!(world.pointer(&greeting(), &live(&production())).await.generation, generation(1));
    let batch = |number: u64| {
        let outcome = |place| succeeded(&format!("{number} {place}"), &subject, world.now());
        world.arriving((0..5).map(outcome).collect())
    };
    let mut abandoned = Vec::new();
    for number in 0..16 {
        let append = batch(number);
        let done = abandon(world.store.append(&append), number / 2).await;
        abandoned.push((append, done));
    }
    let world = world.restart().await;
    for (append, done) in &abandoned {
        let again = world.store.append(append).await.must("append again");
        assert!([0, 5].contains(&again.duplicates), "{} of 5 were counted", again.duplicates);
        assert!(again.duplicates == 5 || !done, "what was acknowledged is counted");
    }
    let tallies = world.store.tallies(&world.ns, &subject).await.must("read the tallies");
    let expected = abandoned.len() as u64 * 5;
    assert_eq!(tallies.map(|tallies| tallies.tally.succeeded), Some(expected));
}
