//! The live table where the store cannot be read for a while: it says so, and catches up by itself.

use std::{sync::Arc, time::Duration};

use sternway_control::{Control, live::LiveTable};
use tokio::time::{Instant, advance};

use crate::{
    gate::{GatedKv, abandon},
    make::{greeting, production, said, version},
    world::{SECOND, World},
};

const GONE: &str = "store-unavailable: the store did not do it: the storage backend is \
                    unavailable: the disk is gone";

/// A greeting whose second version is staged, in a map whose reads can fail.
async fn two_versions() -> (World, GatedKv) {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    (world, kv)
}

fn live(table: &LiveTable) -> u64 {
    table.get(&greeting(), &production()).expect("it is live").version.get()
}

/// Lets time pass until the table is in trouble, or is not.
async fn until(table: &LiveTable, trouble: bool) {
    let waiting = Instant::now();
    while table.trouble().is_some() != trouble {
        assert!(waiting.elapsed() < 10 * SECOND, "nothing happens");
        advance(Duration::from_millis(5)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_cannot_read_says_so_and_catches_up() {
    let (world, kv) = two_versions().await;
    let table = world.control.live().await.unwrap();
    let loaded = table.revision();
    assert!(table.trouble().is_none());
    kv.blind_after_commit();
    let promoted = world.promote(2).await.revision.unwrap();
    until(table, true).await;
    assert_eq!(said(Err::<(), _>(table.trouble().unwrap())), GONE);
    assert_eq!(live(table), 1, "as far as it came");
    assert_eq!(said(table.at_least(promoted).await), GONE, "whoever asks for more is told");
    assert_eq!(table.at_least(loaded).await.unwrap(), loaded, "what was reached was reached");
    kv.see();
    until(table, false).await;
    assert_eq!(table.at_least(promoted).await.unwrap(), promoted);
    assert_eq!(live(table), 2);
    world.roll_back(None).await.unwrap();
    table.at_least(world.control.written()).await.unwrap();
    assert_eq!(live(table), 1, "and is followed as before");
}

#[tokio::test(start_paused = true)]
async fn who_waits_when_the_trouble_begins_is_told() {
    let (world, kv) = two_versions().await;
    let table = world.control.live().await.unwrap();
    let next = world.head().await.next();
    kv.blind_after_commit();
    let (reached, _) = tokio::join!(table.at_least(next), world.promote(2));
    assert_eq!(said(reached), GONE);
}

#[tokio::test(start_paused = true)]
async fn a_trouble_that_hid_nothing_is_over_when_reading_works_again() {
    let (world, kv) = two_versions().await;
    let table = world.control.live().await.unwrap();
    let next = world.head().await.next();
    kv.blind_after_commit();
    let garden = Control::new(Arc::clone(&world.store), "garden".parse().unwrap());
    garden.create_namespace().await.unwrap();
    until(table, true).await;
    kv.see();
    until(table, false).await;
    let early = abandon(table.at_least(next), 1).await;
    assert!(early.is_none(), "it waits as before: {early:?}");
    let (reached, promoted) = tokio::join!(table.at_least(next), world.promote(2));
    assert_eq!((reached.unwrap(), promoted.to), (next, version(2)));
}

#[tokio::test(start_paused = true)]
async fn the_end_does_not_wait_for_the_next_try() {
    let (world, kv) = two_versions().await;
    let table = world.control.live().await.unwrap();
    kv.blind_after_commit();
    let promoted = world.promote(2).await.revision.unwrap();
    until(table, true).await;
    for _ in 0..10 {
        advance(SECOND).await;
    }
    let ending = Instant::now();
    world.control.shutdown().await.unwrap();
    assert_eq!(ending.elapsed(), Duration::ZERO);
    let closed = "store-unavailable: the store did not do it: the store is closed";
    assert_eq!(said(table.at_least(promoted).await), closed);
    assert_eq!(said(Err::<(), _>(table.trouble().unwrap())), closed, "nothing follows any more");
}
