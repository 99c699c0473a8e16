//! Rules that follow the order of the log: what they go on from is kept with what was judged.

use sternway_control::{record::Judged, rollback::Reaction};
use sternway_policy::evidence::{Alpha, Betting, Mean, Wealth};
use sternway_store::Append;
use sternway_types::{
    Action, Activation, Bounded, Decline, LatchAction, Metric, Outcome, Policy, PolicyScope,
    PolicySetting, Preset, Ratio, Regression, Rule, RuleName, Score, Subject, Threshold, Verdict,
    Worse,
};

use crate::{
    make::{alice, greeting, production, version},
    world::World,
};

fn threshold(number: f64) -> Threshold {
    Threshold::new(number).expect("a threshold")
}

async fn set(world: &World, rules: Vec<Rule>) {
    let setting = PolicySetting::On(Policy::new(Activation::Staged, rules).expect("a policy"));
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.expect("it is set");
}

/// No more than 0.2 a run, of at most 1.
fn cheap() -> Rule {
    Rule::Mean(Box::new(Bounded::at_most(Metric::Cost, threshold(0.2), threshold(1.0))))
}

/// Version 2 is live after version 1, and is judged by these rules.
async fn judged_by(rules: Vec<Rule>) -> World {
    let world = World::with_live(2).await;
    set(&world, rules).await;
    world
}

/// What runs cost, in this order.
const COSTS: [f64; 7] = [0.1, 0.5, 0.0, 0.3, 2.5, 0.2, 0.4];

/// So many runs of version 2, which cost something each but for every ninth, which nobody measured.
async fn runs(world: &World, count: usize) -> Vec<Outcome> {
    let subject = world.subject(2).await;
    let plain = world.outcomes(&subject, &"..x".repeat(count)).into_iter().take(count);
    let costs = COSTS.iter().cycle();
    let cost = |(place, (plain, cost)): (usize, (Outcome, &f64))| {
        let cost = (place % 9 != 8).then(|| Score::new(*cost).expect("a cost"));
        Outcome { cost, ..plain }
    };
    plain.zip(costs).enumerate().map(cost).collect()
}

/// At which of them the mathematics decides, counted from 1.
fn decides(runs: &[Outcome]) -> usize {
    let betting = Betting::new(Mean::new(0.2).expect("a mean"));
    let (mut wealth, alpha) = (Wealth::new(), Alpha::new(0.01).expect("an alpha"));
    let place = runs.iter().position(|run| {
        if let Some(cost) = run.cost {
            betting.observe(&mut wealth, Ratio::new(cost.get().min(1.0)).expect("a share"));
        }
        wealth.crosses(alpha)
    });
    place.expect("the mean is above the limit") + 1
}

fn regression(judged: &[Judged]) -> Option<&Regression> {
    judged.iter().find_map(|judged| match &judged.verdict {
        Verdict::Regressed(regression) => Some(regression.as_ref()),
        Verdict::Undecided => None,
    })
}

async fn latched(world: &World) -> Regression {
    let subject = Subject { generation: sternway_types::Generation::new(2), ..stay(world).await };
    let latch = world.control.latch(&subject).await.expect("readable");
    latch.expect("it was taken back").regression
}

async fn stay(world: &World) -> Subject {
    let stay = world.control.newest_stay(&greeting(), version(2), &production()).await;
    stay.expect("readable").expect("it was live")
}

#[tokio::test]
async fn a_mean_above_its_limit_takes_a_version_back_where_the_bets_say_so() {
    let world = judged_by(vec![cheap()]).await;
    let runs = runs(&world, 120).await;
    let place = decides(&runs);
    // Two processes take turns, and neither knows what the other judged.
    let other = world.another();
    for (number, run) in (1..=place).zip(&runs) {
        let control = if number % 3 == 0 { &other } else { &world.control };
        let recorded = control.record(vec![run.clone()]).await.expect("recorded");
        let back = matches!(recorded.judged[0].reaction, Some(Reaction::RolledBack(_)));
        assert_eq!(back, number == place, "run {number} of {place}");
    }
    let found = latched(&world).await;
    assert_eq!(found.rule.name(), RuleName::Mean);
    assert_eq!(
        found.to_string(),
        "the mean of cost is above 0.2, on a scale from 0 to 1 (alpha 0.01)"
    );
    let explained = world.another().explain(stay(&world).await).await.expect("explained");
    assert_eq!(explained.again, Some(true), "the log leads to it again");
    // All at once, and counted by who dies before anything is judged.
    let (batch, swept) = (judged_by(vec![cheap()]).await, judged_by(vec![cheap()]).await);
    drop(batch.control.record(runs.clone()).await.expect("recorded"));
    let (ns, now) = (swept.control.namespace().clone(), swept.control.now());
    drop(swept.store.append(&Append::new(ns, now, runs.clone())).await.expect("appended"));
    drop(swept.another().sweep().await.expect("swept"));
    for world in [&batch, &swept] {
        let again = latched(world).await.evidence;
        assert_eq!(again.test, found.evidence.test, "the same bets at the same run");
        assert_eq!(again.measured, found.evidence.measured);
    }
}

#[tokio::test]
async fn a_rule_that_was_set_later_reads_the_log_from_its_beginning() {
    let world = World::with_live(2).await;
    world.judge_by(Preset::NotifyOnly).await;
    let runs = runs(&world, 121).await;
    let (last, before) = runs.split_last().expect("there are runs");
    drop(world.control.record(before.to_vec()).await.expect("recorded"));
    set(&world, vec![cheap()]).await;
    let check = world.another().check(&greeting(), &production()).await.expect("checked");
    assert!(matches!(check.verdict, Verdict::Regressed(_)), "{check:?}");
    let recorded = world.control.record(vec![last.clone()]).await.expect("recorded");
    let found = regression(&recorded.judged).expect("it is above the limit");
    let measured = found.evidence.measured.as_ref().expect("a mean");
    assert_eq!(measured.measure.samples, 108, "every run that was measured");
}

#[tokio::test]
async fn what_rules_go_on_from_is_kept_with_what_was_judged_and_counts_nothing() {
    let world = judged_by(vec![cheap()]).await;
    let runs = runs(&world, 20).await;
    for some in runs.chunks(6) {
        drop(world.control.record(some.to_vec()).await.expect("recorded"));
    }
    let tallies = world.store.tallies(world.control.namespace(), &stay(&world).await).await;
    let tallies = tallies.expect("readable").expect("it ran");
    let [carried] = tallies.judged.carried() else { panic!("{tallies:?}") };
    assert_eq!((carried.outcomes, tallies.judged.total()), (18, 18), "as far as it was noted");
    assert!(tallies.tally.carried().is_empty());
    assert!(world.store.verify().await.expect("readable").is_sound());
}

/// One of 20 runs may fail.
fn watched(action: Action) -> Rule {
    let objective = Some(threshold(0.95));
    Rule::Decline(Box::new(Decline { objective, action, ..Decline::default() }))
}

#[tokio::test]
async fn a_version_that_became_worse_after_a_long_good_life_is_told_of_once() {
    let world = judged_by(vec![watched(Action::Notify)]).await;
    let good = format!("{}x", ".".repeat(19)).repeat(100);
    assert_eq!(world.reaction(2, &good).await, None, "2,000 runs as they may be");
    let mut told = Vec::new();
    for failure in 1..=12 {
        if let Some(Reaction::Stays { action, .. }) = world.reaction(2, "x").await {
            told.push((failure, action));
        }
    }
    assert_eq!(told, [(5, LatchAction::Notified)], "once, after few failures");
    assert_eq!((world.live().await, world.condemned().await), (Some(version(2)), vec![]));
    let head = world.head().await;
    world.run(2, "xxxx").await;
    assert_eq!(world.head().await, head, "it stays as it was latched");
    let explained = world.control.explain(stay(&world).await).await.expect("explained");
    assert_eq!(explained.again, Some(true), "the log leads to the alarm again");
    let latch = explained.latch.expect("it is kept");
    assert_eq!(
        latch.regression.to_string(),
        "lately fewer runs succeed than the objective of 0.95"
    );
}

#[tokio::test]
async fn an_alarm_takes_a_version_back_only_where_it_is_asked_to() {
    let world = judged_by(vec![watched(Action::RollBack)]).await;
    world.run(2, &".".repeat(500)).await;
    let reaction = world.reaction(2, "xxxxxxxx").await;
    assert!(matches!(reaction, Some(Reaction::RolledBack(_))), "{reaction:?}");
    // Never more than the policy itself does.
    let world = World::with_live(2).await;
    let policy =
        Policy::new(Activation::Staged, vec![watched(Action::RollBack)]).expect("a policy");
    let setting = PolicySetting::On(policy.with_action(Action::Shadow));
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.expect("it is set");
    let reaction = world.reaction(2, "xxxxxxxx").await;
    let shadowed =
        |it: &Reaction| matches!(it, Reaction::Stays { action: LatchAction::Shadowed, .. });
    assert!(reaction.as_ref().is_some_and(shadowed), "{reaction:?}");
}

#[tokio::test]
async fn an_alarm_that_is_only_told_keeps_no_other_rule_from_acting() {
    let objective = Some(threshold(0.95));
    let strict = Worse { objective, alpha: threshold(0.000001), ..Worse::default() };
    for batch in [1, 30] {
        let rules = vec![watched(Action::Notify), Rule::Worse(Box::new(strict.clone()))];
        let world = judged_by(rules).await;
        world.run(2, &".".repeat(2_000)).await;
        let mut reactions = Vec::new();
        for _ in 0..30 / batch {
            reactions.extend(world.reaction(2, &"x".repeat(batch)).await);
        }
        let back = reactions.iter().any(|it| matches!(it, Reaction::RolledBack(_)));
        assert!(back, "{batch} at once: {reactions:?}");
    }
}
