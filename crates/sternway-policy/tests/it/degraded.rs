//! What became worse than the last good version.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use sternway_policy::{Baseline, View, judge};
use sternway_types::{
    Activation, Decimal, Degradation, Measure, Metric, Mode, Outcome, Policy, PolicyError, Rule,
    Score, Tally, Threshold, Timestamp, Verdict, VersionNumber,
};

use crate::script::{outcome, outcomes, regression};

fn noon() -> Timestamp {
    Timestamp::EPOCH.saturating_add(Duration::from_secs(1_795_190_400))
}

fn rule(metric: &str, mode: Mode, threshold: f64) -> Degradation {
    let metric: Metric = metric.parse().unwrap();
    Degradation::new(metric, mode, Threshold::new(threshold).expect("a threshold"))
}

/// Runs at this moment, so many of them failed, each measured so.
fn runs(at: Timestamp, succeeded: usize, failed: usize, scores: &[(&str, f64)]) -> Tally {
    let mut tally = Tally::default();
    let scores: BTreeMap<_, _> = scores
        .iter()
        .map(|(name, number)| ((*name).to_owned(), Score::new(*number).expect("a score")))
        .collect();
    for place in 0..succeeded + failed {
        let plain = outcome(place, at, if place < failed { 'x' } else { '.' });
        tally.add(&Outcome { scores: scores.clone(), ..plain });
    }
    tally
}

fn holds(rule: &Degradation, from: &Tally, to: &Tally) -> bool {
    let policy = Policy::new(Activation::Staged, vec![Rule::Degraded(Box::new(rule.clone()))]);
    let tallies = std::slice::from_ref(from);
    let baseline = Baseline { version: VersionNumber::FIRST, tallies, frozen: None };
    let view = View::new(to).against(Some(baseline));
    judge(&policy.expect("within limits"), &view) != Verdict::Undecided
}

/// Whether 10 runs with this score are worse than 10 with that.
#[track_caller]
fn check(mode: Mode, threshold: f64, [from, to]: [f64; 2], expected: bool) {
    let rule = rule("accuracy", mode, threshold);
    let [before, after] = [from, to].map(|score| runs(noon(), 10, 0, &[("accuracy", score)]));
    assert_eq!(holds(&rule, &before, &after), expected, "{from} to {to}, {mode:?} {threshold}");
}

#[test]
fn s01_points_and_shares_are_told_apart() {
    check(Mode::Relative, 0.15, [0.6, 0.51], true);
    check(Mode::Points, 0.15, [0.6, 0.51], false);
    check(Mode::Points, 0.15, [0.9, 0.75], true);
    check(Mode::Relative, 0.15, [0.9, 0.75], true);
    check(Mode::Relative, 0.15, [0.5, 0.4], true);
    check(Mode::Points, 0.15, [0.5, 0.4], false);
}

#[test]
fn s02_exactly_at_the_limit_holds_whatever_floats_say() {
    for [from, to] in [[1.0, 0.85], [0.8, 0.68], [0.6, 0.51]] {
        check(Mode::Relative, 0.15, [from, to], true);
    }
}

#[test]
fn s69a_the_same_in_points() {
    for [from, to] in [[0.95, 0.8], [0.7, 0.55], [0.9, 0.75]] {
        check(Mode::Points, 0.15, [from, to], true);
    }
}

#[test]
fn s69d_ten_points_are_no_fifteen() {
    check(Mode::Points, 0.15, [0.9, 0.8], false);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn s02_counts_of_a_hundred_are_compared_as_whole_numbers(
        from in 0_usize..=100, to in 0_usize..=100, percent in 1_usize..=100,
    ) {
        #[expect(clippy::cast_precision_loss, reason = "at most 100")]
        let threshold = percent as f64 / 100.0;
        let [before, after] = [from, to].map(|k| runs(noon(), k, 100 - k, &[]));
        let points = rule("success_rate", Mode::Points, threshold);
        prop_assert_eq!(holds(&points, &before, &after), from >= to + percent);
        let relative = rule("success_rate", Mode::Relative, threshold);
        let expected = if from == 0 { false } else { 100 * from >= 100 * to + percent * from };
        prop_assert_eq!(holds(&relative, &before, &after), expected);
        let errors = rule("error_rate", Mode::Points, threshold);
        prop_assert_eq!(holds(&errors, &before, &after), from >= to + percent);
    }
}

#[test]
fn s02_every_pair_of_hundredths_is_compared_exactly() {
    let fifteen = rule("success_rate", Mode::Relative, 0.15);
    for from in 1..=100 {
        for to in 0..=100 {
            let before = Measure { samples: 100, sum: Decimal::whole(from) };
            let after = Measure { samples: 100, sum: Decimal::whole(to) };
            let expected = 100 * from >= 100 * to + 15 * from;
            assert_eq!(at(&fifteen, before, after), expected, "{from} to {to}");
        }
    }
}

/// The same from sums, without counting runs one by one.
fn at(rule: &Degradation, from: Measure, to: Measure) -> bool {
    use sternway_types::{Measurements, Period, Recent, Resolution, Timeline};
    let tally = |measure: Measure| {
        let hour = noon().as_micros().div_euclid(3_600_000_000);
        let period = |index| Period { index, measure };
        let ends =
            Timeline::from_parts(Resolution::Minutes, vec![period(60 * hour)], vec![period(hour)]);
        let newest = Recent {
            at: noon(),
            id: sternway_types::OutcomeId::from_name("newest"),
            failed: false,
            class: None,
        };
        Tally::from_parts(0, 0, 0, vec![newest]).with_measurements(ends, Measurements::default())
    };
    holds(rule, &tally(from), &tally(to))
}

#[test]
fn numbers_that_are_too_large_to_multiply_are_compared_all_the_same() {
    let points = rule("success_rate", Mode::Points, 0.15);
    let many = 3_000_000_000_000_000_000;
    let measure = |succeeded| Measure { samples: many, sum: Decimal::whole(succeeded) };
    assert!(at(&points, measure(many), measure(many / 100 * 85)));
    assert!(!at(&points, measure(many), measure(many / 100 * 86)));
}

#[test]
fn s03_what_is_not_measured_on_a_side_is_not_compared() {
    let accuracy = rule("accuracy", Mode::Relative, 0.15);
    let (with, without) = (runs(noon(), 20, 0, &[("accuracy", 0.95)]), runs(noon(), 20, 0, &[]));
    assert!(!holds(&accuracy, &with, &without));
    assert!(!holds(&accuracy, &without, &with));
    let strict = Degradation { missing: sternway_types::Missing::Fail, ..accuracy };
    assert!(holds(&strict, &with, &without), "unless the rule says so");
    assert!(!holds(&strict, &without, &with), "a baseline without it takes nothing back");
    assert!(!holds(&strict, &with, &runs(noon(), 9, 0, &[])), "and only after enough runs");
}

#[test]
fn s04_where_the_baseline_is_zero_the_difference_itself_counts() {
    let errors = rule("error_rate", Mode::Relative, 0.15);
    let clean = runs(noon(), 20, 0, &[]);
    assert!(holds(&errors, &clean, &runs(noon(), 10, 10, &[])));
    assert!(holds(&errors, &clean, &runs(noon(), 19, 1, &[])), "0.05 is the floor");
    assert!(!holds(&errors, &clean, &runs(noon(), 39, 1, &[])));
    assert!(!holds(&errors, &clean, &clean));
}

#[test]
fn s05_too_few_measurements_on_a_side_are_not_compared() {
    let success = rule("success_rate", Mode::Points, 0.15);
    let (good, bad) = (|n| runs(noon(), n, 0, &[]), |n| runs(noon(), 0, n, &[]));
    assert!(!holds(&success, &good(9), &bad(10)));
    assert!(!holds(&success, &good(10), &bad(9)));
    assert!(holds(&success, &good(10), &bad(10)));
    assert_eq!(
        regression(&Policy::preset(sternway_types::Preset::Artifact), &outcomes(".....")),
        None
    );
}

#[test]
fn s06_a_metric_without_a_direction_is_refused_until_it_is_given_one() {
    let unknown = rule("latency_p95", Mode::Relative, 0.15);
    let policy = |rule: &Degradation| {
        Policy::new(Activation::Staged, vec![Rule::Degraded(Box::new(rule.clone()))])
    };
    let metric = Metric::Score("latency_p95".into());
    assert_eq!(policy(&unknown), Err(PolicyError::NoDirection { metric }));
    let lower = Degradation { direction: Some(sternway_types::Direction::Lower), ..unknown };
    let slow = |number| runs(noon(), 10, 0, &[("latency_p95", number)]);
    assert!(holds(&lower, &slow(100.0), &slow(1_000.0)));
    assert!(!holds(&lower, &slow(1_000.0), &slow(100.0)));
    let security = rule("security_rating", Mode::Relative, 0.15);
    let rated = |number| runs(noon(), 10, 0, &[("security_rating", number)]);
    assert!(holds(&security, &rated(0.9), &rated(0.1)));
    assert!(holds(&security, &rated(0.9), &rated(0.0)), "zero is a value");
}

#[test]
fn s54_a_mean_is_over_what_was_measured() {
    let duration = rule("duration", Mode::Relative, 0.5);
    let timed = |millis: u64, measured: usize| {
        let mut tally = Tally::default();
        for place in 0..20 {
            let took = (place < measured).then(|| Duration::from_millis(millis));
            tally.add(&Outcome { duration: took, ..outcome(place, noon(), '.') });
        }
        tally
    };
    assert!(!holds(&duration, &timed(100, 20), &timed(100, 10)));
    assert!(holds(&duration, &timed(100, 20), &timed(150, 10)), "slow runs that ended well");
    assert!(!holds(&duration, &timed(100, 20), &timed(150, 9)), "of which there are enough");
}

#[test]
fn s69b_a_baseline_counts_for_seven_days() {
    let success = rule("success_rate", Mode::Points, 0.15);
    let bad = runs(noon(), 0, 10, &[]);
    let good = |days: u64| runs(noon().saturating_sub(Duration::from_hours(24 * days)), 10, 0, &[]);
    assert!(holds(&success, &good(6), &bad));
    assert!(holds(&success, &good(7), &bad));
    assert!(!holds(&success, &good(8), &bad));
}

#[test]
fn s69c_a_version_counts_for_a_day() {
    let success = rule("success_rate", Mode::Points, 0.15);
    let good = runs(noon(), 100, 0, &[]);
    let mut tally = runs(noon().saturating_sub(Duration::from_hours(26)), 0, 90, &[]);
    for place in 1_000..1_010 {
        tally.add(&outcome(place, noon(), '.'));
    }
    assert!(!holds(&success, &good, &tally), "yesterday's failures are over");
    for place in 2_000..2_002 {
        tally.add(&outcome(place, noon(), 'x'));
    }
    assert!(holds(&success, &good, &tally));
}

#[test]
fn s07_without_a_good_version_there_is_nothing_to_compare_with() {
    let policy = Policy::preset(sternway_types::Preset::Artifact);
    let bad = runs(noon(), 0, 100, &[]);
    assert_eq!(judge(&policy, &View::new(&bad)), Verdict::Undecided);
    let none = Baseline { version: VersionNumber::FIRST, tallies: &[], frozen: None };
    assert_eq!(judge(&policy, &View::new(&bad).against(Some(none))), Verdict::Undecided);
}

#[test]
fn the_outcomes_of_all_stays_of_the_baseline_count() {
    let success = rule("success_rate", Mode::Points, 0.15);
    let policy = Policy::new(Activation::Staged, vec![Rule::Degraded(Box::new(success))]).unwrap();
    let stays = [runs(noon(), 6, 0, &[]), runs(noon(), 6, 0, &[])];
    let bad = runs(noon(), 0, 10, &[]);
    let judged = |tallies| {
        let baseline = Baseline { version: VersionNumber::FIRST, tallies, frozen: None };
        judge(&policy, &View::new(&bad).against(Some(baseline)))
    };
    assert_eq!(judged(&stays[..1]), Verdict::Undecided);
    let Verdict::Regressed(found) = judged(&stays) else { panic!("it regressed") };
    let measured = found.evidence.measured.unwrap();
    assert_eq!(measured.baseline.unwrap().measure.samples, 12);
    assert_eq!(found.evidence.failures.len(), 10);
}

/// So many runs, each of which took so long.
fn timed(runs: usize, millis: &[u64]) -> Tally {
    let mut tally = Tally::default();
    for (place, millis) in millis.iter().cycle().take(runs).enumerate() {
        let duration = Some(Duration::from_millis(*millis));
        tally.add(&Outcome { duration, ..outcome(place, noon(), '.') });
    }
    tally
}

#[test]
fn a_quantile_is_held_against_that_of_the_whole_baseline() {
    let tail = rule("duration.p95", Mode::Relative, 0.5);
    let usual = timed(100, &[100, 110, 120, 130, 140]);
    assert!(!holds(&tail, &usual, &usual));
    assert!(holds(&tail, &usual, &timed(100, &[100, 110, 120, 130, 280])));
    assert!(!holds(&tail, &usual, &timed(9, &[280])), "too few");
    let older = usual.with_quantiles(sternway_types::Quantiles::default());
    assert!(!holds(&tail, &older, &timed(100, &[280])), "nothing was measured of it");
}

#[test]
fn a_quantile_takes_no_window() {
    let mut tail = rule("duration.p95", Mode::Relative, 0.5);
    tail.window = Duration::from_secs(60);
    let refused = Policy::new(Activation::Staged, vec![Rule::Degraded(Box::new(tail))]);
    let metric = "duration.p95".parse().unwrap();
    assert_eq!(refused, Err(PolicyError::NotByTime { metric }));
}
