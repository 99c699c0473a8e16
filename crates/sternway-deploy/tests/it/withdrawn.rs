//! Candidates whose requests were taken from them while the store was away.

use sternway_deploy::{Ask, Event, Found, Next, Write, advance, withdrawal};
use sternway_types::{Actor, Cause, Limits, OnDeadline, Phase, Step, Withdrawal};

use crate::make::{MINUTE, Tale, parsed, regressed, second, wait, weight};

fn taken(unfit: bool) -> Withdrawal {
    Withdrawal::new(second(7), parsed("bob"), "it is red", unfit).expect("a reason")
}

fn half() -> [Step; 3] {
    [Step::SetWeight(weight(50)), Step::Analyze(wait(5, 0)), Step::GoLive]
}

#[test]
fn what_was_withdrawn_goes_back_and_says_when_and_why() {
    let mut tale = Tale::of(&half(), Limits::default());
    tale.routed();
    tale.second = 30;
    let writes = tale.event(&Event::Withdrawn(taken(true)));
    assert_eq!(writes, [Write::Condemn, Write::Shift]);
    let cause = Cause::Withdrawn { at: second(7), by: parsed("bob"), reason: parsed("it is red") };
    assert_eq!(tale.now.cause, Some(cause));
    tale.is(Phase::RollingBack, 1, 0);
    assert_eq!(tale.event(&Event::Withdrawn(taken(true))), [], "it is on its way back");
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::RolledBack, 1, 0);
    assert_eq!(tale.event(&Event::Withdrawn(taken(true))), [], "it is over");
}

#[test]
fn what_is_live_already_comes_back_and_no_pause_holds_it() {
    let mut tale = Tale::of(&[Step::GoLive, Step::Bake(wait(5, 0))], Limits::default());
    tale.routed();
    tale.ask(Ask::Pause, "bob");
    tale.event(&Event::Frozen);
    assert_eq!(tale.event(&Event::Withdrawn(taken(false))), [Write::TakeBack]);
    tale.is(Phase::RollingBack, 1, 0);
}

/// What the routers are told if the store cannot be.
#[track_caller]
fn check(tale: &Tale, event: &Event, expected: Option<(&str, &str, bool)>) {
    let now = second(tale.second);
    let next: Next = advance(&tale.now, event, now).expect("it may be").expect("it changes");
    let owed = withdrawal(&tale.now, &next, now);
    let expected = expected.map(|(by, reason, unfit)| {
        let by = if by.is_empty() { Actor::sternway() } else { parsed(by) };
        Withdrawal::new(now, by, reason, unfit).expect("a reason")
    });
    assert_eq!(owed, expected, "{event:?}");
}

#[test]
fn routers_are_told_of_what_goes_back_since_something_is_wrong_with_it() {
    let limits = Limits { step: MINUTE, on_deadline: OnDeadline::RollBack, ..Limits::default() };
    let mut tale = Tale::of(&half(), limits);
    tale.routed();
    let asked = |ask| Event::Asked { ask, by: parsed("bob"), reason: parsed("red") };
    check(&tale, &regressed(), Some(("", "prompts/greeting regressed", true)));
    check(&tale, &asked(Ask::Abort), Some(("bob", "red", true)));
    check(&tale, &asked(Ask::Pause), None);
    check(&tale, &Event::Frozen, None);
    check(&tale, &Event::Noticed, None);
    check(&tale, &Event::Replaced { by: tale.now.id }, None);
    check(&tale, &Event::Overtaken { artifact: parsed("prompts/greeting") }, None);
    check(&tale, &Event::Withdrawn(taken(true)), None);
    tale.second = 60;
    let late = Some(("", "it took longer than it may", true));
    check(&tale, &Event::Looked(Found::default()), late);
    let asking = [Step::SetWeight(weight(50)), Step::Probe(parsed("ready")), Step::GoLive];
    let mut tale = Tale::of(&asking, Limits::default());
    tale.routed();
    let unwell = Event::Probed { step: 1, problem: Some(parsed("503")) };
    check(&tale, &unwell, Some(("", "ready found it unwell: 503", false)));
    check(&tale, &Event::Probed { step: 1, problem: None }, None);
}

#[test]
fn what_has_no_requests_has_none_to_lose() {
    let mut tale =
        Tale::of(&[Step::SetWeight(weight(0)), Step::Pause, Step::GoLive], Limits::default());
    tale.routed();
    check(&tale, &regressed(), None);
    assert_eq!(tale.event(&Event::Withdrawn(taken(true))), [Write::Condemn, Write::Release]);
}
