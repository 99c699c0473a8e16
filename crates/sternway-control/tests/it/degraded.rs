//! A version that became worse than the last good one goes back.

use std::time::Duration;

use sternway_control::rollback::Reaction;
use sternway_types::{
    Activation, Degradation, Metric, Mode, Outcome, Policy, PolicyScope, PolicySetting, Preset,
    Rule, Threshold, Tier, Verdict,
};

use crate::{
    make::{alice, greeting, production, version},
    world::World,
};

async fn set(world: &World, policy: Policy) {
    let setting = PolicySetting::On(policy);
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.expect("it is set");
}

/// Versions that were live, under a policy that has a name.
async fn with_live(versions: u64, preset: Preset) -> World {
    let world = World::with_live(versions).await;
    set(&world, Policy::preset(preset)).await;
    world
}

/// How often something is said in a row.
fn times(sign: &str, count: usize) -> String {
    sign.repeat(count)
}

fn to(reaction: Option<Reaction>) -> Option<u64> {
    match reaction {
        Some(Reaction::RolledBack(back)) => Some(back.to.get()),
        _ => None,
    }
}

/// One version after another goes live, and each has such runs; the answers say what became of it.
async fn story(world: &World, runs: &[&str]) -> Vec<Option<u64>> {
    let mut answers = Vec::new();
    for (number, signs) in (1..).zip(runs) {
        let published = world.publish(&format!("greeting {number}")).await;
        world.promote(published.number.get()).await;
        answers.push(to(world.reaction(published.number.get(), signs).await));
    }
    answers
}

#[tokio::test]
async fn a17_a_version_that_succeeds_less_often_goes_back() {
    let world = World::new().await;
    set(&world, Policy::preset(Preset::Artifact)).await;
    let answers = story(&world, &[&times(".", 20), &times("...x", 5)]).await;
    assert_eq!(answers, [None, Some(1)]);
    let latch = world.control.check(&greeting(), &production()).await.unwrap();
    assert_eq!(latch.subject.version, version(1));
    assert_eq!(world.condemned().await, [version(2)]);
}

#[tokio::test]
async fn a18_the_reason_states_the_mode_and_the_evidence_both_numbers() {
    let world = World::new().await;
    set(&world, Policy::preset(Preset::Artifact)).await;
    story(&world, &[&times(".", 20)]).await;
    world.publish("greeting 2").await;
    world.promote(2).await;
    let recorded = world.recorded(2, "........xx..").await;
    let Verdict::Regressed(found) = &recorded.judged[0].verdict else { panic!("it regressed") };
    assert_eq!(found.tier(), Tier::Standard);
    assert!(found.rule.to_string().contains("0.15 of the baseline"), "{}", found.rule);
    let measured = found.evidence.measured.as_ref().unwrap();
    assert_eq!((measured.measure.samples, measured.measure.mean()), (10, Some(0.8)));
    let baseline = measured.baseline.as_ref().unwrap();
    assert_eq!((baseline.version, baseline.measure.samples), (version(1), 20));
    assert_eq!(baseline.measure.mean(), Some(1.0));
}

#[tokio::test]
async fn a19_a_version_goes_back_to_the_last_good_one_and_not_to_the_one_before() {
    let world = World::new().await;
    set(&world, Policy::preset(Preset::Artifact)).await;
    let bad = times(".xx", 5);
    let answers = story(&world, &[&times(".", 20), &bad, &bad]).await;
    assert_eq!(answers, [None, Some(1), Some(1)], "v2 was the bad one");
}

#[tokio::test]
async fn s07_a_version_is_compared_with_the_last_good_one_and_not_with_a_bad_one() {
    // v1 .95, v2 .30, v3 .50: better than v2, and far worse than v1.
    let world = with_live(1, Preset::Artifact).await;
    world.run(1, &format!("{}x", times(".", 19))).await;
    world.publish("greeting 2").await;
    world.promote(2).await;
    world.roll_back(None).await.unwrap();
    world.publish("greeting 3").await;
    world.promote(3).await;
    let subject = world.subject(2).await;
    world.append(&subject, "...xxxxxxx").await;
    assert_eq!(to(world.reaction(3, &times(".x", 10)).await), Some(1));
}

#[tokio::test]
async fn s07_the_candidate_is_never_its_own_baseline() {
    let world = with_live(1, Preset::Artifact).await;
    world.run(1, &times(".", 20)).await;
    // Again live, in a stay of its own: nothing else was ever good.
    world.publish("greeting 2").await;
    world.promote(2).await;
    world.promote(1).await;
    assert_eq!(to(world.reaction(1, &times("x", 20)).await), None, "v2 has no runs");
}

#[tokio::test]
async fn s68e_the_runs_before_a_stay_do_not_count_in_it() {
    let world = with_live(2, Preset::Tiers).await;
    world.run(1, "").await;
    let subject = world.subject(1).await;
    let good = world.outcomes(&subject, &times(".", 20));
    drop(world.control.record(good).await.unwrap());
    assert_eq!(to(world.reaction(2, &times(".x", 20)).await), Some(1));
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 rolled back");
    // The same failures again are of a stay that is over.
    let late = world.outcomes(&subject, "xxx");
    drop(world.control.record(late).await.unwrap());
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn slow_runs_that_end_well_take_a_version_back_at_the_run_that_decides() {
    let world = World::with_live(2).await;
    let slower = Degradation::new(Metric::Duration, Mode::Relative, Threshold::new(0.5).unwrap());
    let rules = vec![Rule::Degraded(Box::new(slower))];
    set(&world, Policy::new(Activation::Staged, rules).unwrap()).await;
    let timed = async |number: u64, millis: u64, signs: &str| {
        let subject = world.subject(number).await;
        let outcomes: Vec<Outcome> = world
            .outcomes(&subject, signs)
            .into_iter()
            .map(|plain| Outcome { duration: Some(Duration::from_millis(millis)), ..plain })
            .collect();
        world.control.record(outcomes).await.unwrap()
    };
    drop(timed(1, 100, "....................").await);
    let recorded = timed(2, 150, "...............").await;
    let Verdict::Regressed(found) = &recorded.judged[0].verdict else { panic!("it regressed") };
    assert_eq!(found.evidence.succeeded, 10, "at the tenth, and not at the end of the batch");
    assert!(found.evidence.failures.is_empty());
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn a_sweep_reaches_the_same_verdict_as_who_recorded_would_have() {
    let world = with_live(2, Preset::Tiers).await;
    let subject = world.subject(1).await;
    world.append(&subject, &times(".", 20)).await;
    let subject = world.subject(2).await;
    // Good again at the end: only who looks at every run sees it.
    world.append(&subject, &format!("{}{}", times("..x", 5), times(".", 200))).await;
    drop(world.control.sweep().await.unwrap());
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 rolled back");
}

#[tokio::test]
async fn check_says_how_far_each_rule_is_from_its_limit() {
    let world = with_live(2, Preset::Tiers).await;
    let subject = world.subject(1).await;
    drop(world.control.record(world.outcomes(&subject, &times(".", 20))).await.unwrap());
    world.run(2, "..........x").await;
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    assert_eq!(check.verdict, Verdict::Undecided);
    let said: Vec<_> = check.standings.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "immediate tier, signature_errors: 0 of 2 signature errors",
            "immediate tier, all_failed: 0 of 5 runs, none of which succeeded",
            "immediate tier, consecutive_failures: 1 of 3 failures in a row",
            "fast tier, failure_rate: 0.0909 (of 11): 0.0909 of the runs, the limit is 0.8, \
             0.7091 to go",
            "standard tier, degraded:success_rate: v1 1 (of 20) → 0.9091 (of 11): 0.0909 points, \
             the limit is 0.15, 0.0591 to go",
        ]
    );
}

#[tokio::test]
async fn check_says_why_there_is_nothing_to_compare() {
    let world = with_live(1, Preset::Tiers).await;
    world.run(1, "...").await;
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    let said: Vec<_> = check.standings.iter().skip(3).map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "fast tier, failure_rate: 0 (of 3): it takes 5",
            "standard tier, degraded:success_rate: no last good version to compare with",
        ]
    );
}
