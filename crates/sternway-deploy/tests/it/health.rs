//! Steps that ask for the health of the candidates.

use sternway_deploy::{Ask, Event, Write};
use sternway_types::{Cause, Limits, OnDeadline, Phase, Plan, PlanError, Step};

use crate::make::{MINUTE, PROVEN, Tale, parsed, plan, wait, weight};

fn probed(step: u16, problem: Option<&str>) -> Event {
    Event::Probed { step, problem: problem.map(parsed) }
}

fn ready() -> Step {
    Step::Probe(parsed("ready"))
}

#[test]
fn candidates_are_asked_for_before_they_run_and_once_they_are_live() {
    let shares = [Step::SetWeight(weight(0)), Step::Pause, Step::GoLive, Step::Bake(wait(5, 0))];
    let asking: Vec<_> = plan(&shares, Limits::default())
        .probing(&[parsed("ready"), parsed("port")])
        .unwrap()
        .asking_first(1)
        .unwrap()
        .steps()
        .iter()
        .map(Step::to_string)
        .collect();
    let expected = [
        "approve by 1",
        "weight 0 %",
        "pause",
        "check health by ready",
        "check health by port",
        "go live",
        "check health by ready",
        "check health by port",
        "bake 5 outcomes",
    ];
    assert_eq!(asking, expected);
    let long = plan(&[Step::GoLive], Limits::default());
    let names: Vec<_> = (0..Plan::MAX_STEPS / 2).map(|name| parsed(&name.to_string())).collect();
    assert_eq!(long.probing(&names), Err(PlanError::Steps { found: 65 }));
}

#[test]
fn whoever_is_well_goes_on_and_an_answer_to_another_step_counts_for_nothing() {
    let mut tale = Tale::of(&[ready(), Step::GoLive, ready()], Limits::default());
    assert_eq!(tale.look(1_000), [], "outcomes are no answer");
    assert_eq!(tale.event(&probed(2, None)), []);
    assert_eq!(tale.event(&probed(0, None)), [Write::GoLive]);
    assert_eq!(tale.event(&probed(0, Some("late"))), [], "of the step before");
    assert_eq!(tale.routed(), []);
    tale.is(Phase::Running, 2, 100);
    assert_eq!(tale.event(&Event::Looked(PROVEN)), []);
    assert_eq!(tale.event(&probed(2, None)), [Write::Release]);
    tale.is(Phase::Completed, 3, 100);
}

#[test]
fn whoever_is_not_well_goes_back_and_is_no_worse_content() {
    let mut tale = Tale::of(&[Step::GoLive, ready()], Limits::default());
    tale.routed();
    assert_eq!(tale.event(&probed(1, Some("503"))), [Write::TakeBack]);
    let (probe, problem) = (parsed("ready"), parsed("503"));
    assert_eq!(tale.now.cause, Some(Cause::Unhealthy { probe, problem }));
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
    // Before it had any runs there is nothing to wait for.
    let mut tale = Tale::of(&[ready(), Step::GoLive], Limits::default());
    tale.ask(Ask::Pause, "bob");
    assert_eq!(tale.event(&probed(0, None)), [], "a pause holds whoever is well");
    assert_eq!(tale.event(&probed(0, Some("503"))), [Write::Release], "and nobody else");
}

#[test]
fn what_is_never_answered_ends_as_any_step_does() {
    let limits = Limits { step: MINUTE, on_deadline: OnDeadline::RollBack, ..Limits::default() };
    let mut tale = Tale::of(&[ready(), Step::GoLive], limits);
    tale.second = 60;
    assert_eq!(tale.look(0), [Write::Condemn, Write::Release]);
    assert_eq!(tale.now.cause, Some(Cause::Deadline));
    let mut tale = Tale::of(&[ready(), Step::GoLive], limits);
    assert!(tale.refused(Ask::Promote, "bob").contains("health check"));
    assert_eq!(tale.ask(Ask::Waive, "bob"), [Write::GoLive], "a person may go on without");
}
