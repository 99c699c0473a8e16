//! **Consistent**: each read sees one revision, and every write acknowledged before it began.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sternway_store::Limit;
use sternway_types::{ArtifactId, At, RecordKind, Target, VersionNumber};
use tokio::task::JoinSet;

use crate::{
    everything::Everything,
    must::{Must, there},
    world::{
        Client, World, artifact, attestation, failed, greeting, label, live, move_to, production,
        tests_passed, version,
    },
};

fn parts() -> Vec<ArtifactId> {
    (0..6).map(|number| artifact(&format!("parts/part-{number}"))).collect()
}

/// How often all parts are moved.
const RELEASES: u64 = 100;

/// Moves all parts together, to and fro, and says when it has ended.
async fn release(client: Client, ended: Arc<AtomicBool>) {
    for number in 0..RELEASES {
        let to = Target::Version(version(number % 2 + 1));
        let release = parts()
            .iter()
            .fold(client.changeset(), |all, id| all.then(move_to(id, &live(&production()), to)));
        client.commit(&release).await;
    }
    ended.store(true, Ordering::Relaxed);
}

/// Reads the environment until the end, and its history at each revision that it sees.
async fn read(client: Client, ended: Arc<AtomicBool>) {
    while !ended.load(Ordering::Relaxed) {
        let read = async |at| {
            let (store, ns) = (&client.store, &client.ns);
            let page = store.environment(ns, &production(), at, None, Limit::MAX).await;
            page.must("read the environment")
        };
        let now = read(At::Head).await;
        let versions: Vec<Option<VersionNumber>> = now.iter().map(|it| it.version).collect();
        assert!(
            now.windows(2).all(|pair| match pair {
                [one, other] => (one.version, one.revision) == (other.version, other.revision),
                _ => true,
            }),
            "a release was seen in part: {versions:?}"
        );
        if let Some(pointer) = now.first() {
            let then = read(At::Revision(pointer.revision)).await;
            assert_eq!(then, now, "the same revision again");
        }
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn readers_see_a_release_whole_or_not_at_all(world: World) {
    for id in parts() {
        world.publish_many(&id, 2).await;
    }
    let ended = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        tasks.spawn(read(Client::clone(&world), Arc::clone(&ended)));
    }
    tasks.spawn(release(Client::clone(&world), ended));
    tasks.join_all().await;
}

pub(crate) async fn a_read_sees_what_was_acknowledged_before(world: World) {
    let reader = Client::clone(&world);
    for number in 1..=20 {
        let receipt = {
            world.publish(&greeting(), &format!("{number}")).await;
            let to = Target::Version(version(number));
            world.apply(move_to(&greeting(), &label("newest"), to)).await
        };
        world.apply(attestation(&greeting(), version(number), "tests", tests_passed(number))).await;
        // Another task on another thread, which begins after the answer.
        let reader = reader.clone();
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            let newest = reader.pointer(&greeting(), &label("newest")).await;
            assert_eq!(newest.version, Some(version(number)), "the pointer");
            assert!(reader.head().await.revision > receipt.revision, "the head");
            let (store, ns) = (&reader.store, &reader.ns);
            let history =
                store.history(ns, &greeting(), At::Head, None, Limit::new(1)).await.must("read");
            let newest = there(history.first(), "newest version");
            assert_eq!(newest.number, version(number), "the history");
            let feed = reader.feed_after(receipt.revision).await;
            assert_eq!(feed.len(), 1, "the feed");
            let kind = RecordKind::Attestation;
            let records =
                store.records(ns, kind, "", At::Head, None, Limit::MAX).await.must("read");
            assert_eq!(records.len() as u64, number, "the records");
        });
        reading.join_all().await;
    }
}

pub(crate) async fn a_count_is_seen_when_it_was_acknowledged(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let subject = world.subject(&greeting(), &production()).await;
    for number in 1..=10 {
        world.report(vec![failed(&format!("{number}"), &subject, world.now())]).await;
        let tallies = world.store.tallies(&world.ns, &subject).await.must("read the tallies");
        assert_eq!(there(tallies, &subject).tally.failed, number);
        let outcomes = world.store.outcomes(&world.ns, &subject, number - 1, Limit::MAX).await;
        assert_eq!(outcomes.must("read outcomes").len(), 1);
    }
}

pub(crate) async fn all_reads_agree(world: World) {
    super::durable::populate(&world).await;
    let all = Everything::of(&world).await;
    crate::model::single_reads_agree(&world, &all).await;
    crate::model::agrees_with_its_feed(&world).await;
}
