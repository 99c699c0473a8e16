//! Runs beyond a limit.

use std::time::Duration;

use proptest::prelude::*;
use sternway_policy::{
    Baseline, Found, Judge, View,
    evidence::{Alpha, Counts, History},
    judge, standings,
};
use sternway_types::{
    Against, Breach, BreachError, Decimal, ErrorClasses, FrozenBaseline, Generation, Metric,
    Outcome, Policy, PolicyError, Quantiles, Regression, Rule, Tally, Threshold, Timestamp,
    Verdict, VersionNumber,
};

use crate::script::{only, outcome, subject};

fn threshold(number: f64) -> Threshold {
    Threshold::new(number).expect("a threshold")
}

fn slow() -> Breach {
    Breach::of(Metric::Duration)
}

fn declared() -> Breach {
    Breach { at_most: Some(threshold(1_000.0)), ..slow() }
}

/// Runs that took so long, in this order.
fn runs(millis: impl IntoIterator<Item = u64>) -> Vec<Outcome> {
    let timed = |(place, millis): (usize, u64)| {
        let duration = Some(Duration::from_millis(millis));
        Outcome { duration, ..outcome(place, Timestamp::EPOCH, '.') }
    };
    millis.into_iter().enumerate().map(timed).collect()
}

fn tally(millis: impl IntoIterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    runs(millis).iter().for_each(|run| tally.add(run));
    tally
}

/// So many runs of the last good version, of 100 to 1,099 ms.
fn usual(count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(|place| 100 + place * 367 % 1_000)
}

fn frozen(millis: impl IntoIterator<Item = u64>) -> FrozenBaseline {
    let tally = tally(millis);
    FrozenBaseline {
        artifact: subject().artifact,
        environment: subject().environment,
        generation: Generation::new(2),
        candidate: VersionNumber::FIRST.next(),
        version: VersionNumber::FIRST,
        succeeded: tally.succeeded,
        failed: tally.failed,
        errors: ErrorClasses::default(),
        quantiles: tally.quantiles().clone(),
    }
}

const fn against(frozen: &FrozenBaseline) -> Baseline<'_> {
    Baseline { version: frozen.version, tallies: &[], frozen: Some(frozen) }
}

fn policy(breach: Breach) -> Policy {
    only(Rule::Breach(Box::new(breach)))
}

/// At which run it decides, counted from 1, and what it found.
fn first(
    breach: Breach,
    baseline: Option<Baseline<'_>>,
    runs: &[Outcome],
) -> Option<(usize, Regression)> {
    let policy = policy(breach);
    let (mut judge, mut tally) = (Judge::new(&policy, baseline), Tally::default());
    (1..).zip(runs).find_map(|(number, run)| {
        tally.add(run);
        match judge.look(&tally) {
            Verdict::Regressed(found) => Some((number, *found)),
            Verdict::Undecided => None,
        }
    })
}

#[test]
fn a_version_whose_tail_is_long_goes_back_and_one_that_is_like_the_other_does_not() {
    let frozen = frozen(usual(1_000));
    let twice = runs(usual(1_000).map(|millis| 2 * millis));
    let (number, found) = first(slow(), Some(against(&frozen)), &twice).expect("it is slower");
    assert!(number < 60, "{number}");
    let test = found.evidence.test.as_ref().expect("a test");
    let Against::Limit { limit, version, of, runs: measured, beyond } = test.against else {
        panic!("{test:?}")
    };
    assert_eq!((version, of, measured), (Some(VersionNumber::FIRST), 1_000, number as u64));
    // The 950th of a thousand took 1,049 ms.
    assert!((1_049.0..1_049.0 * (1.0 + 1.0 / 32.0)).contains(&limit.to_f64()), "{limit}");
    let counted = twice
        .iter()
        .take(number)
        .filter(|run| run.duration.is_some_and(|it| it.as_secs_f64() * 1e3 >= limit.to_f64()));
    assert_eq!(beyond, counted.count() as u64);
    assert_eq!(
        found.to_string(),
        format!(
            "{beyond} of {number} runs have a duration beyond {limit}, more than of v1 (of 1000 runs)"
        )
    );
    assert_eq!(first(slow(), Some(against(&frozen)), &runs(usual(1_000))), None);
}

#[test]
fn what_may_be_beyond_is_bounded_by_ranks_and_not_by_what_was_seen_beyond() {
    // All took alike: nothing was seen beyond the limit, and 5 of 100 may be all the same.
    let frozen = frozen([100; 1_000]);
    let tally = tally([200; 5]);
    let found = standings(&policy(slow()), &View::new(&tally).against(Some(against(&frozen))));
    let test = found[0].test.as_ref().expect("a test");
    let alpha = |share: f64| Alpha::new(share).expect("an alpha");
    let history = History::measured_exactly(Counts::new(950, 50), alpha(0.01 * 2.0 / 9.0));
    let rate = test.success_rate.to_f64();
    assert!((rate - history.success_rate()).abs() < 1e-9 && rate < 0.95, "{rate}");
    let ln_e = history.ln_e(Counts::new(0, 5));
    assert!((test.ln_e.to_f64() - ln_e).abs() < 1e-9);
}

#[test]
fn a_declared_limit_needs_no_baseline() {
    // One bucket above a thousand ends at 1,008.
    assert_eq!(first(declared(), None, &runs([1_005; 50])), None);
    let (number, found) = first(declared(), None, &runs([2_000; 50])).expect("all are beyond it");
    assert_eq!(number, 2);
    assert_eq!(found.to_string(), "2 of 2 runs have a duration beyond 1000, more than may");
    let ratio = sternway_types::Ratio::new(0.95).expect("a share");
    let (history, alpha) = (History::declared(ratio), Alpha::new(0.01).expect("an alpha"));
    assert_eq!(history.failures_until(Counts::default(), alpha), Some(2));
}

#[test]
fn behind_a_short_baseline_nothing_is_decided_and_that_is_said() {
    let tally = tally([100_000; 500]);
    let stands = |baseline| {
        let view = View::new(&tally).against(baseline);
        assert_eq!(judge(&policy(slow()), &view), Verdict::Undecided);
        standings(&policy(slow()), &view).remove(0).found
    };
    assert_eq!(stands(None), Found::NoBaseline);
    let short = frozen(usual(199));
    assert_eq!(stands(Some(against(&short))), Found::TooFew { needed: 200 });
    // It ran often enough, and nobody measured it.
    let old = FrozenBaseline { quantiles: Quantiles::default(), succeeded: 900, ..short.clone() };
    assert_eq!(stands(Some(against(&old))), Found::TooFew { needed: 200 });
}

#[test]
fn how_many_more_breaches_it_takes_is_said() {
    let frozen = frozen(usual(1_000));
    let tally = tally(usual(100).chain([5_000]));
    let view = View::new(&tally).against(Some(against(&frozen)));
    let found = standings(&policy(slow()), &view).remove(0);
    let Found::Breaches { beyond, runs: 101, more: Some(more), .. } = found.found else {
        panic!("{found:?}")
    };
    let mut ahead = tally.clone();
    for number in 0..=more {
        let regressed = judge(&policy(slow()), &View::new(&ahead).against(Some(against(&frozen))));
        assert_eq!(regressed != Verdict::Undecided, number == more, "{number} of {more}");
        runs([5_000]).iter().for_each(|run| ahead.add(run));
    }
    let said = found.to_string();
    assert!(said.contains(&format!("{beyond} of 101 runs beyond ")), "{said}");
    assert!(said.ends_with("held against what was measured of v1, of 1000 runs"), "{said}");
}

#[test]
fn what_has_no_limit_for_each_run_is_refused() {
    for metric in [Metric::SuccessRate, "accuracy".parse().unwrap(), "cost.p95".parse().unwrap()] {
        let refused = Policy::new(
            sternway_types::Activation::Staged,
            vec![Rule::Breach(Box::new(Breach::of(metric.clone())))],
        );
        assert_eq!(refused, Err(PolicyError::Breach(BreachError { metric })));
    }
    let whole = Breach { quantile: threshold(1.0), ..slow() };
    let refused = Policy::new(sternway_types::Activation::Staged, vec![Rule::Breach(whole.into())]);
    assert!(matches!(refused, Err(PolicyError::Rate { field: "quantile", .. })));
}

proptest! {
    #[test]
    fn the_verdict_depends_on_the_runs_and_not_on_their_order(
        mut millis in prop::collection::vec(50_u64..3_000, 1..80), by in 0_usize..80,
    ) {
        let frozen = frozen(usual(300));
        let policy = policy(slow());
        let said = |millis: &[u64]| {
            let tally = tally(millis.iter().copied());
            let found = standings(&policy, &View::new(&tally).against(Some(against(&frozen))));
            (found[0].test.clone(), found[0].holds)
        };
        let before = said(&millis);
        let by = by % millis.len();
        millis.rotate_left(by);
        prop_assert_eq!(said(&millis), before);
    }
}

#[test]
fn a_cost_has_limits_as_well() {
    let cheap = |cost: f64| {
        let mut tally = Tally::default();
        for place in 0..300 {
            let cost = sternway_types::Score::new(cost).ok();
            tally.add(&Outcome { cost, ..outcome(place, Timestamp::EPOCH, '.') });
        }
        tally
    };
    let frozen = FrozenBaseline { quantiles: cheap(0.01).quantiles().clone(), ..frozen([]) };
    let policy = policy(Breach::of(Metric::Cost));
    let said = |cost| {
        let tally = cheap(cost);
        judge(&policy, &View::new(&tally).against(Some(against(&frozen))))
    };
    assert_eq!(said(0.01), Verdict::Undecided);
    let Verdict::Regressed(found) = said(0.02) else { panic!("it costs twice as much") };
    assert_eq!(found.evidence.measured, None);
    let test = found.evidence.test.expect("a test");
    assert!(matches!(test.against, Against::Limit { runs: 300, beyond: 300, .. }));
    assert_eq!(test.class, None);
    assert!(test.ln_e > Decimal::ZERO);
}
