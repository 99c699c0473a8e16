//! What gets worse little by little, or is not needed any more.

use std::time::Duration;

use sternway_policy::{
    Baseline,
    aging::{Against, Finding, Known, Limits, findings},
};
use sternway_types::{Outcome, Tally, Timestamp, VersionNumber};

use crate::script::outcome;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A day on which everything is looked at.
fn today() -> Timestamp {
    Timestamp::EPOCH.saturating_add(20_000 * DAY)
}

fn days_ago(days: u32) -> Timestamp {
    today().saturating_sub(days * DAY)
}

/// So many runs of a hundred succeeded.
fn runs(succeeded: usize, at: Timestamp) -> Tally {
    tally(100, succeeded, at, None)
}

fn tally(runs: usize, succeeded: usize, at: Timestamp, duration: Option<Duration>) -> Tally {
    let mut tally = Tally::default();
    for place in 0..runs {
        let plain = outcome(place, at, if place < succeeded { '.' } else { 'x' });
        tally.add(&Outcome { duration, ..plain });
    }
    tally
}

/// A version of yesterday whose runs went like this.
fn known<'a>(tally: &'a Tally, good: &'a [Baseline<'a>]) -> Known<'a> {
    let (published, live_since, against) = (days_ago(1), days_ago(1), Against::Nothing);
    Known { published, live_since, against, tally, good }
}

fn said(findings: &[Finding]) -> Vec<String> {
    let said = |it: &Finding| format!("{} {}: {}", it.severity, it.sign.as_str(), it.sign);
    findings.iter().map(said).collect()
}

#[track_caller]
fn check(known: &Known<'_>, expected: &[&str]) {
    let found = said(&findings(known, &Limits::default(), today()));
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}: expected {expected}");
    }
}

#[test]
fn a28_few_successes_are_found_below_70_and_50_percent() {
    for (succeeded, expected) in
        [(70, None), (69, Some("medium failing")), (50, Some("medium failing")), (49, Some("high"))]
    {
        let tally = runs(succeeded, days_ago(0));
        check(&known(&tally, &[]), expected.as_slice());
    }
}

#[test]
fn a28_nothing_is_said_of_too_few_runs() {
    let tally = tally(9, 0, days_ago(0), Some(Duration::from_secs(100)));
    check(&known(&tally, &[]), &[]);
}

#[test]
fn a28_runs_of_more_than_a_minute_are_slow() {
    for (seconds, expected) in [(60, None), (61, Some("medium slow: a run takes 61.0 s"))] {
        let tally = tally(10, 10, days_ago(0), Some(Duration::from_secs(seconds)));
        check(&known(&tally, &[]), expected.as_slice());
    }
}

#[test]
fn a28_what_nobody_needs_is_found() {
    let (none, today) = (Tally::default(), runs(100, days_ago(0)));
    let [lately, long_ago] = [90, 91].map(|days| runs(100, days_ago(days)));
    let live = |tally, days| Known { live_since: days_ago(days), ..known(tally, &[]) };
    check(&live(&lately, 300), &[]);
    check(&live(&long_ago, 300), &["low unused: nothing ran since "]);
    check(&live(&none, 30), &[]);
    check(&live(&none, 31), &["medium never_used: it never ran"]);
    let published = |days| Known { published: days_ago(days), ..known(&today, &[]) };
    check(&published(365), &[]);
    check(&published(366), &["low old: it was published at "]);
}

#[test]
fn a28_the_gravest_comes_first() {
    let tally = runs(60, days_ago(100));
    let against = Against::Halted;
    let known = Known { published: days_ago(400), against, ..known(&tally, &[]) };
    check(&known, &["critical halted", "medium failing", "low unused", "low old"]);
    check(
        &Known { against: Against::Condemned, ..known },
        &["high condemned", "medium", "low", "low"],
    );
}

/// The last one first.
fn check_success(rates: &[usize], now: usize, expected: &[&str]) {
    let tallies: Vec<_> = rates.iter().map(|rate| [runs(*rate, days_ago(0))]).collect();
    let baseline = |(place, tallies): (usize, &'static [Tally])| {
        let number = u64::try_from(rates.len() - place).ok().and_then(VersionNumber::new);
        Baseline { version: number.expect("from 1"), tallies, frozen: None }
    };
    // Leaked, since it lasts as long as the test.
    let tallies: &'static [[Tally; 1]] = tallies.leak();
    let good: Vec<_> =
        tallies.iter().map(<[Tally; 1]>::as_slice).enumerate().map(baseline).collect();
    let tally = runs(now, days_ago(0));
    check(&known(&tally, &good), expected);
}

#[test]
fn a28_what_is_worse_than_the_last_good_version_is_to_go_back() {
    check_success(
        &[90],
        76,
        &["high degraded: success_rate is 76.0 %, and that of v1, the last good version, 90.0 %"],
    );
    let tally = runs(76, days_ago(0));
    let before = [runs(90, days_ago(0))];
    let good = [Baseline { version: VersionNumber::FIRST, tallies: &before, frozen: None }];
    let found = findings(&known(&tally, &good), &Limits::default(), today());
    assert!(found.iter().any(|finding| finding.sign.recommends_rollback()));
}

/// Each step is less than 15 % of the one before, so no comparison with that shows it.
#[test]
fn s08_what_fell_little_by_little_is_found_beside_the_best_version() {
    check_success(&[95], 82, &[]);
    check_success(
        &[82, 95],
        71,
        &["medium drifted: success fell little by little, from 95.0 % of v1 to 71.0 %"],
    );
    check_success(
        &[71, 82, 95],
        61,
        &[
            "medium failing",
            "medium drifted: success fell little by little, from 95.0 % of v1 to 61.0 %",
        ],
    );
}

#[test]
fn s08_what_is_exactly_15_percent_below_the_best_is_found() {
    check_success(&[90, 100], 86, &[]);
    check_success(&[90, 100], 85, &["medium drifted"]);
}

#[test]
fn s08_only_the_newest_good_versions_are_looked_at() {
    let mut rates = vec![82; 10];
    rates.push(95);
    check_success(&rates, 75, &[]);
    check_success(&rates[1..], 75, &["medium drifted"]);
}

#[test]
fn s08_what_fell_at_once_is_said_once() {
    check_success(&[95], 60, &["high degraded", "medium failing"]);
}
