//! How steady versions were where they were live.

use sternway_control::{ControlError, stability::StableArtifact};
use sternway_deploy::Ask;
use sternway_policy::Stability;

use crate::{
    deploy::{by_shares, drive, run, shop, start},
    make::{artifact, because, greeting, production, version},
    world::{MINUTE, World},
};

async fn stability(world: &World) -> StableArtifact {
    world.control.stability(&greeting(), &production(), 20).await.expect("it can be read")
}

#[tokio::test]
async fn t09_the_history_says_how_each_version_did_and_what_changed() {
    let world = World::with_live(1).await;
    world.run(1, "....").await;
    world.clock.advance(MINUTE);
    world.publish("greeting 2").await;
    world.promote(2).await;
    world.run(2, "...x").await;
    let found = stability(&world).await;
    let shown: Vec<_> = found
        .versions
        .iter()
        .map(|it| (it.version, it.stays, it.success.mean(), it.success_change, it.stability))
        .collect();
    assert_eq!(
        shown,
        [
            (version(2), 1, Some(0.75), Some(-0.25), Stability::Acceptable),
            (version(1), 1, Some(1.0), None, Stability::Stable),
        ]
    );
    assert!(found.versions[1].live_for >= MINUTE, "{found:?}");
    assert_eq!((found.live, found.latest), (Some(version(2)), version(2)));
}

#[tokio::test]
async fn t10_the_summary_counts_stays_and_rollbacks() {
    let world = World::with_live(2).await;
    world.run(2, "TT").await;
    assert_eq!(world.live().await, Some(version(1)));
    world.publish("greeting 3").await;
    world.promote(3).await;
    let found = stability(&world).await;
    assert_eq!((found.stays, found.rollbacks), (4, 1));
    // Three stays ended: of v1, of v2, and of v1 again.
    assert_eq!(found.rollback_rate(), Some(1.0 / 3.0));
    let words: Vec<_> =
        found.versions.iter().map(|it| (it.version, it.stays, it.stability)).collect();
    assert_eq!(
        words,
        [
            (version(3), 1, Stability::Unknown),
            (version(2), 1, Stability::Unstable),
            (version(1), 2, Stability::Unknown),
        ]
    );
}

#[tokio::test]
async fn s70_a_rollback_counts_against_the_version_that_it_ended_and_no_other() {
    let world = World::with_live(2).await;
    world.roll_back(None).await.expect("it goes back");
    world.run(1, ".....").await;
    let found = stability(&world).await;
    let of = |number| found.versions.iter().find(|it| it.version == version(number)).unwrap();
    assert_eq!((of(1).rollbacks, of(1).stability), (0, Stability::Stable));
    assert_eq!((of(2).rollbacks, of(2).stability), (1, Stability::Unstable));
}

#[tokio::test]
async fn t10_a_stay_goes_on_while_shares_beside_it_change_and_all_runs_of_it_count() {
    let world = shop().await;
    world.clock.advance(MINUTE);
    let begun = start(&world, by_shares(&[5, 25])).await.expect("it begins").deployment;
    drop(run(&world, 1, "....").await);
    world.clock.advance(MINUTE);
    let aborted = world.control.ask(&production(), begun.id, Ask::Abort, &because("no")).await;
    aborted.expect("it is aborted");
    drop(drive(&world, &begun).await);
    drop(run(&world, 1, "x").await);
    assert_eq!(world.moves().await, "v1 published, v1 shifted, v1 shifted");
    let found = stability(&world).await;
    assert_eq!((found.stays, found.rollbacks, found.rollback_rate()), (1, 0, None));
    let live = &found.versions[0];
    assert_eq!((live.stays, live.success.samples), (1, 305));
    assert!(live.live_for >= 2 * MINUTE, "{live:?}");

    // One of the stays that ended was taken back, however often shares changed meanwhile.
    world.publish("greeting 3").await;
    world.promote(3).await;
    world.roll_back(None).await.expect("it goes back");
    let found = stability(&world).await;
    assert_eq!((found.stays, found.rollbacks, found.rollback_rate()), (3, 1, Some(0.5)));
}

#[tokio::test]
async fn as_many_versions_are_shown_as_were_asked_for_and_the_oldest_has_its_change() {
    let world = World::with_live(3).await;
    for number in [1, 2, 3] {
        world.publish(&format!("again {number}")).await;
    }
    let found = world.control.stability(&greeting(), &production(), 2).await.expect("it is there");
    let shown: Vec<_> = found.versions.iter().map(|it| it.version).collect();
    assert_eq!(shown, [version(3), version(2)], "what was never live is not shown");
    assert_eq!(found.latest, version(6));
}

#[tokio::test]
async fn what_does_not_exist_is_said() {
    let world = World::new().await;
    let found = world.control.stability(&artifact("tools/none"), &production(), 1).await;
    assert!(matches!(found, Err(ControlError::NoArtifact(_))), "{found:?}");
}
