//! How far a channel was told: the schedule, and what no story of tries can break.

use std::time::Duration;

use proptest::prelude::*;
use sternway_types::{
    Event, EventPlace, Failed, Jitter, Lost, Outbox, RETRIES, Revision, Timestamp,
};

use crate::make::{parsed, second};

fn outbox() -> Outbox {
    Outbox::after(parsed("team"), Revision::new(7))
}

fn place(revision: u64, index: u16) -> EventPlace {
    EventPlace { revision: Revision::new(revision), index }
}

fn what(revision: u64) -> (EventPlace, Event) {
    (place(revision, 0), Event::DeploymentStarted)
}

fn why(rest: Option<Duration>) -> Failed {
    Failed { problem: "nobody\nanswers".into(), rest }
}

#[test]
fn ten_tries_within_75_hours_and_35_minutes() {
    let mut outbox = outbox();
    let mut now = second(0);
    let mut tries = 0;
    while outbox.lost.is_empty() {
        assert!(outbox.is_due(now));
        outbox.failed(what(8), &why(None), Jitter(0), now);
        tries += 1;
        if let Some(attempt) = &outbox.attempt {
            assert!(!outbox.is_due(second(0)) || attempt.next == now);
            assert_eq!((attempt.tries, attempt.problem.as_str()), (tries, "nobody answers"));
            now = attempt.next;
        }
    }
    assert_eq!(tries as usize, RETRIES.len());
    assert_eq!(now.since(second(0)), RETRIES.iter().sum());
    assert_eq!(now.since(second(0)), Duration::from_secs(75 * 3_600 + 35 * 60 + 5));
    assert_eq!((outbox.next, outbox.attempt), (place(8, 1), None), "others come to their turn");
}

#[test]
fn who_wants_to_be_left_alone_is_within_a_day() {
    let next = |rest: Duration| {
        let mut outbox = outbox();
        outbox.failed(what(8), &why(Some(rest)), Jitter(0), second(0));
        outbox.attempt.unwrap().next.since(second(0))
    };
    assert_eq!(next(Duration::from_secs(90)), Duration::from_secs(90));
    assert_eq!(next(Duration::from_secs(1)), Duration::from_secs(5), "the schedule is longer");
    assert_eq!(next(Duration::from_hours(1_000)), Duration::from_hours(24));
}

#[test]
fn a_success_begins_the_schedule_anew() {
    let mut outbox = outbox();
    outbox.failed(what(8), &why(None), Jitter(0), second(0));
    outbox.took(what(8), "200 OK", second(9));
    assert_eq!(outbox.recent[0].failures, 1);
    outbox.failed(what(9), &why(None), Jitter(0), second(10));
    assert_eq!(outbox.attempt.unwrap().tries, 1);
}

#[test]
fn what_is_told_once_more_does_not_move_the_place() {
    let mut outbox = outbox();
    let lost = Lost { place: place(8, 0), event: None, at: second(0), problem: "gone".into() };
    outbox.give_up(lost);
    outbox.give_up(Lost {
        place: place(9, 0),
        event: Some(Event::DeploymentFailed),
        at: second(0),
        problem: "503".into(),
    });
    outbox.took(what(12), "200 OK", second(1));
    assert_eq!(outbox.retry_lost(), 1);
    assert_eq!((outbox.again.as_slice(), outbox.lost.len()), ([place(9, 0)].as_slice(), 1));
    outbox.took(what(9), "200 OK", second(2));
    assert_eq!((outbox.again.len(), outbox.next), (0, place(12, 1)));
}

#[test]
fn who_wants_nothing_any_more_is_not_due_until_it_is_opened() {
    let mut outbox = outbox();
    outbox.close("410 Gone", second(1));
    assert!(!outbox.is_due(Timestamp::MAX));
    outbox.open();
    assert!(outbox.is_due(second(1)));
}

#[test]
fn only_a_person_goes_back() {
    let before = outbox();
    let mut after = before.clone();
    after.rewind(Revision::new(3));
    assert_eq!(
        after.refuses(Some(&before), true),
        Some("goes back, which only a person may ask for")
    );
    assert_eq!(after.refuses(Some(&before), false), None);
    assert_eq!(before.refuses(Some(&after), true), None);
    let crowded = Outbox { again: vec![place(1, 0); 51], ..outbox() };
    assert_eq!(crowded.refuses(None, false), Some("remembers more than it may"));
}

/// What may happen to a channel, in small numbers.
fn steps() -> impl Strategy<Value = Vec<(u8, u8, u16)>> {
    prop::collection::vec((0..6_u8, 0..4_u8, any::<u16>()), 0..200)
}

proptest! {
    #[test]
    fn no_story_goes_back_by_itself_or_remembers_too_much(steps in steps()) {
        let (mut outbox, mut now) = (outbox(), second(0));
        for (step, ahead, chance) in steps {
            let before = outbox.clone();
            let place = before.again.first().copied().unwrap_or(EventPlace {
                revision: Revision::new(before.next.revision.get() + u64::from(ahead)),
                index: if ahead == 0 { before.next.index } else { 0 },
            });
            let what = (place, Event::VersionPublished);
            match step {
                0 | 1 => outbox.took(what, "200 OK", now),
                2 | 3 => outbox.failed(what, &why(None), Jitter(chance), now),
                4 => outbox.passed(Revision::new(place.revision.get())),
                _ => drop(outbox.retry_lost()),
            }
            prop_assert_eq!(outbox.refuses(Some(&before), true), None);
            if let Some(attempt) = &outbox.attempt {
                let longest = Duration::from_hours(24) * 11 / 10;
                prop_assert!(attempt.next >= now && attempt.next.since(now) <= longest);
                now = attempt.next;
            }
        }
    }

    #[test]
    fn chance_adds_a_tenth_at_most(chance in any::<u16>(), seconds in 0..90_000_u64) {
        let length = Duration::from_secs(seconds);
        let spread = Jitter(chance).spread(length);
        prop_assert!(spread >= length && spread <= length + length / 10);
    }

    #[test]
    fn chance_takes_a_part_of_a_length(one in any::<u16>(), more in any::<u16>(), seconds in 0..90_000_u64) {
        let length = Duration::from_secs(seconds);
        let (least, most) = (one.min(more), one.max(more));
        prop_assert!(Jitter(least).within(length) <= Jitter(most).within(length));
        prop_assert_eq!((Jitter(0).within(length), Jitter(u16::MAX).within(length)), (Duration::ZERO, length));
    }
}
