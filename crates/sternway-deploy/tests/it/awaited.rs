//! Steps that wait for the deployment of another artifact.

use sternway_deploy::{Ask, Awaited, Event, Write};
use sternway_types::{Limits, Pause, Phase, Plan, PlanError, Step};

use crate::make::{MINUTE, Tale, parsed, plan, regressed, wait, weight};

fn other() -> Step {
    Step::After(parsed("tools/search"))
}

const fn awaited(step: u16, other: Awaited) -> Event {
    Event::Awaited { step, other }
}

#[test]
fn who_waits_goes_on_once_the_other_one_is_completed_and_not_before() {
    let mut tale =
        Tale::of(&[other(), Step::SetWeight(weight(5)), Step::GoLive], Limits::default());
    assert_eq!(tale.look(1_000), [], "outcomes are no answer");
    assert_eq!(tale.event(&awaited(0, Awaited::UnderWay)), []);
    assert_eq!(tale.event(&awaited(1, Awaited::Completed)), [], "it is not asked of that step");
    assert_eq!(tale.event(&awaited(0, Awaited::Completed)), [Write::Shift]);
    tale.is(Phase::Running, 1, 5);
    assert_eq!(tale.event(&awaited(0, Awaited::EndedOtherwise)), [], "it has gone on");
    assert!(tale.now.pauses.is_empty());
}

#[test]
fn if_the_other_one_ends_otherwise_it_pauses_until_a_newer_one_is_completed() {
    let mut tale = Tale::of(&[other(), Step::GoLive], Limits::default());
    assert_eq!(tale.event(&awaited(0, Awaited::EndedOtherwise)), []);
    assert!(tale.now.pauses.contains(&Pause::Unmet));
    let resumed = tale.refused(Ask::Resume, "bob");
    assert!(resumed.contains("did not end well"), "{resumed}");
    assert_eq!(tale.event(&awaited(0, Awaited::UnderWay)), []);
    assert!(tale.now.pauses.is_empty(), "it waits for the newer one");
    tale.event(&awaited(0, Awaited::EndedOtherwise));
    assert_eq!(tale.event(&awaited(0, Awaited::Completed)), [Write::GoLive]);
}

#[test]
fn a_person_goes_on_without_it_or_goes_back() {
    let steps = [Step::SetWeight(weight(5)), other(), Step::GoLive];
    let unmet = || {
        let mut tale = Tale::of(&steps, Limits::default());
        tale.routed();
        tale.event(&awaited(1, Awaited::EndedOtherwise));
        tale
    };
    assert_eq!(unmet().ask(Ask::Promote, "bob"), [Write::GoLive]);
    let mut tale = unmet();
    tale.ask(Ask::Abort, "bob");
    tale.is(Phase::RollingBack, 1, 0);
    // What regresses goes back while it waits, and while it may not go on.
    let mut tale = unmet();
    tale.event(&regressed());
    tale.is(Phase::RollingBack, 1, 0);
}

#[test]
fn other_pauses_stay_and_a_step_that_waits_has_a_limit() {
    let mut tale = Tale::of(&[other(), Step::GoLive], Limits { step: MINUTE, ..Limits::default() });
    tale.event(&Event::Frozen);
    assert_eq!(tale.event(&awaited(0, Awaited::Completed)), [], "it is frozen");
    tale.event(&Event::Thawed);
    tale.second = 120;
    tale.look(0);
    assert!(tale.now.pauses.contains(&Pause::Deadline));
}

#[test]
fn a_plan_waits_before_anything_else_and_never_once_it_is_live() {
    let steps = [Step::SetWeight(weight(5)), Step::Analyze(wait(5, 0)), Step::GoLive];
    let first = plan(&steps, Limits::default())
        .following(&[parsed("tools/search"), parsed("tools/index")])
        .unwrap()
        .asking_first(1)
        .unwrap();
    let shown: Vec<_> = first.steps().iter().take(4).map(Step::to_string).collect();
    let expected = ["approve by 1", "wait for tools/search", "wait for tools/index", "weight 5 %"];
    assert_eq!(shown, expected);
    assert_eq!(first.awaits(2).map(ToString::to_string).collect::<Vec<_>>(), ["tools/index"]);
    let live =
        Plan::new(sternway_types::Strategy::Steps, vec![Step::GoLive, other()], Limits::default());
    assert!(matches!(live, Err(PlanError::Misplaced { place: 2, .. })));
}
