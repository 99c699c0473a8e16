//! How a deployment fared, share by share.

use sternway_control::deploy::Stretch;
use sternway_types::{Deployment, Phase};

use crate::{
    deploy::{by_shares, drive, run, shop, start},
    make::{production, version},
    world::{MINUTE, World},
};

async fn fared(world: &World, of: &Deployment) -> Vec<Stretch> {
    let of = world.control.deployment(&production(), of.id).await.expect("it is there").deployment;
    let member = of.members.first().expect("a member");
    world.control.fared(&of, member).await.expect("the store can be read")
}

/// For each stretch its share in percent, its length in whole minutes, and the runs of v1 and v2.
fn told(stretches: &[Stretch]) -> Vec<(u16, Option<u64>, u64, u64)> {
    let of = |stretch: &Stretch| {
        let since = stretch.since.expect("it is known when it began");
        let length = stretch.until.map(|until| until.since(since).as_secs() / 60);
        let [(one, live), (two, candidate)] = &stretch.arms[..] else { panic!("two arms") };
        assert_eq!((*one, *two), (version(1), version(2)));
        (stretch.regime.weight.get() / 100, length, live.known(), candidate.known())
    };
    stretches.iter().map(of).collect()
}

#[tokio::test]
async fn x38_each_share_has_its_time_and_the_runs_of_both_sides() {
    let world = shop().await;
    let begun = start(&world, by_shares(&[5, 25])).await.unwrap().deployment;
    assert_eq!(
        told(&fared(&world, &begun).await),
        [(5, None, 0, 0)],
        "what ran before is left out"
    );
    drop(drive(&world, &begun).await);
    world.clock.advance(5 * MINUTE);
    drop(run(&world, 1, &".".repeat(10)).await);
    drop(run(&world, 2, &".".repeat(20)).await);
    drop(drive(&world, &begun).await);
    assert_eq!(told(&fared(&world, &begun).await), [(5, Some(5), 10, 20), (25, None, 0, 0)]);

    world.clock.advance(7 * MINUTE);
    drop(run(&world, 2, "TT").await);
    // A driver comes two minutes later, and sees that nothing has the candidate any more.
    world.clock.advance(2 * MINUTE);
    let ended = drive(&world, &begun).await.deployment;
    assert_eq!(ended.phase, Phase::RolledBack);
    let all = [(5, Some(5), 10, 20), (25, Some(7), 0, 2), (0, Some(2), 0, 0)];
    assert_eq!(told(&fared(&world, &begun).await), all);

    // What moves later is not its own.
    world.clock.advance(MINUTE);
    world.publish("greeting 3").await;
    world.promote(3).await;
    assert_eq!(told(&fared(&world, &begun).await), all);
}
