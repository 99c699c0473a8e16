//! What was measured of versions, side by side.

use sternway_control::{ControlError, compare::Compared};
use sternway_policy::compare::{Change, Options};
use sternway_types::{Finding, Generation, Metric, Ratio, Subject};

use crate::{
    make::{alice, generation, greeting, production, said, version, versions},
    world::World,
};

async fn try_compare(world: &World, numbers: [u64; 2]) -> Result<Compared, ControlError> {
    let (greeting, production, options) = (greeting(), production(), Options::default());
    world.control.compare(&greeting, versions(numbers), &production, &options).await
}

async fn compared(world: &World) -> Compared {
    try_compare(world, [1, 2]).await.expect("it is compared")
}

fn change(compared: &Compared, metric: &str) -> Option<Change> {
    let metric: Metric = metric.parse().expect("a metric");
    compared.metrics.iter().find(|one| one.metric == metric).map(|one| one.change)
}

#[tokio::test]
async fn all_stays_of_a_version_count_and_runs_without_one() {
    let world = World::with_live(2).await;
    let first = world.subject(2).await;
    assert_eq!(first.generation, generation(2));
    drop(world.control.record(world.outcomes(&first, "....")).await.unwrap());
    world.promote(1).await;
    world.promote(2).await;
    world.run(2, "....").await;
    let idle = Subject { generation: Generation::ZERO, ..first };
    drop(world.control.record(world.outcomes(&idle, "xx")).await.unwrap());
    let subject = world.subject(1).await;
    drop(world.control.record(world.outcomes(&subject, "..........")).await.unwrap());
    let compared = compared(&world).await;
    assert_eq!(compared.to.runs(), [10, 8, 2, 0]);
    assert_eq!(compared.from.runs(), [10, 10, 0, 0]);
    assert_eq!(change(&compared, "success_rate"), Some(Change::Degraded));
    assert!(!compared.from.older_left_out);
}

#[tokio::test]
async fn s06_ratings_are_metrics() {
    let world = World::with_live(2).await;
    for (number, rating) in [(1, 0.9), (2, 0.0)] {
        for name in ["security", "rating"] {
            let finding = Finding::Rating(Ratio::new(rating).unwrap());
            let name = name.parse().unwrap();
            let (greeting, alice) = (greeting(), alice());
            let attested =
                world.control.attest(&greeting, version(number), name, finding, &alice).await;
            attested.unwrap();
        }
    }
    let compared = compared(&world).await;
    assert_eq!(change(&compared, "security_rating"), Some(Change::Degraded));
    assert_eq!(change(&compared, "rating"), Some(Change::Degraded));
    assert_eq!(change(&compared, "success_rate"), None, "nothing ran");
}

#[tokio::test]
async fn more_stays_than_are_summed_up_are_said() {
    let world = World::with_live(2).await;
    for _ in 0..70 {
        world.promote(1).await;
        world.promote(2).await;
    }
    let compared = compared(&world).await;
    assert!(compared.from.older_left_out && compared.to.older_left_out);
}

#[tokio::test]
async fn a_version_that_is_not_there_is_named() {
    let world = World::with_live(1).await;
    let said = said(try_compare(&world, [1, 7]).await);
    assert!(said.starts_with("version-not-found: "), "{said}");
}
