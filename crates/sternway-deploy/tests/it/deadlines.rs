//! What time does by itself.

use sternway_deploy::{Ask, Event, Write, due};
use sternway_types::{Cause, Limits, OnDeadline, Pause, Phase, Step};

use crate::make::{MINUTE, SECOND, Tale, second, wait, weight};

/// A minute for each step, and ten seconds for the way back.
fn canary(on_deadline: OnDeadline) -> Tale {
    let limits = Limits { step: MINUTE, rollback: 10 * SECOND, on_deadline, ..Limits::default() };
    let steps =
        [Step::Pause, Step::SetWeight(weight(5)), Step::Analyze(wait(20, 30)), Step::GoLive];
    let mut tale = Tale::of(&steps, limits);
    assert_eq!(tale.ask(Ask::Promote, "alice"), [Write::Shift]);
    tale
}

#[test]
fn a_step_that_takes_too_long_stops_and_time_begins_anew_for_who_resumes() {
    let mut tale = canary(OnDeadline::Pause);
    tale.second = 59;
    assert_eq!(tale.look(0), []);
    assert!(tale.now.pauses.is_empty());
    tale.second = 60;
    assert_eq!(tale.look(0), []);
    assert_eq!(tale.now.pauses.first(), Some(&Pause::Deadline));
    assert_eq!(due(&tale.now, second(60)), None, "only a person can change anything");
    assert_eq!(tale.ask(Ask::Resume, "bob"), []);
    assert_eq!(due(&tale.now, second(60)), Some(second(120)));
}

#[test]
fn a_step_that_takes_too_long_goes_back_if_its_plan_says_so() {
    let mut tale = canary(OnDeadline::RollBack);
    tale.second = 60;
    assert_eq!(tale.look(0), [Write::Condemn, Write::Shift]);
    assert_eq!(tale.now.cause, Some(Cause::Deadline));
    assert_eq!(tale.event(&Event::Routed), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
}

/// All of it may take 50 seconds, and each step a minute.
fn soon(on_deadline: OnDeadline) -> Tale {
    let limits =
        Limits { step: MINUTE, deployment: Some(50 * SECOND), on_deadline, ..Limits::default() };
    let steps =
        [Step::Pause, Step::SetWeight(weight(5)), Step::Analyze(wait(20, 30)), Step::GoLive];
    let mut tale = Tale::of(&steps, limits);
    tale.second = 40;
    assert_eq!(tale.ask(Ask::Promote, "alice"), [Write::Shift]);
    tale
}

#[test]
fn all_of_it_that_takes_too_long_stops_once_and_whoever_resumes_it_has_decided() {
    let mut tale = soon(OnDeadline::Pause);
    assert_eq!(due(&tale.now, second(40)), Some(second(50)), "before the step is late");
    tale.second = 49;
    assert_eq!(tale.look(0), []);
    assert!(tale.now.pauses.is_empty());
    tale.second = 50;
    assert_eq!(tale.look(0), []);
    assert_eq!(tale.now.pauses.first(), Some(&Pause::Deadline));
    assert_eq!(tale.ask(Ask::Resume, "bob"), []);
    tale.second = 60;
    assert_eq!(tale.look(0), []);
    assert!(tale.now.pauses.is_empty(), "the step has its own time");
    assert_eq!(due(&tale.now, second(60)), Some(second(110)));
}

#[test]
fn all_of_it_that_takes_too_long_goes_back_if_its_plan_says_so() {
    let mut tale = soon(OnDeadline::RollBack);
    tale.second = 50;
    assert_eq!(tale.look(0), [Write::Condemn, Write::Shift]);
    assert_eq!(tale.now.cause, Some(Cause::Deadline));
    tale.second = 55;
    assert_eq!(tale.event(&Event::Unrouted), [], "the way back has its own time");
    assert_eq!(tale.event(&Event::Routed), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
}

#[test]
fn a_way_back_that_nobody_sees_ends_with_a_person() {
    let mut tale = canary(OnDeadline::Pause);
    assert_eq!(tale.ask(Ask::Abort, "bob"), [Write::Condemn, Write::Shift]);
    assert_eq!(due(&tale.now, second(0)), Some(second(10)));
    tale.second = 9;
    assert_eq!(tale.look(0), []);
    tale.second = 10;
    assert_eq!(tale.look(0), [Write::Release]);
    tale.is(Phase::Halted, 1, 0);
}

#[test]
fn a_router_that_cannot_go_back_ends_with_a_person_too() {
    let mut tale = canary(OnDeadline::Pause);
    assert_eq!(tale.ask(Ask::Abort, "bob"), [Write::Condemn, Write::Shift]);
    tale.second = 9;
    assert_eq!(tale.event(&Event::Unrouted), []);
    tale.second = 10;
    assert_eq!(tale.event(&Event::Unrouted), [Write::Release]);
    tale.is(Phase::Halted, 1, 0);
}

#[test]
fn who_waits_for_outcomes_alone_is_due_when_the_step_has_taken_too_long() {
    let mut tale = canary(OnDeadline::Pause);
    assert_eq!(tale.routed(), []);
    assert_eq!(due(&tale.now, second(29)), Some(second(30)));
    tale.second = 30;
    assert_eq!(tale.look(0), [], "the time is over, and outcomes are missing");
    assert_eq!(due(&tale.now, second(30)), Some(second(60)));
}
