//! How grave a drop of the success rate is.

use std::time::Duration;

use proptest::prelude::*;
use sternway_types::{
    BaselineMeasure, Decimal, Degradation, Evidence, Measure, Measured, Metric, Mode, Regression,
    Rule, Severity, Threshold, Timestamp, VersionNumber,
};

/// So many of a hundred.
fn of_hundred(succeeded: u64) -> Measure {
    of(succeeded, 100)
}

fn of(succeeded: u64, samples: u64) -> Measure {
    let sum = Decimal::from_units(i128::from(succeeded) * Decimal::UNITS);
    Measure { samples, sum }
}

#[track_caller]
fn check(from: u64, to: u64, expected: Option<Severity>) {
    let found = Severity::of_drop(of_hundred(from), of_hundred(to));
    assert_eq!(found, expected, "{from} % to {to} %");
}

#[test]
fn t33_a_drop_is_medium_from_15_points_high_from_20_and_critical_from_30() {
    for (from, to, expected) in [
        (90, 76, None),
        (90, 75, Some(Severity::Medium)),
        (95, 80, Some(Severity::Medium)),
        (70, 55, Some(Severity::Medium)),
        (90, 71, Some(Severity::Medium)),
        (90, 70, Some(Severity::High)),
        (90, 61, Some(Severity::High)),
        (90, 60, Some(Severity::Critical)),
        (75, 90, None),
    ] {
        check(from, to, expected);
    }
}

#[test]
fn t33_nothing_is_said_where_nothing_ran() {
    assert_eq!(Severity::of_drop(of(0, 0), of_hundred(50)), None);
    assert_eq!(Severity::of_drop(of_hundred(90), of(0, 0)), None);
}

#[test]
fn the_gravest_comes_last() {
    let mut all = [Severity::Critical, Severity::Low, Severity::High, Severity::Medium];
    all.sort_unstable();
    let names = all.map(|severity| severity.to_string());
    assert_eq!(names, ["low", "medium", "high", "critical"]);
}

fn regression(metric: Metric, from: Measure, to: Measure) -> Regression {
    let limit = Threshold::FIFTEEN_HUNDREDTHS;
    let rule = Rule::Degraded(Box::new(Degradation::new(metric.clone(), Mode::Points, limit)));
    let baseline = Some(BaselineMeasure { version: VersionNumber::FIRST, measure: from });
    let measured = Some(Measured { metric, measure: to, baseline });
    let newest = Timestamp::EPOCH.saturating_add(Duration::from_secs(1));
    let failures = Vec::new();
    let evidence =
        Evidence { succeeded: 0, failed: 0, newest, failures, measured, test: None, said: None };
    Regression { matched: vec![rule.id()], rule, policy: None, evidence }
}

#[test]
fn t33_a_regression_says_how_grave_it_is_by_either_rate_and_by_nothing_else() {
    let severity =
        |metric, from, to| regression(metric, of_hundred(from), of_hundred(to)).severity();
    assert_eq!(severity(Metric::SuccessRate, 90, 65), Some(Severity::High));
    assert_eq!(severity(Metric::ErrorRate, 10, 35), Some(Severity::High));
    assert_eq!(severity(Metric::Duration, 10, 35), None);
}

proptest! {
    /// Of whole hundredths the answer is that of whole numbers, whatever the samples.
    #[test]
    fn s02_no_drop_is_missed_by_a_rounding(from in 0_u64..=100, to in 0_u64..=100, times in 1_u64..1_000) {
        let severity = Severity::of_drop(of(from * times, 100 * times), of_hundred(to));
        let expected = match from.saturating_sub(to) {
            30.. => Some(Severity::Critical),
            20.. => Some(Severity::High),
            15.. => Some(Severity::Medium),
            _ => None,
        };
        prop_assert_eq!(severity, expected);
    }
}
