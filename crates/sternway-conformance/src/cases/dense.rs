//! **Dense**: version numbers of an artifact and revisions of a namespace are 1, 2, 3, …, both in
//! commit order, and never reused.

use sternway_types::{Precondition, Target};
use tokio::task::JoinSet;

use crate::{
    everything::Everything,
    must::Must,
    world::{Client, World, artifact, found, greeting, label, move_to, revision, text, version},
};

fn numbers(found: &[u64]) {
    let expected: Vec<u64> = (1..).take(found.len()).collect();
    assert_eq!(found, expected, "numbers without gaps");
}

pub(crate) async fn version_numbers_of_an_artifact_are_dense(world: World) {
    let tool = artifact("tools/search");
    for number in 1..=4 {
        assert_eq!(world.publish(&greeting(), &format!("{number}")).await, version(number));
        // The same content is another version when it is published again.
        assert_eq!(world.publish(&tool, "the same").await, version(number));
    }
    let all = Everything::of(&world).await;
    for history in all.versions.values() {
        numbers(&history.iter().rev().map(|version| version.number.get()).collect::<Vec<_>>());
        let revisions: Vec<_> = history.iter().rev().map(|version| version.revision).collect();
        assert!(revisions.is_sorted(), "numbers are in commit order: {revisions:?}");
    }
    let latest: Vec<_> = all.artifacts.iter().map(|artifact| artifact.latest).collect();
    assert_eq!(latest, [version(4), version(4)]);
}

pub(crate) async fn revisions_of_a_namespace_are_dense(world: World) {
    let garden = world.in_namespace("garden");
    found(&garden).await;
    for number in 2..=5 {
        let name = label(&format!("label-{number}"));
        let receipt = world.apply(world.add(&greeting(), &text("Hello")).await).await;
        assert_eq!(receipt.revision, revision(2 * number - 2));
        let to = Target::Version(version(1));
        let receipt = world.apply(move_to(&greeting(), &name, to)).await;
        assert_eq!(receipt.revision, revision(2 * number - 1));
        let receipt = garden.apply(garden.add(&greeting(), &text("Hi")).await).await;
        assert_eq!(receipt.revision, revision(number), "each namespace counts for itself");
    }
    let feed = world.feed().await;
    numbers(&feed.iter().map(|commit| commit.revision.get()).collect::<Vec<_>>());
}

pub(crate) async fn what_is_refused_uses_up_no_number(world: World) {
    world.publish(&greeting(), "one").await;
    let add = world.add(&greeting(), &text("two")).await;
    let stale = Precondition::LatestIs { artifact: greeting(), version: None };
    let stale = world.changeset().when(stale).then(add.clone());
    world.store.commit(&stale).await.must_conflict("it is not new");
    let nowhere = move_to(&greeting(), &label("stable"), Target::Version(version(9)));
    let refused = world.changeset().then(add.clone()).then(nowhere);
    world.store.commit(&refused).await.must_refuse("there is no v9");

    let receipt = world.apply(add).await;
    assert_eq!(receipt.revision, revision(3));
    assert_eq!(receipt.version_of(&greeting()), Some(version(2)));
}

pub(crate) async fn racing_publishers_get_dense_numbers(world: World) {
    let mut publishers = JoinSet::new();
    for publisher in 0..8 {
        let client = Client::clone(&world);
        publishers.spawn(async move {
            let mut numbers = Vec::new();
            for number in 0..5 {
                let words = format!("{publisher} {number}");
                numbers.push((client.publish(&greeting(), &words).await.get(), words));
            }
            numbers
        });
    }
    let mut published = publishers.join_all().await.concat();
    published.sort();
    numbers(&published.iter().map(|(number, _)| *number).collect::<Vec<_>>());
    for (number, words) in published {
        let found = world.version(&greeting(), version(number)).await;
        assert_eq!(found.content, text(&words).reference(), "each was told its own number");
        assert_eq!(found.revision, revision(number + 1), "in commit order");
    }
}
