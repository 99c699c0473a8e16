//! Several candidates beside what is live, of which one goes on.

use sternway_deploy::{Ask, Event, Write, experiment};
use sternway_types::{Limits, Phase, PlanError, Step, Strategy, Weight};

use crate::make::{PROVEN, Tale, begun, plan, regressed, wait, weight, worse};

/// Three candidates at 10, 20 and 30 %.
fn compared() -> Tale {
    let shares = [10, 20, 30].map(weight);
    let plan = experiment(&shares, wait(10, 0), wait(0, 0), Limits::default()).expect("a plan");
    let mut tale = Tale { now: begun(plan).deployment, second: 0 };
    assert_eq!(tale.now.split, shares);
    assert_eq!(tale.routed(), []);
    tale.is(Phase::Running, 1, 60);
    tale
}

fn shares(tale: &Tale) -> Vec<u16> {
    tale.now.split.iter().map(|share| share.get() / 100).collect()
}

#[test]
fn the_one_that_was_chosen_goes_live() {
    let mut tale = compared();
    assert_eq!(tale.look(10), []);
    tale.is(Phase::Running, 2, 60);
    assert_eq!(tale.look(1_000), [], "nobody has said which");
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [], "proof chooses nobody");
    assert!(tale.refused(Ask::Promote, "bob").contains("--winner"));
    assert!(tale.refused(Ask::Waive, "bob").contains("--winner"));
    assert_eq!(tale.ask(Ask::Choose { place: 1 }, "bob"), []);
    assert_eq!(tale.look(0), [Write::GoLive]);
    assert_eq!(tale.now.split, [Weight::ZERO, Weight::ALL, Weight::ZERO]);
    let member = &tale.now.members[0];
    assert_eq!(member.place_of(tale.now.candidate_of(member)), Some(1));
    assert!(tale.refused(Ask::Choose { place: 0 }, "bob").contains("already"));
    tale.routed();
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [Write::Release]);
    tale.is(Phase::Completed, 5, 100);
}

#[test]
fn one_that_is_worse_goes_back_alone_until_none_is_left() {
    let mut tale = compared();
    assert_eq!(tale.event(&worse(3)), [Write::Condemn, Write::Shift]);
    tale.is(Phase::Running, 1, 40);
    assert_eq!((shares(&tale), tale.now.routed), (vec![10, 0, 30], false));
    assert_eq!(tale.event(&worse(3)), [], "it is out already");
    tale.routed();
    assert!(tale.refused(Ask::Choose { place: 1 }, "bob").contains("worse"));
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::Shift]);
    assert_eq!(shares(&tale), [0, 0, 30]);
    assert_eq!(tale.event(&worse(4)), [Write::Condemn, Write::Shift]);
    tale.is(Phase::RollingBack, 1, 0);
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
}

#[test]
fn the_one_that_was_chosen_takes_the_deployment_back_with_it() {
    let mut tale = compared();
    tale.look(10);
    tale.ask(Ask::Choose { place: 0 }, "bob");
    assert_eq!(tale.look(0), [Write::GoLive]);
    tale.routed();
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::TakeBack]);
    tale.is(Phase::RollingBack, 4, 0);
    assert_eq!(tale.now.split, []);
}

#[test]
fn whoever_ends_it_condemns_nobody() {
    let mut tale = compared();
    assert_eq!(tale.ask(Ask::Abort, "bob"), [Write::Shift]);
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
}

#[test]
fn who_was_chosen_may_be_tried_alone_first() {
    let steps = [
        Step::Split(vec![weight(10), weight(10)]),
        Step::Choose,
        Step::SetWeight(weight(50)),
        Step::GoLive,
    ];
    let mut tale = Tale::of(&steps, Limits::default());
    tale.routed();
    tale.ask(Ask::Choose { place: 1 }, "bob");
    assert_eq!(tale.look(0), [Write::Shift]);
    assert_eq!((shares(&tale), tale.now.weight), (vec![0, 50], weight(50)));
}

#[test]
fn a_plan_compares_what_can_be_compared() {
    let split = |percents: &[u32]| Step::Split(percents.iter().copied().map(weight).collect());
    let wrong = |steps: Vec<Step>| match sternway_types::Plan::new(
        Strategy::Steps,
        steps,
        Limits::default(),
    ) {
        Err(PlanError::Misplaced { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    let first = |step| vec![step, Step::Choose, Step::GoLive];
    assert!(wrong(first(split(&[10]))).contains("2 to 15"));
    assert!(wrong(first(split(&[50, 50]))).contains("leaves no runs"));
    assert!(wrong(first(split(&[50, 0]))).contains("no runs"));
    assert!(wrong(vec![Step::Choose, Step::GoLive]).contains("nothing to choose"));
    assert!(wrong(vec![split(&[5, 5]), Step::GoLive]).contains("was chosen"));
    let twice = vec![split(&[5, 5]), split(&[5, 5, 5]), Step::Choose, Step::GoLive];
    assert!(wrong(twice).contains("another number"));
    let steps = [split(&[5, 5]), split(&[20, 20]), Step::Choose, Step::GoLive];
    assert_eq!(plan(&steps, Limits::default()).candidates(), 2, "shares may grow");
}
