//! Candidates that get runs for what they carry, before they get any by chance.

use sternway_deploy::{Ask, Event, Write};
use sternway_types::{Consent, Limits, Pause, Phase, Step, Weight};

use crate::make::{PROVEN, Tale, begun, parsed, plan, regressed, wait, weight};

fn matching() -> Tale {
    let look = Step::Analyze(wait(10, 0));
    let header = Step::HeaderRoute(parsed("x-preview=yes"));
    let steps = [header, look.clone(), Step::SetWeight(weight(5)), look, Step::GoLive];
    let mut tale = Tale::of(&steps, Limits::default());
    assert_eq!((tale.now.matched.clone(), tale.now.routed), (Some(parsed("x-preview=yes")), false));
    assert!(tale.now.has_run());
    assert_eq!(tale.routed(), []);
    tale.is(Phase::Running, 1, 0);
    tale
}

#[test]
fn what_matches_ends_where_a_share_begins() {
    let mut tale = matching();
    assert_eq!(tale.look(9), []);
    assert_eq!(tale.look(10), [Write::Shift]);
    tale.is(Phase::Running, 2, 5);
    assert_eq!(tale.now.matched, None);
    tale.routed();
    assert_eq!(tale.look(10), [Write::GoLive]);
    assert_eq!(tale.routed(), []);
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [Write::Release]);
    tale.is(Phase::Completed, 5, 100);
}

#[test]
fn every_kind_of_share_ends_it_also_one_of_nothing() {
    for next in [Step::SetWeight(Weight::ZERO), Step::Shadow(weight(50)), Step::GoLive] {
        let header = Step::HeaderRoute(parsed("x-preview=yes"));
        let mut steps = vec![header, Step::Pause, next];
        if !steps.contains(&Step::GoLive) {
            steps.push(Step::GoLive);
        }
        let mut tale = Tale::of(&steps, Limits::default());
        tale.routed();
        assert_eq!(tale.ask(Ask::Promote, "bob").len(), 1, "{steps:?}");
        assert_eq!(tale.now.matched, None, "{steps:?}");
    }
}

#[test]
fn a_candidate_that_is_worse_gets_nothing_that_matches() {
    let mut tale = matching();
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::Shift]);
    tale.is(Phase::RollingBack, 1, 0);
    assert_eq!((tale.now.matched.clone(), tale.now.routed), (None, false));
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
}

#[test]
fn another_match_is_another_step() {
    let header = |it| Step::HeaderRoute(parsed(it));
    let steps = [header("x-preview=yes"), Step::Pause, header("x-preview=beta"), Step::GoLive];
    let mut tale = Tale::of(&steps, Limits::default());
    tale.routed();
    let before = tale.now.clone();
    assert_eq!(tale.ask(Ask::Promote, "bob"), [Write::Shift]);
    assert_eq!(tale.now.matched, Some(parsed("x-preview=beta")));
    assert!(tale.now.has_more_than(&before), "others run it from here on");
}

#[test]
fn who_agreed_too_long_ago_is_asked_again_before_anything_matches() {
    let consent = Consent { expires: Some(wait(0, 60).length), ..Consent::of(1) };
    let steps = [
        Step::Approve(consent),
        Step::Pause,
        Step::HeaderRoute(parsed("x-preview=yes")),
        Step::GoLive,
    ];
    let mut tale = Tale { now: begun(plan(&steps, Limits::default())).deployment, second: 0 };
    tale.ask(Ask::Approve, "bob");
    tale.look(0);
    tale.second = 61;
    assert_eq!(tale.ask(Ask::Promote, "carol"), []);
    assert!(tale.now.pauses.contains(&Pause::Expired));
    assert_eq!(tale.now.matched, None);
}
