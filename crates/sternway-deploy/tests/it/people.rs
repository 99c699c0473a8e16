//! What people may do, and what they may not.

use sternway_deploy::{Ask, Event, Found, Write};
use sternway_types::{Consent, Limits, Pause, Phase, Step};

use crate::make::{Tale, asked, regressed, wait, weight};

const BY_TWO: Step = Step::Approve(Consent::of(2));

fn approved_by_two() -> Tale {
    Tale::of(&[BY_TWO, Step::SetWeight(weight(5)), Step::GoLive], Limits::default())
}

#[test]
fn agreeing_takes_other_people_than_the_author_each_of_them_once() {
    let mut tale = approved_by_two();
    assert!(tale.refused(Ask::Approve, "alice").contains("another person"));
    assert!(tale.refused(Ask::Approve, "agent:planner").contains("takes a person"));
    assert_eq!(tale.ask(Ask::Approve, "bob"), []);
    assert!(tale.refused(Ask::Approve, "bob").contains("agreed already"));
    assert_eq!(tale.look(0), [], "one of two");
    assert_eq!(tale.ask(Ask::Approve, "carol"), []);
    assert_eq!(tale.look(0), [Write::Shift]);
}

#[test]
fn who_agreed_to_something_else_did_not_agree() {
    let mut tale = approved_by_two();
    for by in ["bob", "carol"] {
        assert_eq!(tale.ask(Ask::Approve, by), []);
    }
    for approval in &mut tale.now.approvals {
        approval.plan = tale.now.plan.digest();
    }
    assert_eq!(tale.look(0), []);
    assert_eq!(tale.ask(Ask::Approve, "bob"), [], "now to this one");
}

#[test]
fn who_says_no_keeps_it_back_until_they_take_that_back() {
    let mut tale = approved_by_two();
    assert!(tale.refused(Ask::Reject, "alice").contains("another person"));
    assert!(tale.refused(Ask::Reject, "agent:planner").contains("takes a person"));
    for by in ["bob", "carol"] {
        assert_eq!(tale.ask(Ask::Approve, by), []);
    }
    assert_eq!(tale.ask(Ask::Reject, "dave"), []);
    tale.is(Phase::Running, 0, 0);
    assert_eq!(tale.look(0), [], "whoever agreed");
    for ask in [Ask::Resume, Ask::Promote, Ask::Waive] {
        assert!(tale.refused(ask, "bob").contains("said no"), "{ask:?}");
    }
    assert!(tale.refused(Ask::Withdraw, "bob").contains("only who said no"));
    assert_eq!(tale.ask(Ask::Withdraw, "dave"), []);
    assert_eq!(tale.look(0), [Write::Shift]);
}

#[test]
fn who_agrees_after_all_says_no_no_more() {
    let mut tale = approved_by_two();
    assert_eq!(tale.ask(Ask::Approve, "carol"), []);
    assert_eq!(tale.ask(Ask::Reject, "bob"), []);
    assert_eq!(tale.ask(Ask::Reject, "bob"), [], "twice is once");
    assert_eq!((tale.now.agreed(), tale.now.objections.len()), (1, 1));
    assert_eq!(tale.ask(Ask::Approve, "bob"), []);
    assert_eq!((tale.now.agreed(), tale.now.objections.len()), (2, 0));
    assert_eq!(tale.look(0), [Write::Shift]);
}

#[test]
fn no_other_pause_ends_with_an_objection_and_what_regresses_goes_back_all_the_same() {
    let mut tale = approved_by_two();
    tale.ask(Ask::Reject, "bob");
    tale.ask(Ask::Pause, "carol");
    tale.ask(Ask::Withdraw, "bob");
    assert_eq!(tale.now.pauses.iter().copied().collect::<Vec<_>>(), [Pause::Asked]);
    tale.ask(Ask::Resume, "bob");
    for by in ["bob", "carol"] {
        tale.ask(Ask::Approve, by);
    }
    assert_eq!(tale.look(0), [Write::Shift]);
    tale.ask(Ask::Reject, "bob");
    assert_eq!(tale.event(&regressed()), [Write::Condemn, Write::Shift]);
    tale.is(Phase::RollingBack, 1, 0);
}

#[test]
fn who_says_no_for_good_ends_it_and_condemns_nothing() {
    let mut tale = approved_by_two();
    assert!(tale.refused(Ask::Dismiss, "alice").contains("another person"));
    assert_eq!(tale.ask(Ask::Dismiss, "bob"), [Write::Release]);
    tale.is(Phase::Rejected, 0, 0);
}

#[test]
fn nobody_is_asked_by_a_plan_that_asks_nobody() {
    let mut tale = Tale::of(&[Step::Pause, Step::GoLive], Limits::default());
    assert!(tale.refused(Ask::Approve, "bob").contains("asks for no approval"));
    assert!(tale.refused(Ask::Reject, "bob").contains("asks for no approval"));
}

#[test]
fn no_promotion_passes_by_approvals_or_the_routers() {
    let mut tale = approved_by_two();
    assert!(tale.refused(Ask::Promote, "bob").contains("waits for approvals"));
    assert!(tale.refused(Ask::Waive, "bob").contains("waits for approvals"));
    for by in ["bob", "carol"] {
        assert_eq!(tale.ask(Ask::Approve, by), []);
    }
    assert_eq!(tale.look(0), [Write::Shift]);
    assert!(tale.refused(Ask::Promote, "bob").contains("not seen to follow"));
}

#[test]
fn whoever_waives_passes_by_no_approval_that_comes_later() {
    let steps = [Step::Approve(Consent::of(1)), Step::Pause, BY_TWO, Step::GoLive];
    let mut tale = Tale::of(&steps, Limits::default());
    assert_eq!(tale.ask(Ask::Approve, "bob"), []);
    assert!(tale.refused(Ask::Waive, "dave").contains("waits for approvals"));
    assert_eq!(tale.ask(Ask::Approve, "carol"), []);
    assert_eq!(tale.ask(Ask::Waive, "dave"), [Write::GoLive]);
}

#[test]
fn waiving_takes_a_person_and_a_reason_and_ends_well_once_it_is_live() {
    let steps = [Step::SetWeight(weight(5)), Step::Pause, Step::GoLive, Step::Bake(wait(9, 9))];
    let mut tale = Tale::of(&steps, Limits::default());
    let silent = tale.try_event(&asked(Ask::Waive, "bob", "")).unwrap_err();
    assert!(silent.problem.contains("takes a reason"), "{silent}");
    assert!(tale.refused(Ask::Waive, "agent:planner").contains("takes a person"));
    assert_eq!(tale.ask(Ask::Waive, "bob"), [Write::GoLive]);
    assert_eq!(tale.routed(), [Write::Release]);
    tale.is(Phase::Completed, 4, 100);
}

#[test]
fn whoever_waives_while_it_bakes_ends_it() {
    let mut tale =
        Tale::of(&[Step::Pause, Step::GoLive, Step::Bake(wait(9, 9))], Limits::default());
    assert_eq!(tale.ask(Ask::Promote, "bob"), [Write::GoLive]);
    assert_eq!(tale.routed(), []);
    assert!(tale.refused(Ask::Promote, "bob").contains("waits for proof"));
    assert_eq!(tale.ask(Ask::Waive, "bob"), [Write::Release]);
    tale.is(Phase::Completed, 2, 100);
}

#[test]
fn who_resumes_what_is_not_paused_is_told_so() {
    let mut tale = Tale::of(&[Step::Pause, Step::GoLive], Limits::default());
    assert!(tale.refused(Ask::Resume, "bob").contains("`promote`"));
    assert!(tale.refused(Ask::Halt, "bob").contains("`abort`"));
    assert_eq!(tale.ask(Ask::Pause, "bob"), []);
    assert_eq!(tale.ask(Ask::Pause, "carol"), [], "twice is once");
    assert_eq!(tale.ask(Ask::Resume, "bob"), []);
    assert!(tale.now.pauses.is_empty());
}

#[test]
fn on_the_way_back_people_can_only_give_it_up() {
    let mut tale = Tale::of(&[Step::Pause, Step::GoLive], Limits::default());
    assert_eq!(tale.ask(Ask::Promote, "bob"), [Write::GoLive]);
    assert_eq!(tale.ask(Ask::Abort, "bob"), [Write::Condemn, Write::TakeBack]);
    for ask in [Ask::Pause, Ask::Resume, Ask::Promote, Ask::Waive, Ask::Abort] {
        assert!(tale.refused(ask, "bob").contains("on its way back"));
    }
    assert_eq!(tale.ask(Ask::Halt, "bob"), [Write::Release]);
    tale.is(Phase::Halted, 1, 0);
}

#[test]
fn what_is_over_stays_so_and_says_so() {
    let mut tale = Tale::of(&[Step::Pause, Step::GoLive], Limits::default());
    assert_eq!(tale.ask(Ask::Abort, "bob"), [Write::Condemn, Write::Release]);
    assert!(tale.refused(Ask::Abort, "bob").contains("it is over"));
    assert_eq!(tale.event(&Event::Looked(Found::default())), []);
    assert_eq!(tale.event(&Event::Routed), []);
}
