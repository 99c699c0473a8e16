//! What a finding does that a policy leaves to a person.

use sternway_deploy::{Ask, Event, Write};
use sternway_types::{Limits, Pause, Phase, Step};

use crate::make::{MINUTE, PROVEN, Tale, regressed, wait, weight};

fn noticed() -> Tale {
    let steps = [Step::SetWeight(weight(5)), Step::Analyze(wait(0, 0)), Step::GoLive];
    let mut tale = Tale::of(&steps, Limits { step: MINUTE, ..Limits::default() });
    assert_eq!(tale.event(&Event::Noticed), []);
    assert!(tale.now.pauses.contains(&Pause::Regressed));
    tale
}

#[test]
fn whoever_is_found_worse_keeps_its_share_until_a_person_says_so() {
    let mut tale = noticed();
    assert_eq!(tale.event(&Event::Routed), []);
    tale.second = 3_600;
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [], "neither time nor proof leads on");
    tale.is(Phase::Running, 0, 5);
    assert_eq!(tale.try_event(&Event::Noticed), Ok(None), "it is noticed once");
    for ask in [Ask::Resume, Ask::Promote] {
        assert!(tale.refused(ask, "agent:robot").contains("takes a person"), "{ask:?}");
    }
    tale.ask(Ask::Resume, "bob");
    assert_eq!(tale.event(&Event::Looked(PROVEN)), [Write::GoLive]);
}

#[test]
fn whoever_is_found_worse_can_go_back_all_the_same() {
    for event in [regressed(), crate::make::asked(Ask::Abort, "bob", "so be it")] {
        let mut tale = noticed();
        assert_eq!(tale.event(&event), [Write::Condemn, Write::Shift]);
        assert_eq!(tale.event(&Event::Noticed), [], "and is not held on its way");
        assert_eq!((tale.now.phase, tale.now.pauses.len()), (Phase::RollingBack, 0));
    }
}
