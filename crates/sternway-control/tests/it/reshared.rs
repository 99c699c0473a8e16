//! What is live while candidates beside it come and go: it stays, and keeps what is known of it.

use sternway_control::deploy::OnSupersede;
use sternway_deploy::Ask;

use crate::{
    deploy::{by_shares, drive, shop, start_version},
    make::{because, production, version},
    world::World,
};

/// Candidates with a share each, which are taken back one after the other.
async fn come_and_go(world: &World, candidates: std::ops::RangeInclusive<u64>) {
    for number in candidates {
        world.publish(&format!("candidate {number}")).await;
        let begun = start_version(world, number, by_shares(&[5]), OnSupersede::Reject).await;
        let begun = begun.expect("it begins").deployment;
        drop(drive(world, &begun).await);
        let aborted = world.control.ask(&production(), begun.id, Ask::Abort, &because("no")).await;
        aborted.expect("it is aborted");
        drop(drive(world, &begun).await);
    }
}

#[tokio::test]
async fn others_are_held_against_all_that_is_known_of_it_however_often_shares_changed() {
    let world = shop().await;
    come_and_go(&world, 3..=8).await;
    let moves = world.moves().await;
    let shares = moves.matches("shifted").count();
    assert!(shares > 8, "more than the stays of which outcomes count: {moves}");
    let begun = start_version(&world, 2, by_shares(&[5]), OnSupersede::Reject).await;
    let begun = begun.expect("it begins").deployment;
    let baseline = begun.members[0].baseline.as_ref().expect("v1 had runs");
    assert_eq!((baseline.version, baseline.known()), (version(1), 300));
}
