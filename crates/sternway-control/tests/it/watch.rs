//! Watch: every commit once, in order, from any revision on.

use sternway_types::{Applied, Revision};

use crate::{
    gate::abandon,
    make::{revision, said},
    world::World,
};

#[tokio::test]
async fn a_watcher_sees_everything_once_and_in_order() {
    let world = World::with_live(2).await;
    let mut watch = world.control.watch(Revision::ZERO);
    let head = world.head().await.get();
    for expected in 1..=head {
        let commit = watch.next().await.unwrap();
        assert_eq!(commit.revision, revision(expected));
        assert_eq!(watch.position(), commit.revision);
    }
    assert_eq!(watch.try_next().await.unwrap(), None);
    assert_eq!(world.commits_after(0).await.len() as u64, head);
}

#[tokio::test]
async fn a_watcher_sees_what_was_applied() {
    let world = World::new().await;
    let mut watch = world.control.watch(world.head().await);
    world.publish("Hello").await;
    let commit = watch.next().await.unwrap();
    let applied: Vec<_> = commit
        .applied
        .iter()
        .map(|applied| match applied {
            Applied::VersionAdded(version) => format!("added {}", version.number),
            Applied::PointerMoved(moved) => format!("moved {}", moved.name),
            Applied::NamespaceCreated | Applied::RecordChanged(_) => "something else".into(),
        })
        .collect();
    assert_eq!(applied, ["added v1", "moved environment production"]);
}

#[tokio::test]
async fn a_watcher_resumes_where_it_was() {
    let world = World::with_live(1).await;
    let position = {
        let mut watch = world.control.watch(Revision::ZERO);
        watch.next().await.unwrap();
        watch.position()
    };
    world.publish("Hi").await;
    let mut resumed = world.control.watch(position);
    assert_eq!(resumed.next().await.unwrap().revision, position.next());
    assert_eq!(resumed.next().await.unwrap().revision, world.head().await);
    assert_eq!(resumed.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn a_watcher_is_woken_by_the_next_commit() {
    let world = World::new().await;
    let mut watch = world.control.watch(world.head().await);
    let (commit, _) = tokio::join!(watch.next(), world.publish("Hello"));
    assert_eq!(commit.unwrap().revision, world.head().await);
}

#[tokio::test]
async fn giving_up_waiting_loses_nothing() {
    let world = World::new().await;
    let mut watch = world.control.watch(world.head().await);
    assert!(abandon(watch.next(), 1).await.is_none(), "there is nothing yet");
    world.publish("Hello").await;
    world.publish("Hi").await;
    let first = watch.next().await.unwrap().revision;
    assert_eq!(watch.next().await.unwrap().revision, first.next());
}

#[tokio::test]
async fn a_slow_watcher_misses_nothing_over_many_pages() {
    let world = World::new().await;
    let mut watch = world.control.watch(Revision::ZERO);
    watch.next().await.unwrap();
    for number in 0..120 {
        world.publish(&format!("greeting {number}")).await;
    }
    let mut seen = 1;
    while let Some(commit) = watch.try_next().await.unwrap() {
        seen += 1;
        assert_eq!(commit.revision, revision(seen));
    }
    assert_eq!(revision(seen), world.head().await);
}

#[tokio::test]
async fn a_watcher_of_what_is_to_come_waits_for_it() {
    let world = World::new().await;
    let mut watch = world.control.watch(world.head().await.next());
    world.publish("Hello").await;
    assert!(abandon(watch.next(), 1).await.is_none(), "that one it did not ask for");
    world.publish("Hi").await;
    assert_eq!(watch.next().await.unwrap().revision, world.head().await);
}

#[tokio::test]
async fn a_rollback_is_seen_with_all_that_belongs_to_it() {
    let world = World::with_live(2).await;
    let mut watch = world.control.watch(world.head().await);
    world.run(2, "xxx").await;
    let commit = watch.next().await.unwrap();
    assert_eq!(commit.applied.len(), 3, "the move, the condemnation and the latch");
    assert_eq!(watch.try_next().await.unwrap(), None, "in one commit");
}

#[tokio::test]
async fn a_watcher_that_waits_learns_that_the_store_was_closed() {
    let world = World::new().await;
    let mut watch = world.control.watch(world.head().await);
    let (ended, closed) = tokio::join!(watch.next(), world.control.shutdown());
    closed.unwrap();
    assert_eq!(said(ended), "store-unavailable: the store did not do it: the store is closed");
}

#[tokio::test]
async fn a_watcher_reads_to_the_end_of_its_page_before_it_learns_that() {
    let world = World::with_live(2).await;
    let mut watch = world.control.watch(Revision::ZERO);
    watch.next().await.unwrap();
    let left = world.head().await.get() - 1;
    world.control.shutdown().await.unwrap();
    for _ in 0..left {
        watch.next().await.unwrap();
    }
    assert!(said(watch.next().await).ends_with("the store is closed"));
}
