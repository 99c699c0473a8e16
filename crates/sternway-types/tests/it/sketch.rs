//! Quantiles from counters that add up.

use std::time::Duration;

use histogram::{Config, Histogram, SparseHistogram};
use proptest::prelude::*;
use sternway_types::{
    Decimal, Metric, Outcome, OutcomeStatus, Percentile, Quantiles, Score, Sketch, Tally,
};

use crate::make::{json, json_problem, outcome, parsed};

fn sketch(values: &[f64]) -> Sketch {
    let mut sketch = Sketch::default();
    values.iter().for_each(|value| sketch.add(decimal(*value)));
    sketch
}

fn decimal(value: f64) -> Decimal {
    Decimal::from_f64(value).expect("a number")
}

/// Numbers over all that is told apart, and beyond.
fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-24.0_f64..44.0).prop_map(f64::exp2),
        2 => (1_u32..2_000).prop_map(f64::from),
        1 => Just(0.0),
        1 => -1e15_f64..1e15,
    ]
}

proptest! {
    #[test]
    fn parts_add_up_to_the_same_bits_in_whatever_order(
        values in prop::collection::vec(values(), 0..200), at in 0_usize..200, turn in 0_usize..200,
    ) {
        let whole = sketch(&values);
        let (one, other) = values.split_at(at.min(values.len()));
        prop_assert_eq!(&sketch(one).plus(&sketch(other)), &whole);
        prop_assert_eq!(&sketch(other).plus(&sketch(one)), &whole);
        let mut turned = values.clone();
        turned.rotate_left(turn % values.len().max(1));
        prop_assert_eq!(&sketch(&turned), &whole);
        json(&whole);
    }

    #[test]
    fn a_quantile_is_within_a_sixty_fourth_of_the_exact_one(
        mut values in prop::collection::vec((-19.0_f64..39.0).prop_map(f64::exp2), 1..200),
        thousandths in 1_u32..=1_000,
    ) {
        let found = sketch(&values).quantile(decimal(f64::from(thousandths) / 1e3)).mean();
        let found = found.expect("there are values");
        values.sort_unstable_by(f64::total_cmp);
        let rank = (values.len() * thousandths as usize).div_ceil(1_000);
        let exact = values[rank - 1];
        // A value is kept to twelve decimals.
        prop_assert!((found - exact).abs() <= exact / 64.0 + 1e-12, "{found}, not {exact}");
    }

    #[test]
    fn what_lies_beyond_a_bucket_is_what_is_not_below_its_end(
        values in prop::collection::vec((0.0_f64..39.0).prop_map(f64::exp2), 1..100), of in 0_usize..100,
    ) {
        let bucket = Sketch::bucket(decimal(values[of % values.len()]));
        let end = Sketch::end(bucket);
        let beyond = values.iter().filter(|value| decimal(**value) >= end).count() as u64;
        prop_assert_eq!(sketch(&values).beyond(bucket), beyond);
    }

    #[test]
    fn the_buckets_are_those_of_the_crate_that_is_made_for_it(
        values in prop::collection::vec(64_u64..1 << 40, 1..100), hundredths in 1_u32..=100,
    ) {
        // Whole numbers from 2^6 on, in units of 2^-20: below, that one counts each number by itself.
        let own = values.iter().map(|value| *value as f64 / f64::from(1 << 20));
        let own = own.fold(Sketch::default(), |mut own, value| {
            own.add(decimal(value));
            own
        });
        let mut theirs = Histogram::with_config(&Config::new(5, 60).expect("a layout"));
        values.iter().for_each(|value| theirs.increment(*value).expect("it fits"));
        let theirs = SparseHistogram::from(&theirs);
        let counts: Vec<u64> = own.buckets().iter().map(|(_, count)| *count).collect();
        prop_assert_eq!(counts.as_slice(), theirs.count());
        // Their first two doublings have no fractions.
        let steps: Vec<u64> = own.buckets().iter().map(|(bucket, _)| u64::from(*bucket)).collect();
        let theirs_steps: Vec<u64> = theirs.index().iter().map(|it| u64::from(*it)).collect();
        let apart = |it: &[u64]| it.iter().map(|at| at - it[0]).collect::<Vec<_>>();
        prop_assert_eq!(apart(&steps), apart(&theirs_steps));
        let (_, bucket) = own.ranked(decimal(f64::from(hundredths) / 100.0)).expect("values");
        // That one reckons ranks in floating numbers, and finds the 43rd of 75 for 0.56: from just below it is right.
        let found = theirs.quantile(f64::from(hundredths) / 100.0 - 1e-9).expect("a share");
        let found = found.expect("values").entries().values().next().expect("one").end();
        prop_assert_eq!(Sketch::end(bucket), decimal((found + 1) as f64 / f64::from(1 << 20)));
    }
}

#[test]
fn what_cannot_be_told_apart_counts_at_the_ends() {
    let ends = sketch(&[-1e15, -1.0, 0.0, 1e-12, 1e13, 1e15]);
    assert_eq!(ends.buckets(), [(0, 4), (1_921, 2)]);
    assert_eq!(Sketch::middle(0), Decimal::ZERO);
    assert_eq!(Sketch::middle(1_921), Sketch::end(1_921));
    let of_one = Sketch::bucket(Decimal::ONE);
    assert_eq!(Sketch::bucket(Sketch::end(of_one)), of_one + 1, "an end is where the next begins");
}

#[test]
fn the_rank_of_a_quantile_is_the_least_that_covers_it() {
    let rank = |samples: u64, share: &str| {
        let sketch = Sketch::try_from(vec![(7, samples)]).expect("a sketch");
        sketch.ranked(parsed(share)).map(|(rank, _)| rank)
    };
    assert_eq!(rank(200, "0.95"), Some(190));
    assert_eq!(rank(201, "0.95"), Some(191));
    assert_eq!(rank(1, "0.5"), Some(1));
    assert_eq!(Sketch::default().ranked(parsed("0.5")), None);
}

#[test]
fn what_is_no_sketch_is_refused() {
    for wrong in ["[[3,0]]", "[[3,1],[3,1]]", "[[4,1],[3,1]]", "[[1922,1]]"] {
        assert_eq!(
            json_problem::<Sketch>(wrong),
            "buckets are counted upwards from 0 to 1921, each of them once and with a value"
        );
    }
}

fn timed(place: u32, millis: u64) -> Outcome {
    let duration = Some(Duration::from_millis(millis));
    let cost = Score::new(f64::from(place)).ok();
    let at = i64::from(place);
    Outcome { duration, cost, ..outcome(&place.to_string(), at, OutcomeStatus::Succeeded) }
}

#[test]
fn a_tally_has_quantiles_of_durations_and_costs() {
    let mut tally = Tally::default();
    (1..=100).for_each(|place| tally.add(&timed(place, u64::from(place) * 10)));
    let of = |metric: &str| tally.measure(&parsed(metric), None).mean().expect("measured");
    assert!((of("duration.p50") - 500.0).abs() < 500.0 / 64.0);
    assert!((of("duration.p95") - 950.0).abs() < 950.0 / 64.0);
    assert!((of("cost.p99") - 99.0).abs() < 99.0 / 64.0);
    assert_eq!(tally.measure(&Metric::DurationAt(Percentile::P99), None).samples, 100);
}

#[test]
fn a_tally_that_was_begun_without_quantiles_gets_none_of_only_some_runs() {
    let mut whole = Tally::default();
    (1..=10).for_each(|place| whole.add(&timed(place, 100)));
    let mut begun = whole.clone().with_quantiles(Quantiles::default());
    whole.add(&timed(11, 100));
    begun.add(&timed(11, 100));
    assert_eq!(begun.measure(&parsed("duration.p95"), None).samples, 0);
    assert_eq!(begun.measure(&parsed("duration"), None).samples, 11);
    assert!(begun.agrees_with(&whole) && begun != whole && !whole.agrees_with(&begun));
}

#[test]
fn a_quantile_of_several_tallies_is_of_all_of_them() {
    let tally = |millis: u64| {
        let mut tally = Tally::default();
        (1..=10).for_each(|place| tally.add(&timed(place, millis)));
        tally
    };
    let found = Tally::measure_all(&[tally(100), tally(1_000)], &parsed("duration.p95"), None);
    assert_eq!(found.samples, 20);
    assert!((found.mean().expect("measured") - 1_000.0).abs() < 16.0);
}

#[test]
fn a_score_of_the_name_of_a_quantile_is_told_apart() {
    assert_eq!(parsed::<Metric>("duration.p95"), Metric::DurationAt(Percentile::P95));
    assert_eq!(Metric::Score("duration.p95".into()).to_string(), "score:duration.p95");
    assert_eq!(parsed::<Metric>("duration.p90"), Metric::Score("duration.p90".into()));
}
