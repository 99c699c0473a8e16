//! Numbers that count different things.

use proptest::prelude::*;
use sternway_types::{Generation, Revision, VersionNumber};

use crate::make::{json, json_problem, parsed, version};

/// A text is this number, or none.
#[track_caller]
fn check(text: &str, number: Option<u64>) {
    let read = text.parse::<VersionNumber>();
    assert_eq!(read.as_ref().ok().map(|version| version.get()), number, "{text:?}");
    if let Err(err) = read {
        assert_eq!(
            err.to_string(),
            format!("{text:?} is not a version number: expected v1, v2, …")
        );
    }
}

#[test]
fn a_version_number_is_read_with_and_without_its_letter() {
    check("v3", Some(3));
    check("V3", Some(3));
    check("3", Some(3));
    check("v03", Some(3));
    check("v18446744073709551615", Some(u64::MAX));
}

#[test]
fn what_is_no_version_number_is_refused() {
    for text in [
        "",
        "v",
        "0",
        "v0",
        "-1",
        "+3",
        "v+3",
        "v-3",
        "3.0",
        " 3",
        "3 ",
        "v 3",
        "vv3",
        "3v",
        "٣",
        "18446744073709551616",
    ] {
        check(text, None);
    }
}

#[test]
fn a_refusal_repeats_only_the_beginning_of_what_is_long() {
    let err = "x".repeat(1_000).parse::<VersionNumber>().unwrap_err();
    assert!(err.to_string().len() < 100, "{err}");
}

#[test]
fn no_version_has_the_number_zero() {
    assert_eq!(VersionNumber::new(0), None);
    assert_eq!(VersionNumber::FIRST, version(1));
    assert!(json_problem::<VersionNumber>("0").contains("nonzero"));
}

#[test]
fn a_version_number_is_printed_with_its_letter_and_fills_a_column() {
    assert_eq!(version(3).to_string(), "v3");
    assert_eq!(format!("{:<5}|{:>5}", version(3), version(12)), "v3   |  v12");
}

#[test]
fn in_json_every_number_is_a_number() {
    assert_eq!(json(&version(3)), "3");
    assert_eq!(json(&Generation::new(7)), "7");
    assert_eq!(json(&Revision::ZERO), "0");
    for wrong in ["\"v3\"", "3.0", "-3"] {
        json_problem::<VersionNumber>(wrong);
    }
}

#[test]
fn the_number_after_the_last_is_the_last() {
    assert_eq!(version(1).next(), version(2));
    assert_eq!(version(u64::MAX).next(), version(u64::MAX));
    assert_eq!(Generation::ZERO.next(), Generation::new(1));
    assert_eq!(Generation::new(u64::MAX).next(), Generation::new(u64::MAX));
    assert_eq!(Revision::new(u64::MAX).next(), Revision::new(u64::MAX));
}

#[test]
fn a_counter_begins_at_zero_and_is_printed_bare() {
    assert_eq!((Generation::default(), Revision::default()), (Generation::ZERO, Revision::ZERO));
    assert_eq!(format!("{:>3}{:>3}", Generation::new(7), Revision::new(12)), "  7 12");
}

proptest! {
    #[test]
    fn a_version_number_comes_back_as_it_was(number in 1_u64..) {
        let number = version(number);
        prop_assert_eq!(parsed::<VersionNumber>(&number.to_string()), number);
        prop_assert_eq!(parsed::<VersionNumber>(&number.get().to_string()), number);
    }
}
