//! One step after the other, forward and back.

use sternway_deploy::{Ask, Event, Write};
use sternway_types::{Cause, Consent, DeploymentId, Limits, Pause, Phase, Step};

use crate::make::{PROVEN, Tale, begun, parsed, plan, regressed, wait, weight};

/// A person begins, then 5 %, 20 outcomes in at least a minute, live, and a minute of watching.
fn canary() -> Tale {
    let steps = [
        Step::Pause,
        Step::SetWeight(weight(5)),
        Step::Analyze(wait(20, 60)),
        Step::GoLive,
        Step::Bake(wait(0, 60)),
    ];
    let mut tale = Tale::of(&steps, Limits::default());
    assert_eq!(tale.ask(Ask::Promote, "alice"), [Write::Shift]);
    tale.is(Phase::Running, 1, 5);
    tale
}

/// The same, live.
fn live() -> Tale {
    let mut tale = canary();
    assert_eq!(tale.routed(), []);
    tale.second = 60;
    assert_eq!(tale.look(20), [Write::GoLive]);
    tale.is(Phase::Running, 3, 100);
    tale
}

#[test]
fn a_share_is_a_step_until_the_routers_were_seen_to_follow() {
    let mut tale = canary();
    assert_eq!(tale.look(1_000), []);
    tale.is(Phase::Running, 1, 5);
    assert_eq!(tale.routed(), []);
    tale.is(Phase::Running, 2, 5);
}

#[test]
fn evidence_takes_outcomes_and_time() {
    let mut tale = canary();
    assert_eq!(tale.routed(), []);
    assert_eq!(tale.look(20), [], "it was no minute");
    tale.second = 60;
    assert_eq!(tale.look(19), [], "one is missing");
    assert_eq!(tale.look(20), [Write::GoLive]);
}

#[test]
fn what_is_live_ends_well_once_it_is_proven() {
    let mut tale = live();
    assert_eq!(tale.routed(), []);
    tale.second = 120;
    assert_eq!(tale.look(1_000), [], "many outcomes are no proof");
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [Write::Release]);
    tale.is(Phase::Completed, 5, 100);
}

#[test]
fn what_needs_no_evidence_ends_by_time() {
    let limits = Limits { evidence: false, ..Limits::default() };
    let mut tale = Tale::of(&[Step::Pause, Step::GoLive], limits);
    assert_eq!(tale.ask(Ask::Promote, "alice"), [Write::GoLive]);
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::Completed, 2, 100);
}

#[test]
fn a_regression_takes_the_runs_away_and_ends_once_that_was_seen() {
    let mut tale = canary();
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::Shift]);
    tale.is(Phase::RollingBack, 1, 0);
    assert_eq!(tale.event(&regressed()), [], "once");
    assert_eq!(tale.look(1_000), []);
    assert_eq!(tale.event(&Event::Routed), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
}

#[test]
fn a_regression_of_what_is_live_takes_it_back() {
    let mut tale = live();
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::TakeBack]);
    assert_eq!(tale.event(&Event::Routed), [Write::Release]);
    tale.is(Phase::RolledBack, 3, 0);
}

#[test]
fn a_pause_stops_no_regression() {
    let mut tale = canary();
    assert_eq!(tale.ask(Ask::Pause, "bob"), []);
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::Shift]);
    assert!(tale.now.pauses.is_empty());
}

#[test]
fn what_has_no_runs_goes_back_at_once() {
    let mut tale = Tale::of(&[Step::Pause, Step::GoLive], Limits::default());
    assert_eq!(tale.ask(Ask::Abort, "alice"), [Write::Condemn, Write::Release]);
    tale.is(Phase::RolledBack, 0, 0);
}

#[test]
fn who_moves_it_by_hand_ends_it_and_condemns_nothing() {
    let artifact = parsed("prompts/greeting");
    let mut tale = canary();
    assert_eq!(tale.event(&Event::Overtaken { artifact }), [Write::Shift]);
    assert_eq!(tale.event(&Event::Routed), [Write::Release]);
    tale.is(Phase::Superseded, 1, 0);
}

#[test]
fn another_deployment_takes_its_place() {
    let mut tale = canary();
    let by = DeploymentId::from_name("another");
    assert_eq!(tale.event(&Event::Replaced { by }), [Write::Shift]);
    assert_eq!(tale.event(&Event::Routed), [Write::Release]);
    tale.is(Phase::Superseded, 1, 0);
    assert_eq!(tale.now.cause, Some(Cause::Replaced { by }));
}

#[test]
fn what_a_policy_took_back_is_not_condemned_again() {
    let mut tale = live();
    let artifact = parsed("prompts/greeting");
    assert_eq!(
        tale.event(&Event::TakenBack {
            artifact,
            candidate: sternway_types::VersionNumber::FIRST.next()
        }),
        [Write::TakeBack]
    );
    assert_eq!(tale.event(&Event::Routed), [Write::Release]);
    tale.is(Phase::RolledBack, 3, 0);
}

#[test]
fn a_router_that_cannot_stops_it_until_it_can() {
    let mut tale = canary();
    assert_eq!(tale.event(&Event::Unrouted), []);
    assert!(tale.now.pauses.contains(&Pause::Unrouted));
    assert_eq!(tale.event(&Event::Routed), []);
    assert!(tale.now.pauses.is_empty());
}

#[track_caller]
fn check_begin(steps: &[Step], expected: &[Write], step: u16, percent: u32) {
    let next = begun(plan(steps, Limits::default()));
    assert_eq!(next.writes, expected);
    let is = (next.deployment.step, next.deployment.weight, next.deployment.routed);
    assert_eq!(is, (step, weight(percent), expected.is_empty()));
}

#[test]
fn the_first_step_that_does_something_comes_at_once() {
    let share = Step::SetWeight(weight(5));
    check_begin(&[Step::GoLive], &[Write::GoLive], 0, 100);
    check_begin(&[share.clone(), Step::GoLive], &[Write::Shift], 0, 5);
    check_begin(&[Step::Analyze(wait(0, 0)), share, Step::GoLive], &[Write::Shift], 1, 5);
    check_begin(&[Step::SetWeight(weight(0)), Step::Pause, Step::GoLive], &[], 1, 0);
    check_begin(&[Step::Approve(Consent::of(1)), Step::GoLive], &[], 0, 0);
}
