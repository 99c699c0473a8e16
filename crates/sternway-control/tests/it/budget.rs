//! What automation may take back in a day, whether it was live or not.

use std::time::Duration;

use sternway_control::{deploy::OnSupersede, rollback::Reaction};
use sternway_deploy::Ask;
use sternway_types::{LatchAction, Phase};

use crate::{
    deploy::{by_shares, drive, run, shop, start_version},
    make::{alice, production},
    world::World,
};

const DAY: Duration = Duration::from_hours(24);

/// Deploys a version beside v1, and has it go back: found to be worse, or since a person wants that.
async fn goes_back(world: &World, number: u64, worse: bool) {
    let begun = start_version(world, number, by_shares(&[5]), OnSupersede::Reject).await;
    let begun = begun.expect("it begins").deployment;
    drop(drive(world, &begun).await);
    if worse {
        drop(run(world, number, "xxx").await);
    } else {
        let asked = world.control.ask(&production(), begun.id, Ask::Abort, &alice()).await;
        drop(asked.expect("a person may"));
    }
    assert_eq!(drive(world, &begun).await.deployment.phase, Phase::RolledBack);
}

/// What is done about v4, which is live and regresses, after v2 and v3 went back from beside v1.
async fn after(worse: [bool; 2], length: Duration) -> Option<Reaction> {
    let world = shop().await;
    for number in [3, 4] {
        world.publish(&format!("greeting {number}")).await;
    }
    world.clock.advance(DAY);
    for (number, worse) in [2, 3].into_iter().zip(worse) {
        goes_back(&world, number, worse).await;
    }
    world.promote(4).await;
    world.clock.advance(length);
    world.reaction(4, "xxx").await
}

#[tokio::test]
async fn a_candidate_that_was_withdrawn_counts_like_a_version_that_was_live() {
    let spent = after([true, true], Duration::ZERO).await;
    let is_spent = matches!(spent, Some(Reaction::Stays { action: LatchAction::OverBudget, .. }));
    assert!(is_spent, "{spent:?}");
}

#[tokio::test]
async fn what_a_person_took_back_and_what_was_a_day_ago_counts_for_nothing() {
    for (worse, length) in [([true, false], Duration::ZERO), ([true, true], DAY)] {
        let back = after(worse, length).await;
        assert!(matches!(back, Some(Reaction::RolledBack(_))), "{worse:?} {length:?} {back:?}");
    }
}
