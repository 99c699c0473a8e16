//! Two versions side by side.

use std::{collections::BTreeMap, time::Duration};

use sternway_policy::compare::{Change, Comparison, Options, Side, compare};
use sternway_types::{Direction, Metric, Outcome, Quantiles, Ratio, Score, Tally, Timestamp};

use crate::script::outcome;

fn tally(runs: usize, failed: usize, millis: Option<u64>, scores: &[(&str, f64)]) -> Tally {
    let mut tally = Tally::default();
    for place in 0..runs {
        let scores = scores
            .iter()
            .map(|(name, score)| ((*name).to_owned(), Score::new(*score).expect("a score")));
        tally.add(&Outcome {
            duration: millis.map(Duration::from_millis),
            scores: scores.collect(),
            ..outcome(place, Timestamp::EPOCH, if place < failed { 'x' } else { '.' })
        });
    }
    tally
}

fn compared(from: &Tally, to: &Tally, options: &Options) -> BTreeMap<String, Comparison> {
    let ratings = BTreeMap::new();
    let side = |tally| Side { tallies: std::slice::from_ref(tally), ratings: &ratings };
    let all = compare(side(from), side(to), options);
    all.into_iter().map(|one| (one.metric.to_string(), one)).collect()
}

#[test]
fn c4_the_difference_is_the_second_less_the_first_and_better_is_positive() {
    let all =
        compared(&tally(10, 0, Some(100), &[]), &tally(10, 2, Some(150), &[]), &Options::default());
    let success = &all["success_rate"];
    assert_eq!((success.delta, success.delta_percent), (Some(-0.2), Some(-20.0)));
    assert_eq!((success.improvement, success.change), (Some(-0.2), Change::Degraded));
    let duration = &all["duration"];
    assert_eq!((duration.delta, duration.improvement), (Some(50.0), Some(-50.0)));
    assert_eq!(duration.change, Change::Degraded);
    assert_eq!(
        duration.to_string(),
        "duration: 100 (of 10) → 150 (of 10), +50 ms (+50.0 %), degraded"
    );
    assert_eq!(
        success.to_string(),
        "success_rate: 1 (of 10) → 0.8 (of 10), -0.2 points (-20.0 %), degraded"
    );
}

#[test]
fn a16_improved_degraded_and_unchanged_are_told_apart() {
    let from = tally(10, 1, Some(100), &[("accuracy", 0.1)]);
    let to = tally(20, 2, Some(90), &[("accuracy", 0.1)]);
    let all = compared(&from, &to, &Options::default());
    assert_eq!(all["success_rate"].change, Change::Unchanged);
    assert_eq!(all["success_rate"].delta, Some(0.0));
    assert_eq!(all["duration"].change, Change::Improved);
    assert_eq!(all["accuracy"].change, Change::Unchanged, "the same mean of other sums");
}

#[test]
fn s03_what_is_missing_on_a_side_is_said() {
    let all = compared(
        &tally(10, 0, None, &[("accuracy", 0.9)]),
        &tally(10, 0, None, &[]),
        &Options::default(),
    );
    let accuracy = &all["accuracy"];
    assert_eq!((accuracy.to, accuracy.delta, accuracy.change), (None, None, Change::Missing));
    assert_eq!(
        accuracy.to_string(),
        "accuracy: 0.9 (of 10) → not measured, cannot be compared: it is missing on a side"
    );
}

#[test]
fn s04_nothing_is_a_percentage_of_zero() {
    let all = compared(&tally(10, 0, None, &[]), &tally(10, 5, None, &[]), &Options::default());
    let errors = &all["error_rate"];
    assert_eq!((errors.delta, errors.delta_percent), (Some(0.5), None));
    assert_eq!(errors.change, Change::Degraded);
}

#[test]
fn s05_too_few_measurements_are_said_and_may_be_few_enough() {
    let (from, to) = (tally(10, 0, None, &[]), tally(9, 9, None, &[]));
    assert_eq!(compared(&from, &to, &Options::default())["success_rate"].change, Change::TooFew);
    let mut options = Options::default();
    options.at_least = 9;
    assert_eq!(compared(&from, &to, &options)["success_rate"].change, Change::Degraded);
}

#[test]
fn s06_a_direction_is_known_declared_or_missing() {
    let (from, to) = (
        tally(10, 0, None, &[("latency_p95", 100.0), ("accuracy", 0.5)]),
        tally(10, 0, None, &[("latency_p95", 1_000.0), ("accuracy", 0.6)]),
    );
    let all = compared(&from, &to, &Options::default());
    assert_eq!(all["latency_p95"].change, Change::NoDirection);
    assert_eq!((all["latency_p95"].delta, all["latency_p95"].improvement), (Some(900.0), None));
    assert_eq!(all["accuracy"].change, Change::Improved);
    let mut options = Options::default();
    options.directions.insert(Metric::Score("latency_p95".into()), Direction::Lower);
    assert_eq!(compared(&from, &to, &options)["latency_p95"].change, Change::Degraded);
}

#[test]
fn s06_a_rating_is_a_metric_and_zero_is_a_value() {
    let rated =
        |number| BTreeMap::from([("security_rating".to_owned(), Ratio::new(number).unwrap())]);
    let (good, bad) = (rated(0.9), rated(0.0));
    let side = |ratings| Side { tallies: &[], ratings };
    let all = compare(side(&good), side(&bad), &Options::default());
    let [security] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((security.delta_percent, security.change), (Some(-100.0), Change::Degraded));
    assert_eq!(
        security.to_string(),
        "security_rating: 0.9 (rated) → 0 (rated), -0.9 (-100.0 %), degraded"
    );
    let none = BTreeMap::new();
    let all = compare(side(&good), side(&none), &Options::default());
    assert_eq!(all[0].change, Change::Missing);
}

#[test]
fn a_window_reaches_back_from_each_ones_newest_run() {
    let hour = Duration::from_hours(1);
    let spread = |signs: &str| {
        let mut tally = Tally::default();
        for (place, sign) in signs.chars().enumerate() {
            let back = hour * u32::try_from(signs.len() - place).unwrap();
            tally.add(&outcome(place, Timestamp::EPOCH.saturating_sub(back), sign));
        }
        tally
    };
    let mut options = Options::default();
    (options.at_least, options.window) = (1, Some(hour));
    let all = compared(&spread("xxxxxx.."), &spread("........xx"), &options);
    let success = &all["success_rate"];
    assert_eq!((success.from.unwrap().samples, success.to.unwrap().samples), (Some(2), Some(2)));
    assert_eq!(success.delta, Some(-1.0));
}

/// Runs of which 19 of 20 took so long, and the others so long.
fn spread(usual: u64, slow: u64) -> Tally {
    let mut all = Tally::default();
    for place in 0..100 {
        let took = if place % 20 < 2 { slow } else { usual };
        let duration = Some(Duration::from_millis(took));
        all.add(&Outcome { duration, ..outcome(place, Timestamp::EPOCH, '.') });
    }
    all
}

#[test]
fn quantiles_are_compared_like_means_and_name_a_tail_that_a_median_does_not_show() {
    let all = compared(&spread(100, 200), &spread(100, 2_000), &Options::default());
    let changes = ["duration.p50", "duration.p95", "duration.p99"].map(|it| all[it].change);
    assert_eq!(changes, [Change::Unchanged, Change::Degraded, Change::Degraded]);
    assert_eq!(
        all["duration.p95"].to_string(),
        "duration.p95: 202 (of 100) → 2000 (of 100), +1798 ms (+890.1 %), degraded"
    );
    let back = compared(&spread(100, 2_000), &spread(100, 200), &Options::default());
    assert_eq!(back["duration.p95"].change, Change::Improved);
}

#[test]
fn a_quantile_is_missing_on_a_side_that_was_begun_without_and_in_a_window() {
    let older = spread(100, 200).with_quantiles(Quantiles::default());
    let all = compared(&older, &spread(100, 200), &Options::default());
    assert_eq!(all["duration.p95"].change, Change::Missing);
    assert!(all["duration.p95"].to_string().starts_with("duration.p95: not measured → 202"));
    assert_eq!(all["duration"].change, Change::Unchanged);
    let mut options = Options::default();
    options.window = Some(Duration::from_secs(3_600));
    let all = compared(&spread(100, 200), &spread(100, 200), &options);
    assert!(all.contains_key("duration") && !all.contains_key("duration.p95"));
}
