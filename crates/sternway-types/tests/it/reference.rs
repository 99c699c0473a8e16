//! How people name a version.

use proptest::prelude::*;
use sternway_types::{
    Digest, DigestPrefix, LabelId, Reference, ReferenceError, Selector, Timestamp,
};

use crate::make::{greeting, parsed, second, version};

#[track_caller]
fn check(text: &str, selector: &Selector) {
    assert_eq!(&parsed::<Selector>(text), selector, "{text}");
}

#[track_caller]
fn check_refused(text: &str) {
    match text.parse::<Selector>() {
        Ok(selector) => panic!("{text:?} is {selector:?}"),
        Err(err) => assert_eq!(
            err.to_string(),
            format!(
                "{text:?} does not select a version: expected v3, live, latest, previous, live~2, \
                 a label, sha256: and 6 or more digits, or a time such as 2026-11-20T16:00:00Z"
            )
        ),
    }
}

#[test]
fn a_number_selects_the_version_of_that_number() {
    check("v3", &Selector::Number(version(3)));
    check("V3", &Selector::Number(version(3)));
    check("3", &Selector::Number(version(3)));
}

#[test]
fn words_select_by_what_is_live() {
    check("live", &Selector::Live);
    check("latest", &Selector::Latest);
    check("previous", &Selector::Before(1));
}

#[test]
fn a_tilde_counts_stays_back_from_what_is_live() {
    check("live~0", &Selector::Live);
    check("live~1", &Selector::Before(1));
    check("live~2", &Selector::Before(2));
    check("live~4294967295", &Selector::Before(u32::MAX));
}

#[test]
fn a_tilde_counts_in_plain_digits_only() {
    for text in [
        "live~",
        "live~-1",
        "live~+2",
        "live~x",
        "live~ 2",
        "live~2 ",
        "live~4294967296",
        "live~~1",
        "latest~1",
        "previous~1",
        "v3~1",
        "~1",
        "Live~2",
    ] {
        check_refused(text);
    }
}

#[test]
fn a_beginning_of_a_digest_selects_a_content() {
    check("sha256:41b7a0", &Selector::Digest(parsed("sha256:41b7a0")));
    check_refused("sha256:41b7a");
    check_refused("sha256:");
    check_refused("sha256:41B7A0");
}

#[test]
fn a_time_selects_what_was_live_then() {
    check("1970-01-01T00:00:05Z", &Selector::At(second(5)));
    check("1970-01-01T01:00:05+01:00", &Selector::At(second(5)));
}

#[test]
fn a_day_without_a_time_is_a_label() {
    check("1970-01-01", &Selector::Label(parsed("1970-01-01")));
}

#[test]
fn any_other_name_is_a_label() {
    check("before-sale", &Selector::Label(parsed("before-sale")));
    check("v3.1", &Selector::Label(parsed("v3.1")));
    check("v", &Selector::Label(parsed("v")));
}

#[test]
fn words_in_another_case_are_no_labels_and_select_nothing() {
    check_refused("Live");
    check_refused("LATEST");
    check_refused("Previous");
}

#[test]
fn what_no_rule_covers_is_refused() {
    for text in ["", " ", "v0", "0", "@", "-1", "a b", "live ", "18446744073709551616", "…"] {
        check_refused(text);
    }
}

#[test]
fn a_reference_without_a_selector_means_what_is_live() {
    let reference: Reference = parsed("prompts/greeting");
    assert_eq!(reference, Reference { artifact: greeting(), selector: Selector::Live });
    assert_eq!(reference.to_string(), "prompts/greeting@live");
    assert_eq!(Selector::default(), Selector::Live);
}

#[test]
fn a_reference_is_split_at_its_first_at() {
    let reference: Reference = parsed("prompts/greeting@v3");
    assert_eq!(reference.selector, Selector::Number(version(3)));
    let err = "prompts/greeting@v3@v4".parse::<Reference>().unwrap_err();
    assert!(matches!(err, ReferenceError::Selector { given } if given == "v3@v4"));
    assert!("prompts/greeting@".parse::<Reference>().is_err(), "an at promises a selector");
    assert!("@v3".parse::<Reference>().is_err());
}

#[test]
fn a_reference_to_no_artifact_is_refused_as_its_name_is() {
    let err = "greeting@v3".parse::<Reference>().unwrap_err();
    assert!(matches!(err, ReferenceError::Artifact(_)), "{err:?}");
    assert!(err.to_string().starts_with("\"greeting\" is not an artifact"), "{err}");
}

#[test]
fn a_refusal_repeats_only_the_beginning_of_what_is_long() {
    let err = "é ".repeat(1_000).parse::<Selector>().unwrap_err();
    assert!(err.to_string().len() < 500);
}

fn selectors() -> impl Strategy<Value = Selector> {
    let moment = Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros();
    prop_oneof![
        Just(Selector::Live),
        Just(Selector::Latest),
        (1_u64..).prop_map(|number| Selector::Number(version(number))),
        (1_u32..).prop_map(Selector::Before),
        labels().prop_map(Selector::Label),
        any::<[u8; 32]>()
            .prop_map(|bytes| Selector::Digest(DigestPrefix::from(&Digest::from_bytes(bytes)))),
        moment.prop_map(|micros| Selector::At(Timestamp::from_micros(micros))),
    ]
}

fn labels() -> impl Strategy<Value = LabelId> {
    let text =
        "[0-9A-Za-z]{1,3}([._-][0-9A-Za-z]{1,2}){0,3}|20[0-9]{6}T[0-9]{6}Z|[Vv]?[0-9]{1,3}[a-z]?";
    text.prop_filter_map("a label", |text| text.parse().ok())
}

proptest! {
    #[test]
    fn a_selector_comes_back_as_it_was(selector in selectors()) {
        prop_assert_eq!(&parsed::<Selector>(&selector.to_string()), &selector);
        let reference = Reference { artifact: greeting(), selector };
        prop_assert_eq!(parsed::<Reference>(&reference.to_string()), reference);
    }

    #[test]
    fn what_may_name_a_label_never_selects_anything_else(label in labels()) {
        prop_assert_eq!(parsed::<Selector>(label.as_str()), Selector::Label(label));
    }
}
