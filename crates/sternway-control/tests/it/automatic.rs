//! A version that regresses is taken back by itself, once, and never for what another one did.

use sternway_control::rollback::{Reaction, RolledBack};
use sternway_types::{
    ErrorClass, Force, LatchAction, Policy, PolicyScope, PolicySetting, Rule, RuleName, Verdict,
};

use crate::{
    make::{alice, generation, greeting, in_a_row, production, robot, said, version, versions},
    world::{MINUTE, World},
};

fn back(reaction: Option<Reaction>) -> Option<RolledBack> {
    match reaction {
        Some(Reaction::RolledBack(rolled_back)) => Some(rolled_back),
        Some(Reaction::Stays { .. } | Reaction::Withdrawn { .. } | Reaction::Overtaken) | None => {
            None
        }
    }
}

#[tokio::test]
async fn three_failures_in_a_row_take_a_version_back() {
    let world = World::with_live(2).await;
    let recorded = world.recorded(2, "xxx").await;
    let [judged] = recorded.judged.as_slice() else { panic!("one subject") };
    assert_eq!((judged.counted, judged.tally.failed), (3, 3));
    let Verdict::Regressed(regression) = &judged.verdict else { panic!("it regressed") };
    assert_eq!(regression.matched, [RuleName::Worse.into()]);
    let rolled_back = back(judged.reaction.clone()).expect("it is taken back");
    assert_eq!((rolled_back.from, rolled_back.to), (version(2), version(1)));
    assert_eq!(rolled_back.generation, generation(3));
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 rolled back");
    assert_eq!(world.condemned().await, [version(2)]);
}

#[tokio::test]
async fn failures_that_come_one_by_one_add_up() {
    let world = World::with_live(2).await;
    assert_eq!(world.reaction(2, "x").await, None);
    assert_eq!(world.reaction(2, "x").await, None);
    assert!(back(world.reaction(2, "x").await).is_some());
}

#[tokio::test]
async fn a_success_in_between_keeps_it_live() {
    let world = World::with_live(2).await;
    assert_eq!(world.reaction(2, "x...x...x...x...").await, None);
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn the_verdict_is_latched_with_its_evidence() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.run(2, "T.T").await;
    let latch = world.control.latch(&subject).await.unwrap().expect("a latch");
    assert_eq!((latch.version, latch.generation), (version(2), generation(2)));
    assert_eq!(latch.action, LatchAction::RolledBack { to: version(1) });
    assert_eq!(latch.regression.rule.name(), RuleName::SignatureErrors);
    assert_eq!(latch.regression.evidence.failures.len(), 2);
    assert_eq!(latch.at, latch.regression.evidence.newest);
}

#[tokio::test]
async fn sternway_says_that_it_did_it_and_why() {
    let world = World::with_live(2).await;
    world.run(2, "xxx").await;
    let last = world.commits_after(0).await.pop().expect("a commit");
    assert_eq!(last.actor.to_string(), "system:sternway");
    assert_eq!(last.reason.as_str(), "v2 regressed: fewer runs succeed than the expected 0.95");
    let condemned = world.control.condemnations(&greeting(), &production()).await.unwrap();
    assert_eq!(condemned[0].reason, last.reason);
}

#[tokio::test]
async fn the_failures_that_took_a_version_back_never_count_against_the_restored_one() {
    let world = World::with_live(2).await;
    world.run(2, "xxx").await;
    let head = world.head().await;
    assert_eq!(world.reaction(2, "x").await, Some(Reaction::Overtaken), "late failures of v2");
    assert_eq!(world.reaction(1, "xx").await, None, "two of v1 are two");
    assert_eq!(world.head().await, head);
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn late_failures_of_an_earlier_stay_do_not_count_against_a_later_one() {
    let world = World::with_live(1).await;
    let first_stay = world.subject(1).await;
    world.publish("Hi").await;
    world.promote(2).await;
    world.promote(1).await;
    let late = world.outcomes(&first_stay, "xxx");
    let recorded = world.control.record(late).await.unwrap();
    assert_eq!(recorded.judged[0].reaction, Some(Reaction::Overtaken));
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(world.condemned().await, []);
}

#[tokio::test]
async fn a_new_stay_begins_with_no_failures() {
    let world = World::with_live(2).await;
    world.run(2, "xx").await;
    world.promote(1).await;
    world.promote(2).await;
    assert_eq!(world.reaction(2, "x").await, None);
    assert!(back(world.reaction(2, "xx").await).is_some());
}

#[tokio::test]
async fn the_last_good_version_is_the_target_and_bad_ones_are_passed_over() {
    let world = World::with_live(3).await;
    assert_eq!(back(world.reaction(3, "xxx").await).map(|it| it.to), Some(version(2)));
    assert_eq!(back(world.reaction(2, "xxx").await).map(|it| it.to), Some(version(1)));
    assert_eq!(world.condemned().await, versions([2, 3]));
    assert_eq!(
        world.moves().await,
        "v1 published, v2 promoted, v3 promoted, v2 rolled back, v1 rolled back"
    );
}

#[tokio::test]
async fn what_was_taken_back_is_refused_to_everybody_until_a_pardon() {
    let world = World::with_live(2).await;
    world.run(2, "xxx").await;
    for intent in [robot(), alice()] {
        let err = said(world.try_promote(2, Force::No, &intent).await);
        assert!(err.contains("is condemned in production: v2 regressed: fewer runs"), "{err}");
    }
    world.control.pardon(&greeting(), version(2), &production(), &alice()).await.unwrap();
    world.try_promote(2, Force::No, &robot()).await.unwrap();
    assert_eq!(world.reaction(2, "xx").await, None, "and it begins with no failures");
}

#[tokio::test]
async fn a_version_that_is_condemned_by_hand_stays_live_and_is_judged_all_the_same() {
    let world = World::with_live(2).await;
    world.control.condemn(&greeting(), version(2), &production(), &alice()).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
    assert!(back(world.reaction(2, "xxx").await).is_some());
}

#[tokio::test]
async fn what_ran_without_being_live_is_counted_and_not_judged() {
    let world = World::with_live(1).await;
    world.publish("Hi").await;
    let recorded = world.recorded(2, "xxxxx").await;
    assert_eq!(recorded.judged[0].subject.generation, generation(0));
    assert_eq!(recorded.judged[0].verdict, Verdict::Undecided);
    assert_eq!(recorded.judged[0].tally.failed, 5);
    world.promote(2).await;
    assert_eq!(world.reaction(2, "xx").await, None, "a rehearsal is no stay");
}

#[tokio::test]
async fn every_environment_is_judged_by_itself() {
    let world = World::with_live(2).await;
    world.create_environment("staging").await;
    let staging = crate::make::staging();
    let control = &world.control;
    control.promote(&greeting(), version(2), &staging, Force::No, &alice()).await.unwrap();
    let subject = control.subject(&greeting(), version(2), &staging).await.unwrap();
    let recorded = control.record(world.outcomes(&subject, "xx")).await.unwrap();
    assert_eq!(recorded.judged[0].reaction, None);
    assert_eq!(world.reaction(2, "x").await, None, "three failures, and no three in one place");
}

#[tokio::test]
async fn a_rule_with_many_long_classes_takes_a_version_back_too() {
    let world = World::with_live(2).await;
    let class = |place: usize| format!("{place}{}", "a".repeat(196)).parse::<ErrorClass>().unwrap();
    let classes = (0..100).map(class).chain(["TypeError".parse().unwrap()]).collect();
    let rule = Rule::SignatureErrors { count: 1, among: 10, window: MINUTE, classes };
    let policy = Policy::new(Policy::default().activation(), vec![rule]).unwrap();
    let setting = PolicySetting::On(policy);
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.unwrap();
    assert!(back(world.reaction(2, "T").await).is_some());
    let reason = world.commits_after(0).await.pop().expect("a commit").reason;
    assert!(reason.as_str().starts_with("v2 regressed: 1 of 0aaa"), "{reason}");
}

#[tokio::test]
async fn one_failure_too_many_may_be_one() {
    let world = World::with_live(2).await;
    world.control.set_policy(PolicyScope::Namespace, in_a_row(1), &alice()).await.unwrap();
    assert!(back(world.reaction(2, "...x").await).is_some());
}
