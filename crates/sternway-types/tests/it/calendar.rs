//! Freeze windows: on which days, at which moments, and what is none.

use proptest::prelude::*;
use sternway_types::{FreezeWindow, FreezeWindows, Timestamp};

use crate::make::{json, json_problem, parsed};

const HOUR: i64 = 3_600_000_000;

fn window(text: &str) -> FreezeWindow {
    parsed(&format!("it: {text}"))
}

fn at(text: &str) -> Timestamp {
    parsed(text)
}

/// What is open at a moment, as the moments at which it opens and closes.
#[track_caller]
fn check_open(window: &FreezeWindow, moment: &str, expected: Option<(&str, &str)>) {
    let open = window.open_at(at(moment)).map(|it| (it.opens, it.closes));
    assert_eq!(open, expected.map(|(opens, closes)| (at(opens), at(closes))), "{moment}");
}

/// How many days a rule falls on within 5,000 days, the sum of their places, and the first of them.
fn days_of(start: &str, rule: &str) -> (u64, i64, String) {
    let window = window(&format!("UTC {start}T12:00 {rule} for 1h"));
    let first = at(&format!("{start}T12:00:00Z"));
    let (mut count, mut sum, mut days) = (0, 0, Vec::new());
    let mut from = Timestamp::from_micros(first.as_micros() - HOUR);
    while let Some(next) = window.opens_next(from) {
        let place = (next.opens.as_micros() - first.as_micros()) / (24 * HOUR);
        if place >= 5_000 {
            break;
        }
        (count, sum, from) = (count + 1, sum + place, next.closes);
        if days.len() < 6 {
            days.push(next.opens.to_string().get(5..10).unwrap_or_default().to_owned());
        }
    }
    (count, sum, days.join(","))
}

#[test]
fn rules_fall_on_the_days_that_another_program_finds() {
    for line in include_str!("recurrence.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<_> = line.split(' ').collect();
        let [start, rule, count, sum, days] = words.as_slice() else { panic!("{line}") };
        let expected = (count.parse().unwrap(), sum.parse().unwrap(), (*days).to_owned());
        assert_eq!(days_of(start, rule), expected, "{start} {rule}");
    }
}

#[test]
fn a_weekend_is_open_from_friday_to_monday_by_the_clock_on_the_wall() {
    let weekend = window("Europe/Berlin 2026-01-02T18:00 FREQ=WEEKLY;BYDAY=FR for 62h");
    check_open(&weekend, "2026-01-02T16:59:59Z", None);
    let first = Some(("2026-01-02T17:00:00Z", "2026-01-05T07:00:00Z"));
    check_open(&weekend, "2026-01-02T17:00:00Z", first);
    check_open(&weekend, "2026-01-05T06:59:59Z", first);
    check_open(&weekend, "2026-01-05T07:00:00Z", None);
    // In summer the same time on the wall is an hour earlier.
    let summer = Some(("2026-07-03T16:00:00Z", "2026-07-06T06:00:00Z"));
    check_open(&weekend, "2026-07-05T00:00:00Z", summer);
    // It is an hour shorter or longer where the clock is put forward or back.
    let forward = Some(("2026-03-27T17:00:00Z", "2026-03-30T06:00:00Z"));
    check_open(&weekend, "2026-03-29T12:00:00Z", forward);
    let back = Some(("2026-10-23T16:00:00Z", "2026-10-26T07:00:00Z"));
    check_open(&weekend, "2026-10-25T12:00:00Z", back);
    let next = weekend.opens_next(at("2026-01-04T00:00:00Z")).unwrap();
    assert_eq!(next.opens, at("2026-01-09T17:00:00Z"));
}

#[test]
fn a_time_that_the_clock_shows_never_or_twice_opens_early_and_closes_late() {
    // On 29 March the clock goes from 2 to 3, at 01:00Z: half past two is never.
    let starts = window("Europe/Berlin 2026-01-01T02:30 FREQ=DAILY for 2h");
    let gap = Some(("2026-03-29T00:30:00Z", "2026-03-29T02:30:00Z"));
    check_open(&starts, "2026-03-29T01:00:00Z", gap);
    let ends = window("Europe/Berlin 2026-01-01T00:30 FREQ=DAILY for 2h");
    check_open(
        &ends,
        "2026-03-29T01:29:59Z",
        Some(("2026-03-28T23:30:00Z", "2026-03-29T01:30:00Z")),
    );
    let within = window("Europe/Berlin 2026-01-01T02:15 FREQ=DAILY for 30m");
    check_open(
        &within,
        "2026-03-29T01:00:00Z",
        Some(("2026-03-29T00:15:00Z", "2026-03-29T01:45:00Z")),
    );
    // On 25 October it goes from 3 back to 2, at 01:00Z: half past two is twice.
    check_open(
        &starts,
        "2026-10-25T00:30:00Z",
        Some(("2026-10-25T00:30:00Z", "2026-10-25T03:30:00Z")),
    );
    check_open(
        &ends,
        "2026-10-25T01:29:59Z",
        Some(("2026-10-24T22:30:00Z", "2026-10-25T01:30:00Z")),
    );
    check_open(
        &within,
        "2026-10-25T01:00:00Z",
        Some(("2026-10-25T00:15:00Z", "2026-10-25T01:45:00Z")),
    );
}

#[test]
fn a_day_that_a_place_left_out_is_no_trouble() {
    // Apia went from 29 to 31 December 2011: in doubt it opens a day early, and closes a day late.
    let daily = window("Pacific/Apia 2011-12-30T12:00 for 1h");
    check_open(
        &daily,
        "2011-12-30T12:00:00Z",
        Some(("2011-12-29T22:00:00Z", "2011-12-30T23:00:00Z")),
    );
}

#[test]
fn stretches_that_follow_on_one_another_are_one() {
    let weekend = window("UTC 2026-01-03T00:00 FREQ=WEEKLY;BYDAY=SA,SU for 24h");
    let both = Some(("2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z"));
    check_open(&weekend, "2026-01-03T12:00:00Z", both);
    // What is always open says so for as long as was looked, and may be asked again.
    let always = window("UTC 2026-01-01T00:00 FREQ=DAILY for 90d");
    let open = always.open_at(at("2030-01-01T00:00:00Z")).unwrap();
    assert!(open.closes > at("2031-01-01T00:00:00Z"), "{open:?}");
}

#[test]
fn a_window_without_a_rule_opens_once() {
    let once = window("America/New_York 2026-11-26T00:00 for 4d 12h");
    check_open(
        &once,
        "2026-11-30T16:59:59Z",
        Some(("2026-11-26T05:00:00Z", "2026-11-30T17:00:00Z")),
    );
    assert!(!once.is_over(at("2026-11-30T16:59:59Z")));
    assert!(once.is_over(at("2026-11-30T17:00:00Z")));
    assert_eq!(once.opens_next(at("2026-11-27T00:00:00Z")), None);
    let until = window("UTC 2026-01-01T00:00 FREQ=DAILY;UNTIL=20260131T000000Z for 1h");
    check_open(
        &until,
        "2026-01-31T00:30:00Z",
        Some(("2026-01-31T00:00:00Z", "2026-01-31T01:00:00Z")),
    );
    check_open(&until, "2026-02-01T00:30:00Z", None);
    assert!(
        !until.is_over(at("2026-01-31T00:30:00Z")) && until.is_over(at("2026-02-01T00:00:00Z"))
    );
}

#[test]
fn windows_are_read_as_they_are_shown_and_written_as_json() {
    let text = "weekend: Europe/Berlin 2026-01-02T18:00:00 FREQ=WEEKLY;INTERVAL=2;BYDAY=FR for 62h";
    let weekend: FreezeWindow = parsed(
        "weekend:europe/berlin 2026-01-02T18:00 rrule:freq=weekly;byday=fr;interval=2 for 2d 14h",
    );
    assert_eq!(weekend.to_string(), text);
    assert_eq!(parsed::<FreezeWindow>(text), weekend);
    assert_eq!(
        json(&weekend),
        r#"{"name":"weekend","zone":"Europe/Berlin","start":"2026-01-02T18:00:00","rule":"FREQ=WEEKLY;INTERVAL=2;BYDAY=FR","length":"62h"}"#
    );
    for rule in [
        "FREQ=YEARLY;UNTIL=20301231;BYMONTH=11;BYDAY=4FR",
        "FREQ=MONTHLY;UNTIL=20301231T235959Z;BYMONTHDAY=-4,27",
        "FREQ=WEEKLY;BYDAY=MO,FR;WKST=SU",
    ] {
        let shown = window(&format!("UTC 2026-11-27T18:00 {rule} for 1h")).to_string();
        assert!(shown.contains(rule), "{shown}");
        assert_eq!(parsed::<FreezeWindow>(&shown).to_string(), shown);
    }
}

#[test]
fn what_is_no_window_is_told_why() {
    for (text, expected) in [
        ("weekend", "expected `NAME: ZONE START [RULE] for LENGTH`"),
        ("a b: UTC 2026-01-02T18:00 for 1h", "is not the name of a freeze window"),
        ("it: Mars/Olympus 2026-01-02T18:00 for 1h", "no time zone is called \"Mars/Olympus\""),
        ("it: UTC 18:00 for 1h", "\"18:00\" is no start"),
        ("it: UTC 2026-01-02T18:00Z for 1h", "is no start"),
        ("it: UTC 2026-01-02T18:00 for 1mo", "its length is \"1mo\""),
        ("it: UTC 2026-01-02T18:00 for 30s", "its length is \"30s\""),
        ("it: UTC 2026-01-02T18:00 for 91d", "expected a minute to 90 days"),
        ("it: UTC 2026-01-02T18:00 FREQ=WEEKLY;BYDAY=MO for 1h", "does not fall on its start"),
        (
            "it: UTC 2026-01-02T18:00 FREQ=SECONDLY for 1m",
            "expected DAILY, WEEKLY, MONTHLY or YEARLY",
        ),
        (
            "it: UTC 2026-01-02T18:00 FREQ=HOURLY for 1m",
            "expected DAILY, WEEKLY, MONTHLY or YEARLY",
        ),
        ("it: UTC 2026-01-02T18:00 FREQ=DAILY;COUNT=3 for 1h", "say UNTIL"),
        ("it: UTC 2026-01-02T18:00 FREQ=DAILY;INTERVAL=0 for 1h", "no number from 1 to 100"),
        ("it: UTC 2026-01-02T18:00 FREQ=DAILY;BYHOUR=3 for 1h", "begins at the time of its start"),
        ("it: UTC 2026-01-02T18:00 FREQ=MONTHLY;BYSETPOS=1 for 1h", "is not known here"),
        ("it: UTC 2026-01-02T18:00 FREQ=DAILY;FREQ=DAILY for 1h", "is said twice"),
        ("it: UTC 2026-01-02T18:00 BYDAY=FR for 1h", "does not say how often"),
        ("it: UTC 2026-01-02T18:00 FREQ=WEEKLY;BYDAY=1FR for 1h", "days at a place"),
        ("it: UTC 2026-01-02T18:00 FREQ=WEEKLY;BYDAY=XX for 1h", "has a day that is not"),
        ("it: UTC 2026-01-02T18:00 FREQ=WEEKLY;BYDAY=€ for 1h", "has a day that is not"),
        ("it: UTC 2026-01-02T18:00 FREQ=MONTHLY;BYMONTHDAY=0 for 1h", "out of range"),
    ] {
        let problem = text.parse::<FreezeWindow>().unwrap_err().to_string();
        assert!(problem.contains(expected), "{text}: {problem}");
    }
    let twice = r#"[{"name":"a","zone":"UTC","start":"2026-01-02T18:00","length":"1h"},{"name":"a","zone":"UTC","start":"2026-01-02T18:00","length":"1h"}]"#;
    assert!(json_problem::<FreezeWindows>(twice).contains("two freeze windows are called a"));
}

#[test]
fn an_environment_has_so_many_windows_and_no_more() {
    let mut windows = FreezeWindows::none();
    let named = |n: usize| parsed::<FreezeWindow>(&format!("w{n}x: UTC 2026-01-01T00:00 for 1h"));
    (0..FreezeWindows::MOST).for_each(|n| windows.set(named(n)).unwrap());
    windows.set(named(3)).unwrap();
    assert!(windows.set(named(99)).is_err());
    windows.remove(&parsed("w3x")).unwrap();
    assert!(windows.remove(&parsed("w3x")).is_err());
    windows.set(named(99)).unwrap();
}

/// Where clocks are put forward and back, by an hour or by half of one, and where they are not.
const ZONES: [&str; 5] =
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];

proptest! {
    #[test]
    fn in_utc_it_is_open_for_its_length_in_every_so_many_weeks(
        minute in 0_i64..4_000_000,
        interval in 1_i64..5,
        length in 1_i64..10_000,
    ) {
        let rule = format!("FREQ=WEEKLY;INTERVAL={interval}");
        let window = window(&format!("UTC 2026-01-02T18:00 {rule} for {length}m"));
        let start = at("2026-01-02T18:00:00Z").as_micros();
        let moment = Timestamp::from_micros(start + minute * HOUR / 60);
        let open = minute % (interval * 7 * 24 * 60) < length;
        prop_assert_eq!(window.open_at(moment).is_some(), open || interval * 7 * 1440 <= length);
    }

    #[test]
    fn whatever_the_wall_shows_within_a_window_is_open_and_nothing_else_by_more_than_a_change(
        zone in prop::sample::select(ZONES.to_vec()),
        minute in 0_i64..3_000_000,
        hour in 0_i64..24,
        half in prop::bool::ANY,
        length in 1_i64..1_440,
    ) {
        let start = hour * 60 + 30 * i64::from(half);
        let on_the_wall = format!("2026-01-01T{hour:02}:{:02}", start % 60);
        let window = window(&format!("{zone} {on_the_wall} FREQ=DAILY for {length}m"));
        let moment = Timestamp::from_micros(at("2026-01-03T00:00:00Z").as_micros() + minute * HOUR / 60);
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
        let zoned = |moved: i64| {
            let micros = moment.as_micros() + moved * HOUR / 60;
            let shown = zone.to_datetime(jiff::Timestamp::from_microsecond(micros).unwrap());
            let shown = i64::from(shown.hour()) * 60 + i64::from(shown.minute());
            (shown - start).rem_euclid(1_440) < length
        };
        let open = window.open_at(moment);
        prop_assert!(!zoned(0) || open.is_some());
        if let Some(open) = open {
            prop_assert!(open.opens <= moment && moment < open.closes);
            prop_assert!((-60..=60).any(zoned), "{open:?} at {moment}");
        }
    }

    #[test]
    fn nothing_that_is_typed_is_any_trouble(text in "[a-z]{1,3}: UTC 20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:00 FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;BYDAY=-?[0-5]?(MO|SU))?(;BYMONTHDAY=-?[0-3][0-9])?(;INTERVAL=[0-9]{1,3})? for [0-9]{1,4}h", micros in any::<i64>()) {
        if let Ok(window) = text.parse::<FreezeWindow>() {
            let moment = Timestamp::from_micros(micros);
            let (open, next) = (window.open_at(moment), window.opens_next(moment));
            prop_assert!(open.is_none_or(|it| it.opens <= moment && moment < it.closes));
            prop_assert!(next.is_none_or(|it| it.opens < it.closes && it.closes > moment));
            prop_assert_eq!(window.to_string().parse::<FreezeWindow>().unwrap(), window);
        }
    }
}
