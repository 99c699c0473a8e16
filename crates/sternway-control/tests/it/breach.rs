//! A version whose runs are beyond what those of the last good version kept to.

use std::time::Duration;

use sternway_control::rollback::Reaction;
use sternway_deploy::canary;
use sternway_policy::Found;
use sternway_types::{
    Activation, Against, Breach, Generation, Limits, Metric, Outcome, Policy, PolicyScope,
    PolicySetting, Rule, RuleName, Subject, Wait, Weight,
};

use crate::{
    deploy::{drive, shop, start},
    make::{alice, greeting, production, version},
    world::World,
};

/// Under a rule on durations; version 1 had so many runs, and version 2 is live.
async fn after(runs: usize) -> World {
    let world = World::with_live(1).await;
    set(&world).await;
    let subject = world.subject(1).await;
    drop(world.control.record(timed(&world, &subject, runs, 1)).await.expect("recorded"));
    world.publish("greeting 2").await;
    world.promote(2).await;
    world
}

async fn set(world: &World) {
    let rule = Rule::Breach(Box::new(Breach::of(Metric::Duration)));
    let policy = Policy::new(Activation::Staged, vec![rule]).expect("a policy");
    let setting = PolicySetting::On(policy);
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.expect("it is set");
}

/// So many runs of 100 to 199 ms, so many times slower.
fn timed(world: &World, subject: &Subject, runs: usize, slower: u64) -> Vec<Outcome> {
    let plain = world.outcomes(subject, &".".repeat(runs));
    let took = (0_u64..).map(|place| Duration::from_millis(slower * (100 + place * 37 % 100)));
    let timed = |(plain, took)| Outcome { duration: Some(took), ..plain };
    plain.into_iter().zip(took).map(timed).collect()
}

#[tokio::test]
async fn a_version_that_takes_twice_as_long_goes_back_where_the_log_and_the_record_say_so() {
    let world = after(300).await;
    let subject = world.subject(2).await;
    let runs = timed(&world, &subject, 60, 2);
    // Two processes take turns, and neither knows what the other judged.
    let other = world.another();
    let mut decided = None;
    for (number, run) in runs.iter().enumerate() {
        let control = if number % 3 == 0 { &other } else { &world.control };
        let recorded = control.record(vec![run.clone()]).await.expect("recorded");
        if let Some(Reaction::RolledBack(_)) = recorded.judged[0].reaction {
            decided = Some(number + 1);
            break;
        }
    }
    let decided = decided.expect("it is slower");
    assert_eq!((world.live().await, world.condemned().await), (Some(version(1)), vec![version(2)]));
    let latch = world.control.latch(&subject).await.expect("readable").expect("a latch");
    assert_eq!(latch.regression.rule.name(), RuleName::Breach);
    let test = latch.regression.evidence.test.expect("a test");
    let Against::Limit { runs: measured, of: 300, .. } = test.against else { panic!("{test:?}") };
    assert_eq!(measured, decided as u64);
    let explained = world.another().explain(subject).await.expect("explained");
    assert_eq!(explained.again, Some(true), "the log and what was kept lead to it again");
    // All at once it is the same run that decides.
    let batch = after(300).await;
    let subject = batch.subject(2).await;
    drop(batch.control.record(timed(&batch, &subject, 60, 2)).await.expect("recorded"));
    let latch = batch.control.latch(&subject).await.expect("readable").expect("a latch");
    assert_eq!(latch.regression.evidence.test.map(|it| it.ln_e), Some(test.ln_e));
}

#[tokio::test]
async fn the_limit_stands_as_it_was_when_the_version_was_first_judged() {
    let world = after(300).await;
    let subject = world.subject(2).await;
    drop(world.control.record(timed(&world, &subject, 20, 1)).await.expect("recorded"));
    let limit = async || {
        let check = world.another().check(&greeting(), &production()).await.expect("checked");
        let Found::Breaches { limit, beyond: 1, runs: 20, more: Some(more) } =
            check.standings[0].found
        else {
            panic!("{:?}", check.standings)
        };
        (limit, more)
    };
    let before = limit().await;
    assert!(before.1 > 1);
    // What the version before does later changes nothing.
    let late = Subject { generation: Generation::new(1), ..subject };
    let late = Subject { version: version(1), ..late };
    drop(world.control.record(timed(&world, &late, 500, 9)).await.expect("recorded"));
    assert_eq!(limit().await, before);
}

#[tokio::test]
async fn behind_a_short_baseline_a_slow_version_stays() {
    let world = after(150).await;
    let subject = world.subject(2).await;
    drop(world.control.record(timed(&world, &subject, 300, 9)).await.expect("recorded"));
    assert_eq!(world.live().await, Some(version(2)));
    let check = world.control.check(&greeting(), &production()).await.expect("checked");
    assert_eq!(check.standings[0].found, Found::TooFew { needed: 200 });
}

#[tokio::test]
async fn a_slow_candidate_is_withdrawn_from_beside_what_is_live() {
    for (slower, expected) in [(1, false), (2, true)] {
        let world = shop().await;
        set(&world).await;
        let live = world.subject(1).await;
        drop(world.control.record(timed(&world, &live, 300, 1)).await.expect("recorded"));
        let wait = Wait { outcomes: 1_000_000, length: Duration::ZERO };
        let share = Weight::new(2_000).expect("a share");
        let plan = canary(&[share], wait, wait, Limits::default()).expect("a plan");
        let begun = start(&world, plan).await.expect("it begins").deployment;
        drop(drive(&world, &begun).await);
        let route = world.control.wanted_route(&greeting(), &production()).await.expect("a route");
        let generation = route.expect("something is live").generation();
        let candidate = Subject { version: version(2), generation, ..live };
        let runs = timed(&world, &candidate, 60, slower);
        let recorded = world.control.record(runs).await.expect("recorded");
        let withdrawn = matches!(recorded.judged[0].reaction, Some(Reaction::Withdrawn { .. }));
        assert_eq!(withdrawn, expected, "{slower} times slower");
        assert_eq!(world.live().await, Some(version(1)));
    }
}
