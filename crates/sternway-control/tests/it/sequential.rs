//! Sequential tests in the engine: what a version is held against, and what comes of a verdict.

use std::time::Duration;

use sternway_control::{
    record::Judged,
    rollback::{Reaction, RolledBack},
};
use sternway_policy::{Trigger, Triggers, View, judge};
use sternway_types::{
    Action, Against, Cooldown, FrozenBaseline, LatchAction, Policy, PolicyScope, PolicySetting,
    Preset, Record, RecordKey, Regression, Rule, RuleName, Tally, TriggerId, Verdict,
    VersionNumber,
};

use crate::{
    make::{alice, greeting, production, said, version},
    world::{MINUTE, World},
};

async fn set(world: &World, policy: Policy) {
    let setting = PolicySetting::On(policy);
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.expect("it is set");
}

/// Version 2 is live, and version 1 had so many good runs before, and bad ones.
async fn after(good: usize, bad: usize) -> World {
    let world = World::with_live(1).await;
    // The bad ones are far apart, so that no rule minds.
    let every = good.checked_div(bad).unwrap_or(good);
    for _ in 0..bad {
        world.run(1, &format!("{}x", ".".repeat(every))).await;
    }
    world.run(1, &".".repeat(good - every * bad)).await;
    world.publish("Hi").await;
    world.promote(2).await;
    world
}

/// What version 2 is held against, if that was kept.
async fn kept(world: &World) -> Option<FrozenBaseline> {
    let generation = world.subject(2).await.generation;
    let key = RecordKey::baseline(&greeting(), &production(), generation);
    let at = sternway_types::At::Head;
    let entry = world.store.record(world.control.namespace(), &key, at).await.expect("readable");
    let record = entry.and_then(|entry| entry.record);
    record.and_then(Record::into_baseline).map(|it| *it)
}

async fn regression(world: &World, number: u64, signs: &str) -> Regression {
    let recorded = world.recorded(number, signs).await;
    match recorded.judged.into_iter().next() {
        Some(Judged { verdict: Verdict::Regressed(regression), .. }) => *regression,
        other => panic!("it regressed: {other:?}"),
    }
}

#[tokio::test]
async fn what_a_version_is_held_against_is_kept_when_it_is_first_judged() {
    let world = after(990, 10).await;
    assert_eq!(kept(&world).await, None, "nothing was judged yet");
    world.run(2, ".").await;
    let baseline = kept(&world).await.expect("it is kept");
    assert_eq!((baseline.candidate, baseline.version), (version(2), VersionNumber::FIRST));
    assert_eq!((baseline.succeeded, baseline.failed), (990, 10));
    let head = world.head().await;
    world.run(2, "..").await;
    assert_eq!(world.head().await, head, "it is kept once");
    assert_eq!(regression(&world, 2, "xxxx").await.rule.name(), RuleName::Worse);
}

#[tokio::test]
async fn late_runs_of_the_older_version_change_nothing() {
    let world = World::with_live(1).await;
    let first_stay = world.subject(1).await;
    world.run(1, &".".repeat(300)).await;
    world.publish("Hi").await;
    world.promote(2).await;
    world.run(2, ".").await;
    // With these it would be good for much less.
    let late = world.outcomes(&first_stay, &"x".repeat(300));
    drop(world.another().record(late).await.expect("they are counted"));
    for control in [world.control.rehearsal(), world.another()] {
        let check = control.check(&greeting(), &production()).await.expect("it can be checked");
        let worse = check.standings.iter().find(|it| it.rule.name == RuleName::Worse);
        let test = worse.and_then(|it| it.test.as_ref()).expect("a test");
        let version = VersionNumber::FIRST;
        assert_eq!(test.against, Against::Measured { version, succeeded: 300, failed: 0 });
    }
}

#[tokio::test]
async fn two_processes_hold_it_against_the_same() {
    let world = after(400, 0).await;
    let other = world.another();
    let subject = world.subject(2).await;
    let (here, there) = (world.outcomes(&subject, "."), world.outcomes(&subject, "."));
    let (one, two) = tokio::join!(world.control.record(here), other.record(there));
    drop((one.expect("recorded"), two.expect("recorded")));
    let commits = world.commits_after(0).await;
    let frozen = commits.iter().filter(|commit| commit.actor.is_automation()).count();
    assert_eq!(frozen, 2, "once for each version that was judged after another");
}

#[tokio::test]
async fn the_same_verdict_is_reached_again_from_the_log_and_the_evidence() {
    let world = after(960, 40).await;
    let subject = world.subject(2).await;
    world.run(2, &"....".repeat(30)).await;
    let found = regression(&world, 2, &"x.x".repeat(20)).await;
    let latch = world.control.latch(&subject).await.unwrap().expect("a latch");
    assert_eq!(latch.regression, found);
    // Whoever has the log and what was kept comes to the same.
    let frozen = kept_at(&world, &subject).await;
    let limit = sternway_store::Limit::MAX;
    let log = world.store.outcomes(world.control.namespace(), &subject, 0, limit).await.unwrap();
    let (mut tally, policy) = (Tally::default(), Policy::default());
    let baseline =
        sternway_policy::Baseline { version: frozen.version, tallies: &[], frozen: Some(&frozen) };
    let first = log.iter().find_map(|outcome| {
        tally.add(outcome);
        let view = View::new(&tally).against(Some(baseline));
        match judge(&policy, &view) {
            Verdict::Regressed(again) if outcome.is_failure() => Some(*again),
            Verdict::Regressed(_) | Verdict::Undecided => None,
        }
    });
    assert_eq!(first, Some(found));
}

async fn kept_at(world: &World, subject: &sternway_types::Subject) -> FrozenBaseline {
    let key = RecordKey::baseline(&subject.artifact, &subject.environment, subject.generation);
    let at = sternway_types::At::Head;
    let entry = world.store.record(world.control.namespace(), &key, at).await.expect("readable");
    *entry.and_then(|it| it.record).and_then(Record::into_baseline).expect("it was kept")
}

#[tokio::test]
async fn a_policy_that_only_says_so_changes_nothing_and_says_it_once() {
    let world = after(300, 0).await;
    set(&world, Policy::preset(Preset::NotifyOnly)).await;
    let subject = world.subject(2).await;
    let reaction = world.reaction(2, "xxx").await;
    assert!(
        matches!(reaction, Some(Reaction::Stays { action: LatchAction::Notified, .. })),
        "{reaction:?}"
    );
    assert_eq!((world.live().await, world.condemned().await), (Some(version(2)), vec![]));
    let notice = world.control.notice(&subject).await.unwrap().expect("it is kept");
    assert_eq!(notice.regression.evidence.failed, 2, "of one that never failed in 300 runs");
    assert_eq!(world.reaction(2, "x").await, Some(Reaction::Overtaken));
}

#[tokio::test]
async fn a_policy_on_trial_can_begin_to_act() {
    let world = after(300, 0).await;
    set(&world, Policy::default().with_action(Action::Shadow)).await;
    let reaction = world.reaction(2, "xxx").await;
    assert!(
        matches!(reaction, Some(Reaction::Stays { action: LatchAction::Shadowed, .. })),
        "{reaction:?}"
    );
    set(&world, Policy::default()).await;
    let back = world.reaction(2, "x").await;
    assert!(matches!(back, Some(Reaction::RolledBack(RolledBack { .. }))), "{back:?}");
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn the_third_rollback_of_a_day_is_for_a_person() {
    let world = World::with_live(4).await;
    let day = Duration::from_secs(24 * 60 * 60);
    world.clock.advance(day);
    for number in [4, 3] {
        let back = world.reaction(number, "xxx").await;
        assert!(matches!(back, Some(Reaction::RolledBack(_))), "{back:?}");
        world.clock.advance(MINUTE);
    }
    let third = world.reaction(2, "xxx").await;
    assert!(
        matches!(third, Some(Reaction::Stays { action: LatchAction::OverBudget, .. })),
        "{third:?}"
    );
    assert_eq!(world.live().await, Some(version(2)));
    assert_eq!(world.condemned().await, [2, 3, 4].map(version), "it is bad all the same");
    // A person's is never blocked.
    world.roll_back(None).await.expect("a person may");
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn soon_after_a_rollback_the_next_one_is_for_a_person() {
    let world = World::with_live(4).await;
    let hour = 60 * MINUTE;
    let cooldown = Cooldown::new(hour).expect("within limits");
    set(&world, Policy::default().with_cooldown(cooldown)).await;
    assert!(matches!(world.reaction(4, "xxx").await, Some(Reaction::RolledBack(_))));
    world.clock.advance(hour - MINUTE);
    let second = world.reaction(3, "xxx").await;
    assert!(
        matches!(second, Some(Reaction::Stays { action: LatchAction::OverBudget, .. })),
        "{second:?}"
    );
    assert_eq!(world.live().await, Some(version(3)));
    // A person's starts no cooldown, and none keeps one from it.
    world.roll_back(None).await.expect("a person may");
    world.clock.advance(MINUTE);
    assert!(matches!(world.reaction(2, "xxx").await, Some(Reaction::RolledBack(_))));
}

#[tokio::test]
async fn a_day_later_there_is_a_new_budget() {
    let world = World::with_live(4).await;
    let policy = Policy::default().with_rollbacks_per_day(1).expect("within limits");
    set(&world, policy).await;
    assert!(matches!(world.reaction(4, "xxx").await, Some(Reaction::RolledBack(_))));
    world.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
    assert!(matches!(world.reaction(3, "xxx").await, Some(Reaction::RolledBack(_))));
}

#[tokio::test]
async fn an_explanation_comes_to_the_same_verdict_again_whatever_became_of_the_baseline() {
    let world = after(960, 40).await;
    let subject = world.subject(2).await;
    world.run(2, "..").await;
    world.run(2, &"x".repeat(6)).await;
    let explained = world.control.explain(subject.clone()).await.expect("it can be read");
    assert_eq!(
        (explained.again, explained.baseline.as_ref().map(|it| it.succeeded)),
        (Some(true), Some(960))
    );
    let failures = explained.deciding.iter().filter(|it| it.is_failure()).count();
    assert_eq!(explained.deciding.len(), failures);
    assert!(failures >= 3, "{failures}");
    let said = |preset| {
        let said = explained.presets.iter().find(|said| said.preset == preset);
        said.and_then(|said| said.decided.clone()).map(|(at, rule)| (at, rule.name))
    };
    let latched = explained.latch.as_ref().expect("it is latched").regression.evidence.clone();
    let at = latched.succeeded + latched.failed;
    assert_eq!(said(Preset::Sound), Some((at, RuleName::Worse)));
    assert_eq!(said(Preset::Immediate), Some((5, RuleName::ConsecutiveFailures)));
    assert_eq!(said(Preset::Artifact), None, "too few runs");

    // The version that it was held against is taken back as well.
    world.roll_back(None).await.expect_err("there is nothing before it");
    world.control.condemn(&greeting(), version(1), &production(), &alice()).await.expect("it is");
    let later = world.control.explain(subject).await.expect("it can be read");
    assert_eq!((later.again, later.baseline), (Some(true), explained.baseline));
}

#[tokio::test]
async fn an_explanation_of_what_is_live_says_what_it_would_take() {
    let world = after(960, 40).await;
    let subject = world.subject(2).await;
    let explained = world.control.explain(subject.clone()).await.expect("it can be read");
    assert_eq!(explained.verdict, Verdict::Undecided);
    let proven = explained.proven.expect("it has a policy");
    let more = proven.successes_until.expect("it can be said");
    world.run(2, &".".repeat(usize::try_from(more).expect("a few") - 1)).await;
    let one = world.control.explain(subject.clone()).await.expect("it can be read");
    assert_eq!(one.proven.and_then(|it| it.successes_until), Some(1), "as it said");
    let newest = world.control.newest_stay(&greeting(), version(2), &production()).await;
    assert_eq!(newest.expect("it can be read"), Some(subject));
}

/// A version may not fail twice in its first ten runs.
#[derive(Debug)]
struct GoodStart;

impl Trigger for GoodStart {
    fn against(&self, stay: &View<'_>) -> Option<String> {
        let (failed, known) = (stay.tally().failed, stay.tally().known());
        let bad = failed >= 2 && known <= 10;
        bad.then(|| format!("{failed} of the first {known} runs failed"))
    }
}

#[tokio::test]
async fn a_rule_of_the_programs_own_takes_a_version_back_and_another_program_says_that_it_lacks_it()
{
    let name: TriggerId = "good-start".parse().expect("a name");
    let rule = Rule::Custom { trigger: name.clone() };
    let policy = Policy::new(sternway_types::Activation::Staged, vec![rule]).expect("a policy");
    let world = World::with_live(2).await;
    set(&world, policy).await;
    let subject = world.subject(2).await;

    let outcomes = world.outcomes(&subject, "x.x");
    let refused = said(world.control.record(outcomes).await);
    assert!(refused.contains("asks for the trigger good-start, which this program"), "{refused}");
    let check = world.control.check(&greeting(), &production()).await.expect("it can be checked");
    assert_eq!((check.tally.failed, check.verdict), (2, Verdict::Undecided), "they are counted");
    let standing = check.standings.first().map(ToString::to_string);
    let expected = "standard tier, custom:good-start: this program does not have it";
    assert_eq!(standing.as_deref(), Some(expected));

    let able = world.another().with_triggers(Triggers::default().with(name, GoodStart));
    let swept = able.sweep().await.expect("it can be read");
    let judged = swept.judged.first().expect("it waited to be judged");
    assert!(matches!(judged.reaction, Some(Reaction::RolledBack(_))), "{judged:?}");
    let Verdict::Regressed(regression) = &judged.verdict else { panic!("it regressed") };
    assert_eq!(regression.to_string(), "good-start: 2 of the first 3 runs failed");
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(able.explain(subject.clone()).await.expect("it can be read").again, Some(true));
    let elsewhere = world.control.explain(subject).await.expect("it can be read");
    assert_eq!(elsewhere.again, None, "who does not have the rule cannot say");
}

#[tokio::test]
async fn a_first_version_that_is_less_than_expected_is_what_the_next_one_is_held_against() {
    let world = World::with_live(1).await;
    // Four of five succeed, as well as such prompts do.
    world.run(1, &"..x..".repeat(80)).await;
    let latch = world.control.latch(&world.subject(1).await).await.expect("readable");
    assert_eq!(latch.map(|latch| latch.action), Some(LatchAction::Halted), "a person should know");
    assert_eq!(world.condemned().await, [], "it is no worse than what was before it");
    world.publish("Hi").await;
    world.promote(2).await;
    world.run(2, &".x...".repeat(100)).await;
    assert_eq!(kept(&world).await.map(|it| (it.succeeded, it.failed)), Some((320, 80)));
    assert_eq!(world.live().await, Some(version(2)));
    assert!(matches!(world.reaction(2, &"x".repeat(60)).await, Some(Reaction::RolledBack(_))));
    assert_eq!((world.live().await, world.condemned().await), (Some(version(1)), vec![version(2)]));
}
