//! **Told**: channels, and how far in the feed each was told.

use sternway_store::Refusal;
use sternway_types::{Change, Outbox, RecordKey};

use crate::{
    everything::Everything,
    must::Must,
    world::{World, alice, channel, put_channel, put_outbox, revision, robot},
};

async fn refused(world: &World, change: Change) -> Refusal {
    let before = Everything::of(world).await;
    let changeset = world.changeset_by(robot()).then(change);
    let refusal = world.store.commit(&changeset).await.must_refuse("it breaks an invariant");
    Everything::of(world).await.must_equal(&before, "what was refused");
    refusal
}

fn of(problem: &'static str) -> Refusal {
    Refusal::Outbox { channel: channel(0), problem }
}

/// A channel that goes on after the first revision, at the second.
async fn told(world: &World) -> Outbox {
    let outbox = Outbox::after(channel(0), revision(1));
    let add = world.changeset().then(put_channel(&channel(0), None));
    world.commit(&add.then(put_outbox(&outbox))).await;
    outbox
}

pub(crate) async fn a_place_in_the_feed_is_of_a_channel_that_is_there(world: World) {
    let outbox = Outbox::after(channel(0), revision(1));
    assert_eq!(refused(&world, put_outbox(&outbox)).await, Refusal::NoChannel(channel(0)));
    told(&world).await;
    let ahead = Outbox::after(channel(0), revision(3));
    assert_eq!(refused(&world, put_outbox(&ahead)).await, of("is ahead of the feed"));
    let head = Outbox::after(channel(0), revision(2));
    world.commit(&world.changeset_by(robot()).then(put_outbox(&head))).await;
}

pub(crate) async fn a_channel_is_taken_away_after_its_place(world: World) {
    told(&world).await;
    let (key, place) = (RecordKey::channel(&channel(0)), RecordKey::outbox(&channel(0)));
    let alone = refused(&world, Change::DeleteRecord(key.clone())).await;
    assert_eq!(alone, of("is there: take it away first"));
    let both = world.changeset().then(Change::DeleteRecord(place));
    world.commit(&both.then(Change::DeleteRecord(key.clone()))).await;
    let gone = refused(&world, Change::DeleteRecord(key.clone())).await;
    assert_eq!(gone, Refusal::NoRecord(key));
    // The next one of its name begins anew.
    told(&world).await;
}

pub(crate) async fn automation_never_goes_back(world: World) {
    let before = told(&world).await;
    let further = Outbox::after(channel(0), revision(2));
    world.commit(&world.changeset_by(robot()).then(put_outbox(&further))).await;
    let back = refused(&world, put_outbox(&before)).await;
    assert_eq!(back, of("goes back, which only a person may ask for"));
    world.commit(&world.changeset_by(alice()).then(put_outbox(&before))).await;
}
