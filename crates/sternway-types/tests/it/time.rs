//! Moments.

use std::time::Duration;

use proptest::prelude::*;
use sternway_types::{At, Timestamp};

use crate::make::{json, json_problem, parsed, second};

/// A text is this moment, and the moment is printed like this.
#[track_caller]
fn check(text: &str, micros: i64, printed: &str) {
    let moment: Timestamp = parsed(text);
    assert_eq!(moment.as_micros(), micros, "{text}");
    assert_eq!(moment.to_string(), printed);
}

#[track_caller]
fn check_refused(text: &str) {
    match text.parse::<Timestamp>() {
        Ok(moment) => panic!("{text} is {moment}"),
        Err(err) => assert_eq!(
            err.to_string(),
            format!("{text:?} is not a time: expected RFC 3339, such as 2026-11-20T16:00:00Z")
        ),
    }
}

#[test]
fn a_moment_is_printed_in_utc_with_no_more_digits_than_it_needs() {
    check("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z");
    check("2026-11-20T16:00:00Z", 1_795_190_400_000_000, "2026-11-20T16:00:00Z");
    check("2026-11-20T16:00:00.5Z", 1_795_190_400_500_000, "2026-11-20T16:00:00.5Z");
    check("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z");
}

#[test]
fn a_moment_with_an_offset_is_brought_to_utc() {
    check("2026-11-20T17:30:00+01:30", 1_795_190_400_000_000, "2026-11-20T16:00:00Z");
    check("2026-11-20T16:00:00-00:00", 1_795_190_400_000_000, "2026-11-20T16:00:00Z");
}

#[test]
fn more_digits_than_microseconds_are_cut() {
    check("1970-01-01T00:00:00.123456789Z", 123_456, "1970-01-01T00:00:00.123456Z");
}

#[test]
fn what_people_leave_out_is_zero() {
    check("2026-11-20T16:00Z", 1_795_190_400_000_000, "2026-11-20T16:00:00Z");
    check("2026-11-20 16:00:00Z", 1_795_190_400_000_000, "2026-11-20T16:00:00Z");
}

#[test]
fn a_time_without_a_zone_is_refused() {
    for text in ["2026-11-20T16:00:00", "2026-11-20", "16:00:00Z", "1795190400", "now", "", "Z"] {
        check_refused(text);
    }
}

#[test]
fn a_day_that_is_in_no_calendar_is_refused() {
    for text in ["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-20T25:00:00Z"] {
        check_refused(text);
    }
}

#[test]
fn a_moment_that_cannot_be_kept_is_refused_and_not_moved() {
    check_refused("9999-12-31T00:00:00Z");
    check_refused("9999-12-30T22:00:00.000001Z");
    check_refused("-000001-12-31T23:59:59Z");
    check_refused("10000-01-01T00:00:00Z");
}

#[test]
fn the_first_and_the_last_moment_can_be_written() {
    check("0000-01-01T00:00:00Z", Timestamp::MIN.as_micros(), "0000-01-01T00:00:00Z");
    check("9999-12-30T22:00:00Z", Timestamp::MAX.as_micros(), "9999-12-30T22:00:00Z");
    assert_eq!(Timestamp::from_micros(i64::MIN), Timestamp::MIN);
    assert_eq!(Timestamp::from_micros(i64::MAX), Timestamp::MAX);
}

#[test]
fn moving_a_moment_stops_at_the_first_and_the_last() {
    let second_long = Duration::from_secs(1);
    assert_eq!(second(1).saturating_add(second_long), second(2));
    assert_eq!(second(1).saturating_sub(second_long), Timestamp::EPOCH);
    assert_eq!(Timestamp::MAX.saturating_add(second_long), Timestamp::MAX);
    assert_eq!(Timestamp::EPOCH.saturating_add(Duration::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::EPOCH.saturating_sub(Duration::MAX), Timestamp::MIN);
}

#[test]
fn the_time_since_a_later_moment_is_zero() {
    assert_eq!(second(5).since(second(2)), Duration::from_secs(3));
    assert_eq!(second(2).since(second(5)), Duration::ZERO);
    let all =
        Duration::from_micros(Timestamp::MAX.as_micros().abs_diff(Timestamp::MIN.as_micros()));
    assert_eq!(Timestamp::MAX.since(Timestamp::MIN), all);
}

#[test]
fn seconds_since_the_epoch_are_a_float() {
    let seconds = Timestamp::from_micros(1_500_000).as_unix_seconds();
    assert!((seconds - 1.5).abs() < f64::EPSILON);
}

#[test]
fn in_json_a_moment_is_a_text() {
    assert_eq!(json(&second(0)), "\"1970-01-01T00:00:00Z\"");
    json_problem::<Timestamp>("0");
    assert!(json_problem::<Timestamp>("\"now\"").contains("expected RFC 3339"));
}

#[test]
fn nothing_said_about_when_means_now() {
    assert_eq!(At::default(), At::Head);
}

proptest! {
    #[test]
    fn a_moment_comes_back_as_it_was(
        micros in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros(),
    ) {
        let moment = Timestamp::from_micros(micros);
        prop_assert_eq!(moment.as_micros(), micros);
        prop_assert_eq!(parsed::<Timestamp>(&moment.to_string()), moment);
    }

    #[test]
    fn moments_are_printed_in_their_order_within_a_second(
        one in 0_i64..1_000_000, other in 0_i64..1_000_000,
    ) {
        let (one, other) = (Timestamp::from_micros(one), Timestamp::from_micros(other));
        prop_assert_eq!(one.cmp(&other), one.as_micros().cmp(&other.as_micros()));
        prop_assert_eq!(one.saturating_add(other.since(one)), one.max(other));
    }
}
