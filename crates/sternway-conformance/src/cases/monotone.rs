//! **Monotone**: the times of a namespace's commits never go backwards, whatever clocks do.

use sternway_types::{Target, Timestamp};

use crate::world::{World, found, greeting, label, move_to, text, version};

pub(crate) async fn times_never_go_backwards(world: World) {
    let mut newest = world.head().await.at;
    for (number, step) in (1..).zip([10, -3_600, 5, -1, 0, 7_200, -100_000, 1]) {
        let asked = world.pass(step);
        let mut changeset =
            world.changeset().then(world.add(&greeting(), &text(&format!("{number}"))).await);
        changeset.at = asked;
        let receipt = world.commit(&changeset).await;
        assert_eq!(receipt.at, asked.max(newest), "the later of both");
        newest = receipt.at;

        let name = label(&format!("label-{number}"));
        world.apply(move_to(&greeting(), &name, Target::Version(version(number)))).await;
        let at = world.version(&greeting(), version(number)).await.at;
        assert_eq!(at, receipt.at, "what was written has the time of its commit");
        newest = newest.max(world.pointer(&greeting(), &name).await.at);
    }
    assert_eq!(world.head().await.at, newest);
    let world = world.restart().await;
    let times: Vec<Timestamp> = world.feed().await.iter().map(|commit| commit.at).collect();
    assert!(times.is_sorted(), "{times:?}");

    let mut late = world.changeset().then(world.add(&greeting(), &text("late")).await);
    late.at = Timestamp::EPOCH;
    assert_eq!(world.commit(&late).await.at, newest, "also after a restart");
}

pub(crate) async fn each_namespace_has_times_of_its_own(world: World) {
    world.pass(1_000_000);
    let here = world.apply(world.add(&greeting(), &text("Hello")).await).await;
    world.pass(-900_000);
    let garden = world.in_namespace("garden");
    found(&garden).await;
    let there = garden.apply(garden.add(&greeting(), &text("Hello")).await).await;
    assert!(there.at < here.at, "another namespace does not hold this one's clock");
    let back = world.apply(world.add(&greeting(), &text("Hi")).await).await;
    assert_eq!(back.at, here.at);
}

pub(crate) async fn times_at_the_edges_are_kept(world: World) {
    let mut first = world.changeset().then(world.add(&greeting(), &text("1")).await);
    first.at = Timestamp::MIN;
    let begin = world.head().await.at;
    assert_eq!(world.commit(&first).await.at, begin);
    let mut last = world.changeset().then(world.add(&greeting(), &text("2")).await);
    last.at = Timestamp::MAX;
    assert_eq!(world.commit(&last).await.at, Timestamp::MAX);
    let world = world.restart().await;
    assert_eq!(world.head().await.at, Timestamp::MAX);
    let after = world.apply(world.add(&greeting(), &text("3")).await).await;
    assert_eq!(after.at, Timestamp::MAX);
}
