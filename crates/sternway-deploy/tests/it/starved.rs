//! Outcomes that do not come.

use sternway_deploy::{Ask, Event, Found, Write, due};
use sternway_types::{Limits, OnDeadline, Pause, Phase, Step};

use crate::make::{MINUTE, SECOND, Tale, second, wait, weight};

/// A candidate with a share, whose 20 outcomes are missing after 40 seconds of a minute.
fn canary(length: u64) -> Tale {
    let limits = Limits { step: MINUTE, starved: Some(40 * SECOND), ..Limits::default() };
    let steps = [
        Step::SetWeight(weight(5)),
        Step::Analyze(wait(20, length)),
        Step::GoLive,
        Step::Bake(wait(0, 0)),
    ];
    let mut tale = Tale::of(&steps, limits);
    assert_eq!(tale.routed(), []);
    tale
}

#[test]
fn who_gets_too_few_outcomes_starves_until_they_come() {
    let mut tale = canary(50);
    assert_eq!(due(&tale.now, second(0)), Some(second(50)), "not before it could be done");
    tale.second = 49;
    assert_eq!(tale.look(19), []);
    assert!(!tale.now.starved);
    tale.second = 50;
    assert_eq!(tale.look(19), []);
    assert!(tale.now.starved && tale.now.pauses.is_empty(), "nothing keeps it from going on");
    tale.is(Phase::Running, 1, 5);
    assert_eq!(due(&tale.now, second(50)), Some(second(60)), "a step may still take too long");
    assert_eq!(tale.look(20), [Write::GoLive]);
    assert!(!tale.now.starved);
}

#[test]
fn it_is_said_once_and_a_step_that_takes_too_long_ends_as_ever() {
    let mut tale = canary(0);
    tale.second = 40;
    assert_eq!(tale.look(0), []);
    assert!(tale.now.starved);
    let looked = Event::Looked(Found { outcomes: 19, proven: false });
    assert_eq!(tale.try_event(&looked), Ok(None), "said once");
    tale.second = 60;
    assert_eq!(tale.look(19), []);
    assert_eq!((tale.now.pauses.first(), tale.now.starved), (Some(&Pause::Deadline), true));
    assert_eq!(tale.ask(Ask::Resume, "bob"), []);
    assert!(!tale.now.starved, "its time begins anew");

    let limits = Limits { step: MINUTE, on_deadline: OnDeadline::RollBack, ..Limits::default() };
    let steps = [Step::SetWeight(weight(5)), Step::Analyze(wait(1, 0)), Step::GoLive];
    let mut tale = Tale::of(&steps, limits);
    assert_eq!(tale.routed(), []);
    tale.second = 15;
    assert_eq!(tale.look(0), []);
    assert!(tale.now.starved, "a quarter of a step, if nobody says");
    tale.second = 60;
    assert_eq!(tale.look(0), [Write::Condemn, Write::Shift]);
    assert!(!tale.now.starved);
}

#[test]
fn proof_takes_an_outcome_where_nobody_asks_for_one() {
    let mut tale = canary(0);
    assert_eq!(tale.look(20), [Write::GoLive]);
    assert_eq!(tale.routed(), []);
    tale.second = 40;
    assert_eq!(tale.look(0), []);
    assert!(tale.now.starved && !tale.now.proven, "no runs are no evidence");
    assert_eq!(tale.look(1), []);
    assert!(!tale.now.starved, "somebody runs it: the rest is a matter of evidence");
    tale.is(Phase::Running, 3, 100);
}

#[test]
fn who_is_paused_does_not_starve_and_who_waits_for_nothing_neither() {
    let mut tale = canary(0);
    assert_eq!(tale.ask(Ask::Pause, "bob"), []);
    tale.second = 59;
    assert_eq!(tale.look(0), []);
    assert!(!tale.now.starved);

    let steps = [Step::SetWeight(weight(5)), Step::Analyze(wait(0, 90)), Step::GoLive];
    let limits = Limits { starved: Some(SECOND), ..Limits::default() };
    let mut tale = Tale::of(&steps, limits);
    assert_eq!(tale.routed(), []);
    tale.second = 89;
    assert_eq!(tale.look(0), []);
    assert!(!tale.now.starved, "only time is waited for");
}
