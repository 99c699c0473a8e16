//! How often the rule on breaches is wrong, and how soon it is right.

use std::{num::NonZeroU64, time::Duration};

use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng as _, SeedableRng as _},
};
use sternway_policy::{Baseline, Judge};
use sternway_simulate::limits;
use sternway_types::{
    Activation, Breach, Decimal, ErrorClasses, FrozenBaseline, Generation, Metric, Outcome,
    OutcomeId, OutcomeStatus, Policy, Quantiles, Rule, Sketch, Subject, Tally, Threshold,
    Timestamp, Verdict, VersionNumber,
};

use crate::level;

/// How long a run takes, in microseconds: from 100 ms on, with a long tail.
fn took(chance: &mut Pcg64Mcg) -> u64 {
    // A number below 2^16, whose cube says how far out in the tail it is.
    let part = chance.next_u64() >> 48;
    100_000 + part * part * part / (1 << 26)
}

/// What a version with so many runs measured.
fn measured(chance: &mut Pcg64Mcg, runs: u32) -> FrozenBaseline {
    let mut duration = Sketch::default();
    for _ in 0..runs {
        let units = i128::from(took(chance)) * (Decimal::UNITS / 1_000);
        duration.add(Decimal::from_units(units));
    }
    FrozenBaseline {
        artifact: subject().artifact,
        environment: subject().environment,
        generation: Generation::new(2),
        candidate: VersionNumber::FIRST.next(),
        version: VersionNumber::FIRST,
        succeeded: runs.into(),
        failed: 0,
        errors: ErrorClasses::default(),
        quantiles: Quantiles { duration, cost: Sketch::default() },
    }
}

fn subject() -> Subject {
    Subject {
        artifact: "tools/search".parse().expect("an artifact"),
        environment: "production".parse().expect("an environment"),
        version: VersionNumber::FIRST.next(),
        generation: Generation::new(2),
    }
}

/// At which run each of so many stays ends, of versions that are so many times slower than the one before them.
fn stays(alpha: f64, [count, baseline, horizon]: [u32; 3], slower: u32) -> Vec<Option<NonZeroU64>> {
    let alpha = Threshold::new(alpha).expect("an alpha");
    let rule = Breach { alpha, ..Breach::of(Metric::Duration) };
    let policy = Policy::new(Activation::Staged, vec![Rule::Breach(Box::new(rule))]);
    let policy = policy.expect("a policy");
    let id = OutcomeId::from_name("run");
    let plain = Outcome::new(id, subject(), Timestamp::EPOCH, OutcomeStatus::Succeeded);
    let stay = |seed: u32| {
        let mut chance = Pcg64Mcg::seed_from_u64(u64::from(seed) + 1);
        let frozen = measured(&mut chance, baseline);
        let known = Baseline { version: frozen.version, tallies: &[], frozen: Some(&frozen) };
        let (mut judge, mut tally) = (Judge::new(&policy, Some(known)), Tally::default());
        (1..=u64::from(horizon)).find_map(|number| {
            let micros = u64::from(slower) * took(&mut chance);
            let duration = Some(Duration::from_micros(micros));
            tally.add(&Outcome { duration, ..plain.clone() });
            let found = judge.look(&tally) != Verdict::Undecided;
            found.then_some(NonZeroU64::new(number)).flatten()
        })
    };
    (0..count).map(stay).collect()
}

#[test]
fn a_version_that_takes_as_long_goes_back_no_more_often_than_promised() {
    for (alpha, sizes) in [(0.2, [400, 200, 500]), (0.01, [400, 1_000, 500])] {
        let ends = stays(alpha, sizes, 1);
        let back = ends.iter().flatten().count() as u64;
        assert!(limits(back, ends.len() as u64, level()).lower <= alpha, "{back} at {alpha}");
    }
}

#[test]
fn a_version_that_takes_twice_as_long_goes_back_soon() {
    let mut ends: Vec<_> = stays(0.01, [100, 1_000, 500], 2).into_iter().flatten().collect();
    assert_eq!(ends.len(), 100, "each of them");
    ends.sort_unstable();
    // Three of ten of its runs are beyond what five of a hundred were before.
    assert!(ends[50].get() <= 60, "half of them within {}", ends[50]);
}
