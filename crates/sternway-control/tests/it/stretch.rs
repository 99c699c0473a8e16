//! What is live is judged at one error rate for all changes of shares beside it.

use sternway_control::rollback::Reaction;
use sternway_deploy::Ask;
use sternway_types::{Against, Rule, RuleName, Subject, Verdict};

use crate::{
    deploy::{by_shares, drive, run, start_version},
    make::{because, greeting, production, version},
    world::World,
};

/// Version 2 is live after version 1, which had good runs, and version 3 was beside it and taken back.
async fn after_a_canary(shares: &[u32]) -> World {
    let world = World::with_live(1).await;
    world.run(1, &".".repeat(300)).await;
    world.publish("greeting 2").await;
    world.promote(2).await;
    world.run(2, &".".repeat(20)).await;
    world.publish("greeting 3").await;
    let reject = sternway_control::deploy::OnSupersede::Reject;
    let begun = start_version(&world, 3, by_shares(shares), reject).await;
    let begun = begun.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    for _ in 1..shares.len() {
        drop(run(&world, 3, &".".repeat(20)).await);
        drop(drive(&world, &begun).await);
    }
    let aborted = world.control.ask(&production(), begun.id, Ask::Abort, &because("no")).await;
    aborted.expect("it is aborted");
    drop(drive(&world, &begun).await);
    world
}

/// The subject of version 2 under the shares that are in force.
async fn live(world: &World) -> Subject {
    world.control.subject(&greeting(), version(2), &production()).await.expect("it is live")
}

/// What the rule on the success rate asks for, as `check` shows it.
async fn threshold(world: &World) -> f64 {
    let check = world.control.check(&greeting(), &production()).await.expect("it is live");
    let tests = check.standings.iter().filter(|standing| standing.rule.name == RuleName::Worse);
    let test = tests.filter_map(|standing| standing.test.as_ref()).next();
    test.expect("the rule on the success rate").ln_threshold.to_f64()
}

#[tokio::test]
async fn each_change_of_shares_has_its_part_of_one_error_rate() {
    let world = after_a_canary(&[5, 25, 50]).await;
    assert_eq!(world.moves().await.matches("shifted").count(), 4, "three shares, and the end");
    // Of 0.009 two parts of nine are the bound's.
    let left = threshold(&world).await;
    assert!((left - (20.0_f64 / 0.007).ln()).abs() < 1e-6, "{left}");
    world.publish("greeting 4").await;
    world.promote(4).await;
    let whole = threshold(&world).await;
    assert!(
        (whole - (1.0_f64 / 0.009).ln()).abs() < 1e-6,
        "{whole}: another stay, and too thin a baseline"
    );
}

#[tokio::test]
async fn a_verdict_after_changes_of_shares_is_reached_again_and_says_what_was_left() {
    let world = after_a_canary(&[5, 25, 50]).await;
    let subject = live(&world).await;
    drop(run(&world, 2, "....").await);
    let recorded = run(&world, 2, &"x".repeat(12)).await;
    let judged = &recorded.judged[0];
    assert!(matches!(judged.reaction, Some(Reaction::RolledBack(_))), "{judged:?}");
    let Verdict::Regressed(found) = &judged.verdict else { panic!("{judged:?}") };
    let test = found.evidence.test.as_ref().expect("a test");
    assert!(matches!(test.against, Against::Measured { succeeded: 300, .. }), "{test:?}");
    assert!((test.ln_threshold.to_f64() - (20.0_f64 / 0.007).ln()).abs() < 1e-6, "{test:?}");
    let explained = world.control.explain(subject).await.expect("it can be read");
    assert_eq!(explained.again, Some(true));
}

#[tokio::test]
async fn who_judges_what_another_left_unjudged_comes_to_the_same() {
    let world = after_a_canary(&[5, 25]).await;
    let subject = live(&world).await;
    world.append(&subject, &"x".repeat(12)).await;
    let swept = world.another().sweep().await;
    drop(swept.expect("it is judged"));
    let latch = world.control.latch(&subject).await.expect("readable").expect("it is latched");
    let Rule::Worse(worse) = &latch.regression.rule else { panic!("{latch:?}") };
    assert!((f64::from(worse.alpha) - 0.009 / 12.0).abs() < 1e-12, "{worse}");
    let explained = world.control.explain(subject).await.expect("it can be read");
    assert_eq!(explained.again, Some(true));
}
