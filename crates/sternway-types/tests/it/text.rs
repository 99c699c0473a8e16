//! Texts that people write.

use proptest::prelude::*;
use sternway_types::{Changelog, Reason, TextError};

use crate::make::{json, json_problem, parsed};

#[test]
fn nothing_said_is_an_empty_text() {
    assert!(Reason::default().is_empty());
    assert_eq!(json(&Changelog::default()), "\"\"");
}

#[test]
fn a_reason_has_at_most_8192_bytes() {
    assert_eq!(Reason::LIMIT, 8_192);
    assert_eq!(Reason::new("a".repeat(8_192)).unwrap().as_str().len(), 8_192);
    let err = Reason::new("é".repeat(4_097)).unwrap_err();
    assert_eq!(err, TextError::TooLong { kind: "reason", found: 8_194, limit: 8_192 });
    assert_eq!(err.to_string(), "the reason has 8194 bytes: the limit is 8192");
}

#[test]
fn a_changelog_has_at_most_65536_bytes() {
    assert_eq!(Changelog::LIMIT, 65_536);
    assert!(Changelog::new("a".repeat(65_536)).is_ok());
    let err = Changelog::new("a".repeat(65_537)).unwrap_err();
    assert_eq!(err.to_string(), "the changelog has 65537 bytes: the limit is 65536");
}

#[test]
fn a_text_holds_no_nul() {
    let err = "a\0b".parse::<Reason>().unwrap_err();
    assert_eq!(err, TextError::Nul { kind: "reason" });
    assert_eq!(err.to_string(), "the reason holds a NUL character: take it out");
    assert!(json_problem::<Changelog>("\"\\u0000\"").contains("NUL"));
}

#[test]
fn json_is_no_way_around_the_limit() {
    let long = format!("\"{}\"", "a".repeat(8_193));
    assert!(json_problem::<Reason>(&long).contains("the limit is 8192"));
}

proptest! {
    #[test]
    fn a_text_is_kept_as_it_was_written(text in "[^\\x00]{0,20}") {
        let reason: Reason = parsed(&text);
        prop_assert_eq!(reason.to_string(), text.clone());
        json(&reason);
        prop_assert_eq!(String::from(reason), text);
    }
}
