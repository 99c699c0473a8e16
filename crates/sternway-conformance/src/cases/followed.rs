//! **Followed**: the feed gives every revision once, in order, whatever commits beside it; `wait`
//! returns when there is a newer one.

use std::time::Duration;

use sternway_store::{Limit, StoreError};
use sternway_types::{Digest, Revision};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    must::Must,
    world::{Client, World, artifact, found, greeting, revision, text},
};

const WRITERS: u64 = 4;
const COMMITS: u64 = 20;

/// Follows the feed up to a revision, and answers with what it saw.
async fn watch(client: Client, mut after: Revision, last: Revision) -> Vec<(Revision, Digest)> {
    let mut seen = Vec::new();
    while after < last {
        let newest = client.store.wait(&client.ns, after).await.must("wait");
        assert!(newest > after, "wait returned {newest}, which is not after {after}");
        // In small pages, so that commits come between them.
        let page = client.store.feed(&client.ns, after, Limit::new(3)).await.must("follow");
        assert!(!page.is_empty(), "revision {newest} was announced and is not in the feed");
        for commit in page {
            after = commit.revision;
            seen.push((commit.revision, commit.chain));
        }
    }
    seen
}

pub(crate) async fn watchers_see_every_revision_once_in_order(world: World) {
    let first = world.head().await.revision;
    let last = revision(first.get() + WRITERS * COMMITS);
    let mut watchers = JoinSet::new();
    for watcher in 0..3 {
        let after = if watcher == 0 { Revision::ZERO } else { first };
        watchers.spawn(watch(Client::clone(&world), after, last));
    }
    let noise = world.in_namespace("garden");
    found(&noise).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (client, noise) = (Client::clone(&world), noise.clone());
        writers.spawn(async move {
            let id = artifact(&format!("prompts/writer-{writer}"));
            for number in 0..COMMITS {
                let add = client.add(&id, &text(&format!("{number}"))).await;
                client.apply(add).await;
                if number % 5 == 0 {
                    noise.publish(&id, "elsewhere").await;
                }
            }
        });
    }
    writers.join_all().await;
    let feed = world.feed().await;
    for seen in watchers.join_all().await {
        let begin = seen.first().map_or(1, |(revision, _)| revision.get());
        let numbers: Vec<u64> = seen.iter().map(|(revision, _)| revision.get()).collect();
        assert_eq!(numbers, (begin..=last.get()).collect::<Vec<_>>(), "every one, once, in order");
        let again: Vec<_> = feed
            .iter()
            .filter(|commit| commit.revision.get() >= begin)
            .map(|commit| (commit.revision, commit.chain))
            .collect();
        assert_eq!(seen, again, "what was seen is what stays");
    }
}

pub(crate) async fn waiting_ends_when_there_is_a_newer_revision(world: World) {
    let head = world.head().await.revision;
    // What is there already is not waited for.
    let seen = world.store.wait(&world.ns, Revision::ZERO).await.must("wait");
    assert_eq!(seen, head);

    let garden = world.in_namespace("garden");
    found(&garden).await;
    let waiting = Client::clone(&world);
    let mut waiters = JoinSet::new();
    waiters.spawn(async move { waiting.store.wait(&waiting.ns, head).await.must("wait") });
    let early = timeout(Duration::from_millis(20), waiters.join_next()).await;
    assert!(early.is_err(), "nothing newer is there: {early:?}");
    garden.publish(&greeting(), "elsewhere").await;
    let early = timeout(Duration::from_millis(20), waiters.join_next()).await;
    assert!(early.is_err(), "another namespace is not waited for: {early:?}");

    world.publish(&greeting(), "Hello").await;
    assert_eq!(waiters.join_all().await, [head.next()]);
}

pub(crate) async fn waiting_for_what_came_long_ago_needs_no_commit(world: World) {
    world.publish_many(&greeting(), 5).await;
    let world = world.restart().await;
    let seen = world.store.wait(&world.ns, revision(2)).await.must("wait");
    assert_eq!(seen, revision(6), "the newest one");
}

pub(crate) async fn a_watcher_goes_on_where_it_stopped(world: World) {
    world.publish_many(&greeting(), 4).await;
    let before = world.feed().await;
    let world = world.restart().await;
    world.publish_many(&greeting(), 3).await;
    let mut seen = before.clone();
    let after = before.last().map_or(Revision::ZERO, |commit| commit.revision);
    seen.extend(world.feed_after(after).await);
    assert_eq!(seen, world.feed().await, "nothing is missed or repeated over a restart");
    assert_eq!(world.feed_after(world.head().await.revision).await, []);
}

pub(crate) async fn waiting_ends_when_the_store_is_closed(world: World) {
    let head = world.head().await.revision;
    let waiting = Client::clone(&world);
    let mut waiters = JoinSet::new();
    waiters.spawn(async move { waiting.store.wait(&waiting.ns, head).await });
    tokio::task::yield_now().await;
    drop(world.shut().await);
    for answer in waiters.join_all().await {
        assert!(matches!(answer, Err(StoreError::Closed)), "expected its end: {answer:?}");
    }
}
