//! A verdict lists what it rests on.

use sternway_types::{Policy, Rule, Timestamp};

use crate::script::{MINUTE, SECOND, check_evidence, many, only, outcomes, regression};

fn in_a_row() -> Policy {
    only(Rule::ConsecutiveFailures { count: 3, window: 5 * MINUTE })
}

fn signature_errors() -> Policy {
    let classes = vec!["TypeError".parse().expect("a class")];
    only(Rule::SignatureErrors { count: 2, among: 10, window: 5 * MINUTE, classes })
}

fn all_failed() -> Policy {
    only(Rule::AllFailed { at_least: 5, window: 30 * MINUTE })
}

#[test]
fn failures_in_a_row_are_the_row_the_oldest_first() {
    check_evidence(&in_a_row(), "xxx", &[0, 1, 2]);
    check_evidence(&in_a_row(), "x.xxx", &[2, 3, 4]);
    check_evidence(&in_a_row(), "x.xxxx", &[2, 3, 4, 5]);
    check_evidence(&in_a_row(), "x +6m xxx", &[1, 2, 3]);
}

#[test]
fn signature_errors_are_those_errors_and_no_others() {
    check_evidence(&signature_errors(), "T.xT", &[0, 3]);
    check_evidence(&signature_errors(), "TTT.", &[0, 1, 2]);
    check_evidence(&signature_errors(), "T +6m T.T", &[1, 3]);
    check_evidence(&signature_errors(), "T.........TT", &[10, 11]);
}

#[test]
fn all_failed_is_everything_within_the_window() {
    check_evidence(&all_failed(), "xxxxx", &[0, 1, 2, 3, 4]);
    check_evidence(&all_failed(), ".x +31m xxxxx", &[2, 3, 4, 5, 6]);
    check_evidence(&all_failed(), "x?xxxx", &[0, 2, 3, 4, 5]);
}

#[test]
fn of_more_failures_than_are_remembered_the_newest_are_listed() {
    check_evidence(&all_failed(), &many("x", 40), &(8..40).collect::<Vec<_>>());
}

#[test]
fn outcomes_are_listed_by_their_own_time() {
    let late = "xx";
    let mut outcomes = outcomes(late);
    outcomes.reverse();
    let two = only(Rule::ConsecutiveFailures { count: 2, window: MINUTE });
    let evidence = regression(&two, &outcomes).expect("it regressed").evidence;
    let times: Vec<_> = evidence.failures.iter().map(|failure| failure.at).collect();
    let at = |seconds| Timestamp::EPOCH.saturating_add(SECOND * seconds);
    assert_eq!(times, [at(1), at(2)]);
    assert_eq!(evidence.newest, at(2));
}

#[test]
fn the_counters_are_those_of_the_whole_stay() {
    let regression = regression(&in_a_row(), &outcomes("..x?.xxx")).unwrap();
    assert_eq!((regression.evidence.succeeded, regression.evidence.failed), (3, 4));
}

#[test]
fn a_class_is_listed_where_it_is_known() {
    let regression = regression(&in_a_row(), &outcomes("xTV")).unwrap();
    let classes: Vec<_> = regression
        .evidence
        .failures
        .iter()
        .map(|failure| failure.class.as_ref().map_or("none", |class| class.as_str()))
        .collect();
    assert_eq!(classes, ["none", "TypeError", "ValueError"]);
}

#[test]
fn the_newest_time_is_that_of_the_newest_known_outcome() {
    let evidence = regression(&signature_errors(), &outcomes("TT. +1m ?")).unwrap().evidence;
    assert_eq!(evidence.newest, Timestamp::EPOCH.saturating_add(3 * SECOND));
    assert_eq!(evidence.failures.len(), 2);
}
