//! Candidates that get copies of runs, before they answer any.

use sternway_deploy::{Ask, Event, Write};
use sternway_types::{Limits, Phase, Step, Weight};

use crate::make::{PROVEN, Tale, regressed, wait, weight};

fn shadowing() -> Tale {
    let look = Step::Analyze(wait(10, 0));
    let steps =
        [Step::Shadow(weight(50)), look.clone(), Step::SetWeight(weight(5)), look, Step::GoLive];
    let mut tale = Tale::of(&steps, Limits::default());
    assert_eq!((tale.now.shadow, tale.now.routed), (weight(50), false));
    assert_eq!(tale.routed(), []);
    tale.is(Phase::Running, 1, 0);
    tale
}

#[test]
fn copies_end_where_a_share_begins() {
    let mut tale = shadowing();
    assert_eq!(tale.look(9), []);
    assert_eq!(tale.look(10), [Write::Shift]);
    tale.is(Phase::Running, 2, 5);
    assert_eq!(tale.now.shadow, Weight::ZERO);
    tale.routed();
    assert_eq!(tale.look(10), [Write::GoLive]);
    assert_eq!(tale.routed(), []);
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [Write::Release]);
    tale.is(Phase::Completed, 5, 100);
}

#[test]
fn a_candidate_that_is_worse_gets_no_more_copies() {
    let mut tale = shadowing();
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::Shift]);
    tale.is(Phase::RollingBack, 1, 0);
    assert_eq!((tale.now.shadow, tale.now.routed), (Weight::ZERO, false));
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
}

#[test]
fn whoever_waives_goes_live_from_copies() {
    let mut tale = shadowing();
    assert_eq!(tale.ask(Ask::Waive, "bob"), [Write::GoLive]);
    assert_eq!(tale.now.shadow, Weight::ZERO);
}
