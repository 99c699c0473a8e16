//! Names: which texts are one, and what is said to the others.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use sternway_types::{ArtifactId, CollectionId, EnvironmentId, LabelId, NamespaceId, Slug};

use crate::make::{json, json_problem, parsed};

const EMPTY: &str = "it is empty";
const LONG: &str = "it is too long";
const ALIEN: &str = "it has a character that is not allowed";
const EDGE: &str = "it does not begin and end with a letter or digit";
const DOTS: &str = "it has two dots in a row";
const RESERVED: &str = "it is reserved for selecting versions";

/// What a kind of name says to a text: the name again, or the problem.
fn read<T: Slug>(text: &str) -> Result<String, String> {
    match text.parse::<T>() {
        Ok(name) => Ok(name.to_string()),
        Err(err) => {
            let message = err.to_string();
            let (_, problem) =
                message.split_once("; expected ").map_or(("", ""), |(problem, _)| {
                    problem.rsplit_once(": ").expect("a problem stands after a colon")
                });
            Err(problem.to_owned())
        }
    }
}

/// Every kind of name takes this part, or refuses it with the same problem.
#[track_caller]
fn check(part: &str, problem: Option<&str>) {
    let expected = |text: &str| problem.map_or(Ok(text.to_owned()), |it| Err(it.to_owned()));
    assert_eq!(read::<NamespaceId>(part), expected(part), "as a namespace");
    assert_eq!(read::<CollectionId>(part), expected(part), "as a collection");
    assert_eq!(read::<EnvironmentId>(part), expected(part), "as an environment");
    assert_eq!(read::<LabelId>(part), expected(part), "as a label");
    let (first, last) = (format!("{part}/x"), format!("x/{part}"));
    assert_eq!(read::<ArtifactId>(&first), expected(&first), "as a collection of an artifact");
    assert_eq!(read::<ArtifactId>(&last), expected(&last), "as a name of an artifact");
}

/// Only what could be confused with a selector refuses this; the others take it.
#[track_caller]
fn check_reserved(word: &str) {
    assert_eq!(read::<EnvironmentId>(word), Err(RESERVED.to_owned()), "as an environment");
    assert_eq!(read::<LabelId>(word), Err(RESERVED.to_owned()), "as a label");
    assert_eq!(read::<NamespaceId>(word), Ok(word.to_owned()), "as a namespace");
    assert_eq!(read::<CollectionId>(word), Ok(word.to_owned()), "as a collection");
    assert_eq!(read::<ArtifactId>(&format!("x/{word}")), Ok(format!("x/{word}")));
}

#[test]
fn a_name_is_made_of_letters_digits_and_three_signs() {
    for part in ["a", "Z", "7z", "a.b", "a_b", "a-b", "a--b", "a__b", "a.-b", "2026-11-20", "v3.1"]
    {
        check(part, None);
    }
}

#[test]
fn a_name_has_at_most_100_characters() {
    check(&"a".repeat(100), None);
    check(&"a".repeat(101), Some(LONG));
}

#[test]
fn a_name_is_not_empty() {
    check("", Some(EMPTY));
}

#[test]
fn a_name_begins_and_ends_with_a_letter_or_digit() {
    for part in [".", "-", "_", ".a", "a.", "-a", "a-", "_a", "a_", "."] {
        check(part, Some(EDGE));
    }
}

#[test]
fn a_name_never_leads_out_of_a_folder() {
    check("..", Some(EDGE));
    check("a..b", Some(DOTS));
    check("a...b", Some(DOTS));
}

#[test]
fn a_name_has_no_sign_that_means_something_elsewhere() {
    for sign in
        [" ", "\t", "\n", "\0", "\\", ":", "@", "~", "*", "%", "?", "#", "'", "\"", "é", "ß"]
    {
        check(&format!("a{sign}b"), Some(ALIEN));
    }
}

#[test]
fn a_letter_that_only_looks_latin_is_refused() {
    check("аpple", Some(ALIEN));
    check("a\u{200b}b", Some(ALIEN));
    check("３", Some(ALIEN));
}

#[test]
fn what_selects_a_version_names_neither_a_label_nor_an_environment() {
    for word in
        ["v3", "V3", "3", "0", "v0", "v03", "live", "Live", "latest", "previous", "PREVIOUS"]
    {
        check_reserved(word);
    }
}

#[test]
fn what_only_begins_like_a_selector_is_free() {
    for word in ["v", "vv3", "v3a", "3a", "live2", "alive", "latest-1", "previously"] {
        check(word, None);
    }
}

#[test]
fn an_artifact_has_exactly_one_collection() {
    let check = |text, problem: &str| assert_eq!(read::<ArtifactId>(text), Err(problem.to_owned()));
    check("greeting", "it has no collection");
    check("", "it has no collection");
    check("a/b/c", "it has more than one slash");
    check("a//b", "it has more than one slash");
    check("/", EMPTY);
    check("prompts/..", EDGE);
    check("../prompts", EDGE);
}

#[test]
fn an_artifact_knows_its_two_parts() {
    let greeting: ArtifactId = parsed("prompts/greeting");
    assert_eq!((greeting.collection(), greeting.name()), ("prompts", "greeting"));
}

#[test]
fn case_matters() {
    assert_ne!(parsed::<LabelId>("Stable"), parsed::<LabelId>("stable"));
}

#[test]
fn the_environment_that_is_always_there_is_called_production() {
    assert_eq!(EnvironmentId::production(), parsed("production"));
}

#[test]
fn a_refusal_says_what_was_given_what_is_wrong_and_what_would_do() {
    let err = "prompts/..".parse::<ArtifactId>().unwrap_err();
    assert_eq!(
        err.to_string(),
        "\"prompts/..\" is not an artifact: it does not begin and end with a letter or digit; \
         expected collection/name, such as prompts/greeting, each part 1 to 100 letters, digits, \
         `.`, `_` or `-`"
    );
    assert_eq!(err.given(), "prompts/..");
}

#[test]
fn a_refusal_repeats_only_the_beginning_of_what_is_long() {
    let err = "é".repeat(10_000).parse::<LabelId>().unwrap_err();
    assert_eq!(err.given().chars().count(), 202);
}

#[test]
fn json_is_no_way_around_the_grammar() {
    assert!(json_problem::<ArtifactId>(r#""prompts/..""#).contains(EDGE));
    assert!(json_problem::<LabelId>(r#""v3""#).contains(RESERVED));
    assert!(json_problem::<EnvironmentId>("3").starts_with("invalid type: integer `3`"));
}

/// Whether a text comes back as it was, through print and JSON.
fn comes_back<T>(text: &str) -> bool
where
    T: Slug + Debug + PartialEq + Serialize + DeserializeOwned + TryFrom<String>,
{
    let name: T = parsed(text);
    let again = T::try_from(text.to_owned());
    name.to_string() == text
        && Slug::as_str(&name) == text
        && json(&name) == format!("\"{text}\"")
        && again.is_ok_and(|again| again == name)
}

proptest! {
    #[test]
    fn a_name_comes_back_as_it_was_given(part in "[A-Za-z][A-Za-z0-9]?([._-]{1,2}[A-Za-z]){0,9}") {
        prop_assume!(!part.contains(".."));
        prop_assert!(comes_back::<NamespaceId>(&part));
        prop_assert!(comes_back::<CollectionId>(&part));
        let both = format!("{part}/{part}");
        prop_assert!(comes_back::<ArtifactId>(&both));
        prop_assume!(read::<LabelId>(&part) != Err(RESERVED.to_owned()));
        prop_assert!(comes_back::<LabelId>(&part));
        prop_assert!(comes_back::<EnvironmentId>(&part));
    }

    #[test]
    fn any_other_text_is_refused_and_nothing_is_mended(text in "[a./_~é \\-]{0,6}|\\PC{0,6}") {
        let taken = [
            read::<NamespaceId>(&text),
            read::<CollectionId>(&text),
            read::<EnvironmentId>(&text),
            read::<LabelId>(&text),
            read::<ArtifactId>(&text),
        ];
        for name in taken.into_iter().flatten() {
            prop_assert_eq!(&name, &text);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b)));
        }
    }
}
