//! Judging one outcome: the tally and the verdict, at 5 % failures, without allocation.

use std::{hint::black_box, time::Duration};

use sternway::{
    policy::{Baseline, Judge},
    provider::Stopwatch,
    types::{
        ArtifactId, EnvironmentId, ErrorClasses, Failure, FrozenBaseline, Generation, Outcome,
        OutcomeId, OutcomeStatus, Policy, Quantiles, Subject, Tally, Timestamp, Verdict,
        VersionNumber,
    },
};

use crate::{Measured, report::Bar, sample::nanos_each};

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let outcomes = outcomes()?;
    let (policy, frozen) = (Policy::default(), baseline()?);
    let against = Baseline { version: frozen.version, tallies: &[], frozen: Some(&frozen) };
    let mut judge = Judge::new(&policy, Some(against));
    let mut tally = Tally::default();
    // The newest outcomes are remembered one by one: fill that first.
    outcomes.iter().for_each(|outcome| tally.add(outcome));

    let mut stream = outcomes.iter().cycle();
    let mut look = || {
        if let Some(outcome) = stream.next() {
            tally.add(outcome);
            if outcome.is_failure() {
                assert_eq!(judge.look(&tally), Verdict::Undecided);
            }
        }
    };
    let allocated = allocation_counter::measure(|| (0..100_000).for_each(|_| look()));
    let value = nanos_each(9, 200_000, &mut look);

    let counters: Vec<u64> = (0..1024).collect();
    let mut places = (0..counters.len()).cycle();
    let floor = nanos_each(9, 200_000, || {
        let place = places.next().unwrap_or_default();
        black_box(counters.get(black_box(place)));
    });
    let allocations = allocated.count_total;
    Ok(vec![
        replay(&outcomes, &policy, against),
        Bar {
            name: "judge one outcome",
            value,
            unit: "ns",
            floor,
            bar: "at most 100 ns (floor: a memory read)",
            met: value <= 100.0,
        },
        Bar {
            name: "judge: allocations in 100,000",
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            value: allocations as f64,
            unit: "count",
            floor: 1.0,
            bar: "none",
            met: allocations == 0,
        },
    ])
}

/// How long a log of a million outcomes takes to be judged, each as it came.
fn replay(outcomes: &[Outcome], policy: &Policy, against: Baseline<'_>) -> Bar {
    const OUTCOMES: usize = 1_000_000;
    let watch = Stopwatch::start();
    let (mut judge, mut tally) = (Judge::new(policy, Some(against)), Tally::default());
    for outcome in outcomes.iter().cycle().take(OUTCOMES) {
        tally.add(outcome);
        if outcome.is_failure() {
            assert_eq!(judge.look(&tally), Verdict::Undecided);
        }
    }
    let value = watch.elapsed().as_secs_f64() * 1e3;
    let watch = Stopwatch::start();
    let failed = outcomes.iter().cycle().take(OUTCOMES).filter(|outcome| outcome.is_failure());
    black_box(failed.count());
    Bar {
        name: "replay 1,000,000 outcomes",
        value,
        unit: "ms",
        floor: watch.elapsed().as_secs_f64() * 1e3,
        bar: "at most 1,000 ms (floor: reading them)",
        met: value <= 1_000.0,
    }
}

/// What the version is held against: as good as it is.
fn baseline() -> Measured<FrozenBaseline> {
    Ok(FrozenBaseline {
        artifact: "tools/search".parse::<ArtifactId>()?,
        environment: EnvironmentId::production(),
        generation: Generation::new(1),
        candidate: VersionNumber::FIRST.next(),
        version: VersionNumber::FIRST,
        succeeded: 9_500,
        failed: 500,
        errors: ErrorClasses::from_parts([("TimeoutError".parse()?, 500)].into(), 0),
        quantiles: Quantiles::default(),
    })
}

/// A stream in which every twentieth outcome failed.
fn outcomes() -> Measured<Vec<Outcome>> {
    let subject = Subject {
        artifact: "tools/search".parse::<ArtifactId>()?,
        environment: EnvironmentId::production(),
        version: VersionNumber::FIRST,
        generation: Generation::new(1),
    };
    let outcome = |number: u64| {
        let failed = number.is_multiple_of(20);
        let status = if failed {
            OutcomeStatus::Failed(Failure::new("TimeoutError".parse().ok(), "took too long"))
        } else {
            OutcomeStatus::Succeeded
        };
        let at = Timestamp::EPOCH.saturating_add(Duration::from_secs(number));
        let id = OutcomeId::from_name(&number.to_string());
        Outcome::new(id, subject.clone(), at, status)
    };
    Ok((0..10_000).map(outcome).collect())
}
