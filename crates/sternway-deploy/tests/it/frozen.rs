//! What a freeze of the environment does.

use sternway_deploy::{Ask, Event, Write};
use sternway_types::{Limits, Pause, Phase, Step};

use crate::make::{MINUTE, PROVEN, Tale, regressed, wait, weight};

fn watched() -> Tale {
    let steps = [Step::SetWeight(weight(5)), Step::Analyze(wait(0, 10)), Step::GoLive];
    let mut tale = Tale::of(&steps, Limits { step: MINUTE, ..Limits::default() });
    assert_eq!(tale.routed(), []);
    tale
}

#[test]
fn whatever_is_frozen_keeps_its_share_and_goes_on_once_it_is_thawed() {
    let mut tale = watched();
    assert_eq!(tale.event(&Event::Frozen), []);
    tale.second = 3_600;
    assert_eq!(tale.look(1_000), [], "neither the time nor the limit of the step counts");
    tale.is(Phase::Running, 1, 5);
    assert!(tale.now.pauses.contains(&Pause::Frozen));
    assert_eq!(tale.event(&Event::Thawed), []);
    tale.second += 9;
    assert_eq!(tale.look(1_000), [], "time begins anew");
    tale.second += 1;
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [Write::GoLive]);
}

#[test]
fn whatever_is_frozen_goes_back_all_the_same() {
    let mut tale = watched();
    tale.event(&Event::Frozen);
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::Shift]);
    tale.is(Phase::RollingBack, 1, 0);
    assert_eq!(tale.event(&Event::Frozen), [], "and is not held on its way");
    assert_eq!(tale.routed(), [Write::Release]);
}

#[test]
fn nobody_has_it_go_on_but_whoever_ends_the_freeze() {
    let mut tale = watched();
    tale.event(&Event::Frozen);
    for ask in [Ask::Resume, Ask::Promote, Ask::Waive] {
        assert!(tale.refused(ask, "bob").contains("env show"), "{ask:?}");
    }
    // Somebody else paused it too, and that outlasts the freeze.
    tale.ask(Ask::Pause, "bob");
    tale.event(&Event::Thawed);
    assert!(tale.now.pauses.contains(&Pause::Asked));
    tale.second = 20;
    assert_eq!(tale.look(0), []);
    tale.event(&Event::Frozen);
    assert_eq!(tale.ask(Ask::Abort, "bob"), [Write::Condemn, Write::Shift]);
}
