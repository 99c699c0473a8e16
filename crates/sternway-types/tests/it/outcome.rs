//! Outcomes: what is taken, and how it is written.

use std::time::Duration;

use sternway_types::{ErrorClass, Failure, Generation, Outcome, OutcomeStatus, Score, Subject};

use crate::make::{failed, json, json_problem, outcome, parsed, subject};

fn success() -> Outcome {
    outcome("a", 1, OutcomeStatus::Succeeded)
}

#[track_caller]
fn check(outcome: &Outcome, expected: &str) {
    let said = outcome.check().map_or_else(|err| err.to_string(), |()| "fine".into());
    assert_eq!(said, expected);
}

fn score(score: f64) -> Score {
    Score::new(score).expect("scores of tests are finite")
}

#[test]
fn only_a_failure_is_a_failure() {
    assert!(outcome("a", 1, failed("")).is_failure());
    assert!(!success().is_failure());
    assert!(!outcome("a", 1, OutcomeStatus::Unknown).is_failure());
}

#[test]
fn a_class_is_one_word_of_at_most_200_bytes() {
    for class in ["TypeError", "E0308", "panic", "NullPointerException", "错误", &"a".repeat(200)]
    {
        assert_eq!(parsed::<ErrorClass>(class).as_str(), class);
    }
    for wrong in ["", "Type Error", "TypeError\n", "a\tb", "a\0", "a\u{a0}b", &"a".repeat(201)] {
        let err = wrong.parse::<ErrorClass>().unwrap_err();
        let problem = "is not an error class: expected 1 to 200 characters without spaces";
        assert!(err.to_string().ends_with(problem), "{err}");
    }
    assert!(json_problem::<ErrorClass>("\"Type Error\"").contains("is not an error class"));
}

#[test]
fn a_long_message_is_cut_between_characters() {
    assert_eq!(Failure::new(None, &"a".repeat(5_000)).message().len(), 4_096);
    let odd = format!("a{}", "é".repeat(3_000));
    assert_eq!(Failure::new(None, &odd).message().len(), 4_095);
}

#[test]
fn a_nul_in_a_message_is_replaced() {
    assert_eq!(Failure::new(None, "a\0b").message(), "a\u{fffd}b");
    assert_eq!(Failure::new(None, &"\0".repeat(4_096)).message().len(), 4_095);
}

#[test]
fn a_message_from_json_is_cut_and_cleaned_like_any_other() {
    let long = format!(r#"{{"class":null,"message":"a\u0000{}"}}"#, "b".repeat(5_000));
    let failure: Failure = serde_json::from_str(&long).unwrap();
    assert_eq!(failure, Failure::new(None, &format!("a\0{}", "b".repeat(5_000))));
}

#[test]
fn a_cost_is_not_negative() {
    let costing = |cost| Outcome { cost: Some(score(cost)), ..success() };
    check(&costing(0.0), "fine");
    check(&costing(-0.0), "fine");
    check(&costing(-0.01), "-0.01 is not a cost: expected a number that is not negative");
}

#[test]
fn an_outcome_has_at_most_64_scores() {
    let scored = |count: usize| {
        let scores = (0..count).map(|place| (format!("s{place}"), score(-1.0)));
        Outcome { scores: scores.collect(), ..success() }
    };
    check(&scored(64), "fine");
    check(&scored(65), "the outcome has 65 scores: the limit is 64");
}

#[test]
fn a_trace_id_is_a_short_printable_text() {
    let traced = |id: &str| Outcome { trace_id: Some(id.into()), ..success() };
    check(&traced(&"a".repeat(255)), "fine");
    for wrong in ["", "a\nb", &"a".repeat(256)] {
        check(&traced(wrong), "the trace id is not 1 to 255 printable characters");
    }
}

#[test]
fn a_subject_says_what_ran_where_and_in_which_stay() {
    assert_eq!(subject().to_string(), "prompts/greeting@v2 in production (generation 1)");
    let staged = Subject { generation: Generation::ZERO, ..subject() };
    assert_eq!(
        json(&staged),
        r#"{"artifact":"prompts/greeting","environment":"production","version":2,"generation":0}"#
    );
}

#[test]
fn the_smallest_outcome_in_json() {
    assert_eq!(
        json(&success()),
        concat!(
            r#"{"id":"ca978112-ca1b-8dca-bac2-31b39a23dc4d","#,
            r#""subject":{"artifact":"prompts/greeting","environment":"production","version":2,"generation":1},"#,
            r#""at":"1970-01-01T00:00:01Z","status":"succeeded","duration":null,"cost":null,"#,
            r#""scores":{},"trace_id":null}"#
        )
    );
}

#[test]
fn the_largest_outcome_comes_back_from_json() {
    let outcome = Outcome {
        status: failed("TypeError"),
        duration: Some(Duration::from_millis(1_500)),
        cost: Some(score(0.25)),
        scores: [("relevance".to_owned(), score(0.5))].into(),
        trace_id: Some("trace".into()),
        ..success()
    };
    let text = json(&outcome);
    assert!(text.contains(r#""status":{"failed":{"class":"TypeError","message":"it broke"}}"#));
}
