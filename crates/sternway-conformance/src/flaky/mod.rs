//! [`KvStore`](sternway_store::KvStore) on a map that fails now and then: what the promises are
//! worth when the disk does not do what it was asked.

mod kv;

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use sternway_store::{MemoryKv, StoreError};
use sternway_types::{At, Change, Changeset, NewVersion, Receipt, Target};
use tokio::{task::JoinSet, time::timeout};

use self::kv::{Fate, Fates, FlakyKv};
use crate::{
    KvHarness, model,
    must::Must,
    run::run,
    world::{
        Client, World, artifact, environment, environment_record, greeting, label, move_to,
        production, succeeded, text, version,
    },
};

/// Runs a case on a map whose commits fare as `fates` says, once the world is there.
fn on<F: Future<Output = ()>>(name: &str, case: impl FnOnce(World, Arc<Fates>) -> F) {
    let fates = Arc::new(Fates::default());
    let of_places = Arc::clone(&fates);
    let harness = KvHarness::new(move || {
        let (map, fates) = (MemoryKv::new(), Arc::clone(&of_places));
        move || Ok(FlakyKv::new(map.clone(), Arc::clone(&fates)))
    });
    run(name, harness, |world| case(world, fates));
}

/// Commits, and sends the same changeset again for as long as it may succeed later. A content may
/// have been lost with somebody else's batch, so it is written again, too.
async fn insist(client: &Client, changeset: &Changeset, words: &str) -> Receipt {
    for _ in 0..1_000 {
        if let Err(err) = client.store.put(&text(words), None).await {
            assert!(err.is_temporary(), "{err}");
            continue;
        }
        match client.store.commit(changeset).await {
            Ok(receipt) => return receipt,
            Err(err) => assert!(err.is_temporary(), "{err}"),
        }
    }
    panic!("a changeset was never committed")
}

async fn publish_in_spite(client: Client, writer: u64) -> Vec<(Changeset, Receipt)> {
    let id = artifact(&format!("prompts/writer-{writer}"));
    let mut receipts = Vec::new();
    for number in 1..=15 {
        let words = format!("{writer} {number}");
        let new = NewVersion::new(id.clone(), text(&words).reference());
        let to = Target::Version(version(number));
        let changeset = client.changeset().then(Change::AddVersion(Box::new(new))).then(move_to(
            &id,
            &label("newest"),
            to,
        ));
        let receipt = insist(&client, &changeset, &words).await;
        receipts.push((changeset, receipt));
    }
    receipts
}

#[test]
fn whoever_repeats_a_changeset_gets_it_applied_once() {
    on("flaky::commits", |world, fates| async move {
        fates.roll(7);
        let mut writers = JoinSet::new();
        for writer in 0..6 {
            writers.spawn(publish_in_spite(Client::clone(&world), writer));
        }
        let receipts = writers.join_all().await.concat();
        fates.calm();
        let world = world.crash().await;
        let feed = world.feed().await;
        assert_eq!(feed.len(), receipts.len() + 1, "each was applied once");
        for (changeset, receipt) in receipts {
            let found = feed.iter().find(|commit| commit.changeset == changeset.id);
            assert_eq!(found.map(Receipt::from), Some(receipt), "each was told what is so");
        }
        model::agrees_with_its_feed(&world).await;
    });
}

#[test]
fn whoever_repeats_an_append_gets_it_counted_once() {
    on("flaky::appends", |world, fates| async move {
        world.publish(&greeting(), "Hello").await;
        world.go_live(&greeting(), &production(), version(1)).await;
        let subject = world.subject(&greeting(), &production()).await;
        fates.roll(11);
        let mut reporters = JoinSet::new();
        for reporter in 0..6_u64 {
            let (client, subject) = (Client::clone(&world), subject.clone());
            reporters.spawn(async move {
                for number in 0..20 {
                    let name = format!("{reporter} {number}");
                    let batch = client.arriving(vec![succeeded(&name, &subject, client.now())]);
                    while let Err(err) = client.store.append(&batch).await {
                        assert!(err.is_temporary(), "{err}");
                    }
                }
            });
        }
        reporters.join_all().await;
        fates.calm();
        let tallies = world.store.tallies(&world.ns, &subject).await.must("read the tallies");
        assert_eq!(tallies.map(|tallies| tallies.tally.total()), Some(120));
        let report = world.store.verify().await.must("verify");
        assert!(report.is_sound(), "{report:#?}");
    });
}

#[test]
fn a_commit_that_failed_and_happened_wakes_who_waits() {
    on("flaky::waiting", |world, fates| async move {
        let head = world.head().await.revision;
        let waiting = Client::clone(&world);
        let mut waiters = JoinSet::new();
        waiters.spawn(async move { waiting.store.wait(&waiting.ns, head).await.must("wait") });
        assert!(timeout(Duration::from_millis(50), waiters.join_next()).await.is_err());
        let changeset = world.changeset().then(environment_record(&environment("lab")));
        fates.next(Fate::Happen);
        let answer = world.store.commit(&changeset).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        assert_eq!(world.head().await.revision, head.next(), "it happened all the same");
        let woken = timeout(Duration::from_secs(1), waiters.join_next()).await;
        assert!(woken.is_ok(), "nobody woke who waits for revision {}", head.next());
    });
}

/// Hands a future's work in without waiting for the answer.
async fn hand_in<T>(future: &mut (impl Future<Output = T> + Unpin)) {
    let early = poll_fn(|context| Poll::Ready(pin!(&mut *future).poll(context).is_ready()));
    assert!(!early.await, "the answer came before the map was asked");
}

#[test]
fn a_refusal_does_not_rest_on_a_write_that_failed() {
    on("flaky::refusals", |world, fates| async move {
        let garden = world.in_namespace("garden");
        let changesets = [(); 2].map(|()| garden.changeset().then(Change::CreateNamespace));
        let [one, other] = &changesets;
        // Somebody's write is under way, so that both gather behind it in one batch.
        let first = world.changeset().then(environment_record(&environment("lab")));
        fates.hold();
        let mut first = pin!(world.store.commit(&first));
        hand_in(&mut first).await;
        fates.held();
        let (mut one, mut other) =
            (pin!(garden.store.commit(one)), pin!(garden.store.commit(other)));
        hand_in(&mut one).await;
        hand_in(&mut other).await;
        fates.next(Fate::Fail);
        fates.release();
        first.await.must("commit");
        let (one, other) = (one.await, other.await);
        assert!(matches!(one, Err(StoreError::Unavailable(_))), "{one:?}");
        let gone = garden.store.head(&garden.ns, At::Head).await.must("read the head").is_none();
        assert!(gone && matches!(other, Err(StoreError::Unavailable(_))), "{other:?}");
    });
}
