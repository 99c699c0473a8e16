//! What is measured of runs, as a whole and by time.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use sternway_types::{
    Decimal, Measure, Metric, Outcome, OutcomeStatus, SCORES_KEPT, Score, Tally, Timestamp,
};

use crate::make::{failed, outcome, parsed, second};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn tally(outcomes: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    outcomes.iter().for_each(|outcome| tally.add(outcome));
    tally
}

fn score(number: f64) -> Score {
    Score::new(number).expect("a score")
}

/// A success that was measured so.
fn measured(name: &str, seconds: i64, scores: &[(&str, f64)]) -> Outcome {
    let scores = scores.iter().map(|(name, number)| ((*name).to_owned(), score(*number)));
    Outcome { scores: scores.collect(), ..outcome(name, seconds, OutcomeStatus::Succeeded) }
}

#[track_caller]
fn check(tally: &Tally, metric: &str, since: Option<Timestamp>, samples: u64, sum: &str) {
    let expected = Measure { samples, sum: parsed(sum) };
    assert_eq!(tally.measure(&parsed(metric), since), expected, "{metric}");
}

#[test]
fn every_measure_has_a_denominator_of_its_own() {
    let mut timed = measured("a", 1, &[("accuracy", 0.5)]);
    timed.duration = Some(Duration::from_micros(1_500));
    timed.cost = Some(score(0.25));
    let mut slow = outcome("b", 2, failed(""));
    slow.duration = Some(Duration::from_millis(10));
    let tally = tally(&[timed, slow, outcome("c", 3, OutcomeStatus::Succeeded)]);
    check(&tally, "success_rate", None, 3, "2");
    check(&tally, "error_rate", None, 3, "1");
    check(&tally, "duration", None, 2, "11.5");
    check(&tally, "cost", None, 1, "0.25");
    check(&tally, "accuracy", None, 1, "0.5");
    check(&tally, "elsewhere", None, 0, "0");
    let names: Vec<_> = tally.metrics().map(|metric| metric.to_string()).collect();
    let means = ["success_rate", "error_rate", "duration", "cost", "accuracy"];
    assert_eq!(names.get(..5), Some(means.map(str::to_owned).as_slice()));
    let quantiles = ["duration.p50", "duration.p95", "duration.p99", "cost.p50", "cost.p95"];
    assert_eq!(names.get(5..10), Some(quantiles.map(str::to_owned).as_slice()));
}

#[test]
fn what_nobody_knows_the_end_of_is_not_measured() {
    let mut unknown = outcome("a", 1, OutcomeStatus::Unknown);
    unknown.duration = Some(Duration::from_secs(1));
    let tally = tally(&[unknown]);
    check(&tally, "duration", None, 0, "0");
    assert_eq!(tally.metrics().count(), 0);
}

#[test]
fn zero_is_a_value() {
    check(&tally(&[measured("a", 1, &[("accuracy", 0.0)])]), "accuracy", None, 1, "0");
}

#[test]
fn a_sum_is_exact_where_floats_are_not() {
    let outcomes: Vec<_> =
        (0..10).map(|n| measured(&n.to_string(), n, &[("accuracy", 0.1)])).collect();
    check(&tally(&outcomes), "accuracy", None, 10, "1");
}

#[test]
fn of_many_scores_those_whose_names_come_first_are_kept_and_the_others_counted() {
    let scores: Vec<(String, f64)> = (0..100).map(|n| (format!("s{n:03}"), 1.0)).collect();
    let each: Vec<_> = scores
        .iter()
        .rev()
        .enumerate()
        .map(|(n, (name, number))| measured(&n.to_string(), 1, &[(name, *number)]))
        .collect();
    let tally = tally(&each);
    let kept: Vec<_> = tally.measurements().scores.keys().cloned().collect();
    let first: Vec<_> = scores.iter().take(SCORES_KEPT).map(|(name, _)| name.clone()).collect();
    assert_eq!(kept, first);
    assert_eq!(tally.measurements().left_out, 36);
}

#[test]
fn a_number_that_is_too_large_to_be_added_up_is_counted_as_left_out() {
    let tally =
        tally(&[measured("a", 1, &[("size", f64::MAX)]), measured("b", 1, &[("size", 1.0)])]);
    check(&tally, "size", None, 1, "1");
    assert_eq!(tally.measurements().left_out, 1);
}

#[test]
fn a_score_with_the_name_of_another_metric_is_told_apart() {
    let tally = tally(&[measured("a", 1, &[("cost", 7.0)])]);
    check(&tally, "cost", None, 0, "0");
    check(&tally, "score:cost", None, 1, "7");
    assert_eq!(Metric::Score("cost".into()).to_string(), "score:cost");
    assert_eq!(parsed::<Metric>("score:accuracy"), parsed("accuracy"));
}

#[test]
fn a_window_within_the_hour_is_counted_in_whole_minutes() {
    let at = |seconds: i64| outcome(&seconds.to_string(), seconds, OutcomeStatus::Succeeded);
    let tally = tally(&[at(0), at(30), at(MINUTE), at(10 * MINUTE), at(40 * MINUTE + 59)]);
    check(&tally, "success_rate", Some(second(40 * MINUTE)), 1, "1");
    check(&tally, "success_rate", Some(second(10 * MINUTE + 59)), 2, "2");
    check(&tally, "success_rate", Some(second(MINUTE)), 3, "3");
    check(&tally, "success_rate", Some(second(15)), 5, "5");
    check(&tally, "error_rate", Some(second(0)), 5, "0");
}

#[test]
fn a_longer_window_is_counted_in_whole_hours_and_a_week_is_kept() {
    let hours = (0..10 * 24).map(|hour| outcome(&hour.to_string(), hour * HOUR, failed("")));
    let tally = tally(&hours.collect::<Vec<_>>());
    let newest = (10 * 24 - 1) * HOUR;
    check(&tally, "error_rate", Some(second(newest - HOUR)), 2, "2");
    check(&tally, "error_rate", Some(second(newest - DAY)), 25, "25");
    check(&tally, "error_rate", Some(second(newest - 7 * DAY)), 169, "169");
    check(&tally, "error_rate", Some(second(0)), 169, "169");
    check(&tally, "error_rate", None, 240, "240");
}

#[test]
fn measurements_are_kept_by_hour_for_a_day_and_by_day_for_a_week() {
    let hours =
        (0..10 * 24).map(|hour| measured(&hour.to_string(), hour * HOUR, &[("accuracy", 1.0)]));
    let tally = tally(&hours.collect::<Vec<_>>());
    let newest = (10 * 24 - 1) * HOUR;
    check(&tally, "accuracy", Some(second(newest - HOUR)), 2, "2");
    check(&tally, "accuracy", Some(second(newest - DAY)), 25, "25");
    // The day that it lies in counts from its beginning.
    check(&tally, "accuracy", Some(second(newest - 2 * DAY)), 72, "72");
}

/// Measured runs at times that are far apart, in any order.
fn outcomes() -> impl Strategy<Value = (Vec<Outcome>, Vec<Outcome>)> {
    let one = (0_i64..20 * DAY, any::<bool>(), -1e3_f64..1e3, 0_usize..80);
    prop::collection::vec(one, 0..200).prop_flat_map(|drawn| {
        let made: Vec<_> = drawn
            .into_iter()
            .enumerate()
            .map(|(place, (seconds, ok, number, name))| {
                let status = if ok { OutcomeStatus::Succeeded } else { failed("") };
                Outcome {
                    duration: Some(Duration::from_secs_f64(number.abs())),
                    scores: BTreeMap::from([(format!("s{name}"), score(number))]),
                    ..outcome(&place.to_string(), seconds, status)
                }
            })
            .collect();
        (Just(made.clone()), Just(made).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn what_is_measured_depends_on_the_set_of_outcomes_alone((outcomes, shuffled) in outcomes()) {
        prop_assert_eq!(tally(&outcomes), tally(&shuffled));
    }

    #[test]
    fn every_measurement_is_in_a_sum_or_left_out((outcomes, _) in outcomes()) {
        let tally = tally(&outcomes);
        let scores = tally.measurements().scores.values().map(|series| series.total.samples);
        let all = scores.sum::<u64>() + tally.measurements().left_out;
        prop_assert_eq!(all, outcomes.len() as u64);
        prop_assert_eq!(tally.measure(&Metric::Duration, None).samples, outcomes.len() as u64);
    }

    #[test]
    fn a_window_holds_what_the_log_says(
        (outcomes, _) in outcomes(), ago in 0_i64..7 * DAY,
    ) {
        let tally = tally(&outcomes);
        let Some(newest) = tally.newest() else { return Ok(()) };
        let since = Timestamp::from_micros(newest.as_micros() - ago * 1_000_000);
        let counted = tally.measure(&Metric::SuccessRate, Some(since));
        let within = |from: i64| outcomes.iter().filter(|it| it.at.as_micros() >= from).count() as u64;
        // Whole hours, at most one too many.
        let hour = HOUR * 1_000_000;
        prop_assert!(counted.samples >= within(since.as_micros()));
        prop_assert!(counted.samples <= within(since.as_micros() - hour));
    }

    #[test]
    fn a_decimal_is_read_as_it_is_written(units in any::<i64>()) {
        let decimal = Decimal::from_units(i128::from(units));
        prop_assert_eq!(parsed::<Decimal>(&decimal.to_string()), decimal);
    }
}
