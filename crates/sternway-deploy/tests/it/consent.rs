//! Roles, and approvals that are too old.

use std::time::Duration;

use sternway_deploy::{Ask, Awaited, Event, Write};
use sternway_types::{Actor, Consent, Limits, Pause, Phase, Roles, Step};

use crate::make::{MINUTE, Tale, parsed, weight};

fn roles(all: &[(&str, &[&str])]) -> Roles {
    let mut roles = Roles::none();
    for (role, people) in all {
        let people = people.iter().map(|it| parsed::<Actor>(it)).collect();
        roles.set(parsed(role), people).expect("people");
    }
    roles
}

fn asking(consent: Consent, then: &[Step]) -> Tale {
    let mut steps = vec![Step::Approve(consent)];
    steps.extend_from_slice(then);
    Tale::of(&steps, Limits { step: Duration::from_secs(100_000), ..Limits::default() })
}

fn for_a_minute(quorum: u8) -> Consent {
    Consent { expires: Some(MINUTE), ..Consent::of(quorum) }
}

#[test]
fn a_role_is_filled_by_one_of_its_people_beside_the_count() {
    let security = roles(&[("security", &["ana", "ben"])]);
    let mut tale = asking(Consent { roles: security, ..Consent::of(2) }, &[Step::GoLive]);
    for by in ["bob", "carol"] {
        assert_eq!(tale.ask(Ask::Approve, by), []);
    }
    assert_eq!(tale.look(0), [], "two agreed, and nobody as security");
    assert!(tale.refused(Ask::Waive, "dave").contains("waits for approvals"));
    assert_eq!(tale.ask(Ask::Approve, "ben"), []);
    assert_eq!(tale.look(0), [Write::GoLive]);
}

#[test]
fn one_person_fills_one_role_and_makes_room_for_who_can_fill_no_other() {
    let both = roles(&[("legal", &["ana", "carol"]), ("security", &["ana", "ben"])]);
    let consent = Consent { roles: both, ..Consent::of(1) };
    let mut tale = asking(consent, &[Step::GoLive]);
    assert_eq!(tale.now.plan.steps()[0].to_string(), "approve by 2 (legal, security)");
    tale.ask(Ask::Approve, "ana");
    assert_eq!(tale.look(0), [], "she is one of them");
    tale.ask(Ask::Approve, "carol");
    assert_eq!(tale.look(0), [Write::GoLive], "ana is security then");
}

#[test]
fn an_approval_that_is_too_old_does_not_count_and_may_be_given_again() {
    let mut tale = asking(for_a_minute(2), &[Step::SetWeight(weight(5)), Step::GoLive]);
    tale.ask(Ask::Approve, "bob");
    assert!(tale.refused(Ask::Approve, "bob").contains("agreed already"));
    tale.second = 60;
    tale.ask(Ask::Approve, "carol");
    assert_eq!(tale.look(0), [], "bob agreed a minute ago");
    tale.ask(Ask::Approve, "bob");
    assert_eq!(tale.look(0), [Write::Shift]);
    // Once it has run, nobody is asked again.
    tale.second = 6_000;
    assert_eq!(tale.routed(), [Write::GoLive]);
}

#[test]
fn what_waited_for_too_long_after_people_agreed_asks_them_again() {
    let after = Step::After(parsed("tools/search"));
    let mut tale = asking(for_a_minute(1), &[after, Step::GoLive]);
    tale.ask(Ask::Approve, "bob");
    assert_eq!(tale.look(0), []);
    tale.second = 60;
    let done = Event::Awaited { step: 1, other: Awaited::Completed };
    assert_eq!(tale.event(&done), [], "nobody agrees any more");
    tale.is(Phase::Running, 1, 0);
    assert!(tale.now.pauses.contains(&Pause::Expired));
    tale.ask(Ask::Resume, "bob");
    assert_eq!(tale.event(&done), [], "and nobody has it go on without");
    tale.ask(Ask::Promote, "bob");
    assert!(tale.now.pauses.contains(&Pause::Expired));
    tale.ask(Ask::Waive, "bob");
    tale.is(Phase::Running, 1, 0);
    tale.ask(Ask::Approve, "carol");
    assert_eq!(tale.event(&done), [Write::GoLive]);
}
