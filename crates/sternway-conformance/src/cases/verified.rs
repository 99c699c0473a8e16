//! **Verified**: a flipped byte anywhere is named by `verify`.

use std::collections::BTreeSet;

use sternway_store::{Limit, Report, StoreError};
use sternway_types::{Digest, Revision};
use tokio::{
    sync::watch,
    task::{JoinSet, yield_now},
};

use crate::{
    Place,
    everything::Everything,
    must::{Chain, Must, there},
    world::{
        Client, World, artifact, attestation, found, generation, greeting, latch, production,
        tests_passed, text, version,
    },
};

/// How many bits are flipped, one at a time.
const FLIPS: u64 = 96;

/// Something of everything that a store keeps, and in two namespaces.
pub(super) async fn populate(world: &World) {
    super::durable::populate(world).await;
    world.apply(attestation(&greeting(), version(1), "tests", tests_passed(3))).await;
    world.apply(latch(&greeting(), &production(), generation(1), version(2))).await;
    let long = text(&"a long content that is worth compressing\n".repeat(40));
    world.apply(world.add(&artifact("docs/long"), &long).await).await;
    let longer = text(&"a long content that is worth compressing\n".repeat(41));
    world.apply(world.add_near(&artifact("docs/long"), &longer, &long).await).await;
    let large = text(&"a content that is too large for one row\n".repeat(8_000));
    world.apply(world.add(&artifact("docs/large"), &large).await).await;
    let garden = world.in_namespace("garden");
    found(&garden).await;
    garden.publish(&greeting(), "Hello from the garden").await;
}

async fn verify(client: &Client) -> Report {
    client.store.verify().await.must("verify")
}

pub(crate) async fn a_sound_store_verifies(world: World) {
    assert!(verify(&world).await.is_sound(), "an empty store");
    populate(&world).await;
    let check = async |world: &World| {
        let report = verify(world).await;
        assert!(report.is_sound() && report.damages.is_empty(), "{report:#?}");
        let revisions = world.head().await.revision.get() + 3 - 1;
        let counts = (report.namespaces, report.revisions, report.versions, report.outcomes);
        assert_eq!(counts, (2, revisions, 8, 2), "everything was looked at: {report:?}");
        assert_eq!(report.contents, 8, "{report:?}");
        let chain = world.store.verify_chain().await.must("verify the chain");
        assert!(chain.is_sound(), "{chain:#?}");
        assert_eq!((chain.namespaces, chain.revisions), (2, revisions), "{chain:?}");
    };
    check(&world).await;
    let world = world.restart().await;
    check(&world).await;
    let world = world.crash().await;
    check(&world).await;
}

pub(crate) async fn the_chain_leads_from_receipts_to_the_head(world: World) {
    let before = world.head().await.revision;
    let mut receipts = Vec::new();
    for number in 0..8 {
        // Equal changes are not equal links.
        let words = if number < 4 { "the same" } else { "another" };
        receipts.push(world.apply(world.add(&greeting(), &text(words)).await).await);
    }
    let world = world.restart().await;
    let feed = world.feed().await;
    let links: BTreeSet<Digest> = feed.iter().map(|commit| commit.chain).collect();
    assert_eq!(links.len(), feed.len(), "every link is another one");
    assert!(!links.contains(&Digest::ZERO), "no link is the start of the chain");
    let after = feed.iter().filter(|commit| commit.revision > before);
    for (commit, receipt) in after.zip(&receipts) {
        assert_eq!((commit.revision, commit.chain), (receipt.revision, receipt.chain));
    }
    assert_eq!(Some(world.head().await.chain), receipts.last().map(|receipt| receipt.chain));

    // The same changes in another namespace are another history.
    let garden = world.in_namespace("garden");
    found(&garden).await;
    let other = there(garden.feed().await.pop(), "commit");
    assert!(!links.contains(&other.chain), "a link belongs to one namespace");
}

/// Publishes, or reads what there is, until it is told to stop.
async fn disturb(client: Client, number: u64, mut stop: watch::Receiver<bool>) {
    let id = artifact(&format!("prompts/writer-{number}"));
    let mut words = 0_u64;
    while !*stop.borrow_and_update() {
        words += 1;
        if number.is_multiple_of(2) {
            client.publish(&id, &words.to_string()).await;
        } else {
            client.store.feed(&client.ns, Revision::ZERO, Limit::MAX).await.must("read");
        }
        yield_now().await;
    }
}

pub(crate) async fn writers_and_readers_do_not_disturb_it(world: World) {
    populate(&world).await;
    let (stop, stopped) = watch::channel(false);
    let mut others = JoinSet::new();
    for number in 0..4 {
        others.spawn(disturb(Client::clone(&world), number, stopped.clone()));
    }
    for _ in 0..8 {
        let mut at_once = JoinSet::new();
        for client in [Client::clone(&world), Client::clone(&world)] {
            at_once.spawn(async move { verify(&client).await });
        }
        for report in at_once.join_all().await {
            assert!(report.is_sound(), "{report:#?}");
        }
    }
    stop.send_replace(true);
    others.join_all().await;
}

/// Looks at a damaged place the way its owner would: opens it, and asks what is wrong.
async fn diagnose(place: &dyn Place) -> Result<Report, StoreError> {
    let store = place.open().await?;
    let client = Client::new(store, "shop");
    // What is read meanwhile is what was written, or an error. It must not panic.
    if let Ok(all) = Everything::read(&client, Limit::MAX).await {
        for (digest, content) in all.contents {
            let as_written = content.is_none_or(|content| content.digest() == digest);
            assert!(as_written, "a damaged content was given out");
        }
    }
    let report = client.store.verify().await;
    client.store.close().await.must("close a damaged store");
    report
}

pub(crate) async fn a_flipped_bit_anywhere_is_named(world: World) {
    populate(&world).await;
    flips_are_named(world).await;
}

/// Flips bits of everything that there is.
pub(super) async fn flips_are_named(world: World) {
    let place = world.shut().await;
    for seed in 0..FLIPS {
        let flipped = place.damage(seed).await;
        match diagnose(place.as_ref()).await {
            Ok(report) => {
                assert!(!report.is_sound(), "seed {seed}: nothing was found after {flipped}");
                let named = report.damages.iter().all(|it| !it.place.is_empty());
                assert!(named && !report.damages.is_empty(), "seed {seed}: {report:#?}");
            }
            Err(StoreError::Corrupt { place, .. }) => {
                assert!(!place.is_empty(), "seed {seed}: {flipped}");
            }
            Err(StoreError::NotAStore { .. }) => (),
            Err(err) => panic!("seed {seed}: {flipped}: {}", Chain(&err)),
        }
        place.mend().await;
    }
    let report = diagnose(place.as_ref()).await.must("verify a place that was mended");
    assert!(report.is_sound(), "the harness does not mend what it damages: {report:#?}");
}
