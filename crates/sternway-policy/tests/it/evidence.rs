//! Tests with a stated error rate.

mod allocation;
mod attribution;
mod betting;
mod detector;
mod exact;
mod fingerprint;
mod fraction;
mod guards;
mod history;
mod interval;
mod paired;
mod proven;
mod recursion;
mod starts;

use proptest::prelude::*;
use sternway_policy::evidence::{Alpha, Counts, LogRatios, Share};
use sternway_types::Ratio;

pub(crate) fn alpha(number: f64) -> Alpha {
    Alpha::new(number).expect("between 0 and 1")
}

pub(crate) fn share(number: f64) -> Share {
    Share::new(number).expect("between 0 and 1")
}

pub(crate) fn ratio(number: f64) -> Ratio {
    Ratio::new(number).expect("from 0 to 1")
}

/// Nothing, a few, and up to 10^12 of them.
pub(crate) fn counters() -> impl Strategy<Value = u64> {
    const MOST: u64 = 1_000_000_000_000;
    prop_oneof![Just(0), Just(1), 0_u64..1_000, 0..=MOST, Just(MOST)]
}

pub(crate) fn counts() -> impl Strategy<Value = Counts> {
    (counters(), counters()).prop_map(|(succeeded, failed)| Counts::new(succeeded, failed))
}

/// From 0 to 1, and the ends often.
pub(crate) fn rates() -> impl Strategy<Value = Ratio> {
    prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0, (0.0..=30.0).prop_map(|n: f64| 0.1_f64.powf(n))]
        .prop_map(ratio)
}

pub(crate) fn alphas() -> impl Strategy<Value = Alpha> {
    prop_oneof![0.001..0.1, (1.0..200.0).prop_map(|n: f64| 0.1_f64.powf(n))].prop_map(alpha)
}

/// What a state is after it was written down and read again.
pub(crate) fn kept(parts: &LogRatios) -> LogRatios {
    let text = serde_json::to_string(parts.parts()).expect("plain numbers");
    LogRatios::from_parts(serde_json::from_str(&text).expect("plain numbers")).expect("finite")
}

/// The expectation of a ratio of e-values, one outcome ahead.
pub(crate) fn expectation(before: f64, outcomes: &[(f64, f64)]) -> f64 {
    outcomes.iter().map(|(probability, ln_e)| probability * (ln_e - before).exp()).sum()
}
