//! Outcomes as a line of text, so that a test shows what happened.
//!
//! | sign | outcome |
//! |---|---|
//! | `.` | a success |
//! | `x` | a failure of no known class |
//! | `T`, `A` | a `TypeError`, an `AttributeError` |
//! | `V` | a `ValueError` whose message speaks of a `TypeError` |
//! | `?` | nobody knows |
//! | `+5m` | the next one ends so long after the one before: `m`, `s` and `us`; otherwise a second |

use std::{iter, time::Duration};

use sternway_policy::{View, judge};
use sternway_types::{
    Activation, Failure, Generation, Outcome, OutcomeId, OutcomeStatus, Policy, Regression, Rule,
    Subject, Tally, Timestamp, Verdict, VersionNumber,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// The only rule of a policy.
pub(crate) fn only(rule: Rule) -> Policy {
    Policy::new(Activation::Staged, vec![rule]).expect("the rules of tests are within limits")
}

pub(crate) fn subject() -> Subject {
    Subject {
        artifact: "tools/search".parse().expect("an artifact"),
        environment: "production".parse().expect("an environment"),
        version: VersionNumber::FIRST,
        generation: Generation::new(1),
    }
}

fn status(sign: char) -> OutcomeStatus {
    let failed =
        |class: &str, message| OutcomeStatus::Failed(Failure::new(class.parse().ok(), message));
    match sign {
        '.' => OutcomeStatus::Succeeded,
        '?' => OutcomeStatus::Unknown,
        'x' => failed("", "TypeError: only in the message"),
        'T' => failed("TypeError", "no argument q"),
        'A' => failed("AttributeError", "no method search"),
        'V' => failed("ValueError", "doc mentions TypeError"),
        _ => panic!("{sign:?} is no outcome"),
    }
}

fn gap(text: &str) -> Duration {
    let units = [("us", Duration::from_micros(1)), ("s", SECOND), ("m", MINUTE)];
    let read = |(unit, one): (&str, Duration)| Some(one * text.strip_suffix(unit)?.parse().ok()?);
    units.into_iter().find_map(read).unwrap_or_else(|| panic!("{text:?} is no length of time"))
}

/// The outcome at a place of a script.
pub(crate) fn outcome(place: usize, at: Timestamp, sign: char) -> Outcome {
    Outcome::new(id(place), subject(), at, status(sign))
}

fn id(place: usize) -> OutcomeId {
    OutcomeId::from_name(&place.to_string())
}

/// The outcomes of a script, in their order.
pub(crate) fn outcomes(script: &str) -> Vec<Outcome> {
    let (mut now, mut next) = (Timestamp::EPOCH, SECOND);
    let mut outcomes = Vec::new();
    for word in script.split_whitespace() {
        if let Some(text) = word.strip_prefix('+') {
            next = gap(text);
            continue;
        }
        for sign in word.chars() {
            now = now.saturating_add(next);
            next = SECOND;
            outcomes.push(outcome(outcomes.len(), now, sign));
        }
    }
    outcomes
}

pub(crate) fn tally(outcomes: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    outcomes.iter().for_each(|outcome| tally.add(outcome));
    tally
}

/// What a policy makes of outcomes, if it is against them.
pub(crate) fn regression(policy: &Policy, outcomes: &[Outcome]) -> Option<Regression> {
    match judge(policy, &View::new(&tally(outcomes))) {
        Verdict::Regressed(regression) => Some(*regression),
        Verdict::Undecided => None,
    }
}

/// The rules that hold at the end of a script, the deciding one first; `undecided` if none does.
#[track_caller]
pub(crate) fn check(policy: &Policy, script: &str, expected: &str) {
    let said = regression(policy, &outcomes(script)).map_or("undecided".into(), |regression| {
        assert_eq!(regression.matched.first(), Some(&regression.rule.id()));
        let names: Vec<_> = regression.matched.iter().map(ToString::to_string).collect();
        names.join(", ")
    });
    assert_eq!(said, expected, "{script}");
}

/// The places in a script of the failures that decide.
#[track_caller]
pub(crate) fn check_evidence(policy: &Policy, script: &str, places: &[usize]) {
    let outcomes = outcomes(script);
    let regression = regression(policy, &outcomes).expect("it regressed");
    let found: Vec<_> = regression.evidence.failures.iter().map(|it| it.outcome).collect();
    let expected: Vec<_> = places.iter().map(|place| id(*place)).collect();
    assert_eq!(found, expected, "{script}");
}

/// The same sign so many times.
pub(crate) fn many(sign: &str, times: usize) -> String {
    iter::repeat_n(sign, times).collect()
}
