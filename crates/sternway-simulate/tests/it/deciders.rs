//! The deciders ask where they can decide, and nowhere else; who asks at every outcome finds the same.

use std::num::NonZeroUsize;

use sternway_policy::evidence::{
    Allocation, Arm, Attribution, Counts, Failures, History, Margin, Proven, Share, Starts,
};
use sternway_simulate::{
    Decider, Decision, Deployment, Effort, End, Procedure, Scenario, Setting, Step, Unit,
    sequential::{Level, ProvenWithin, TestA, TestH, TestHFromStarts},
    simulate,
};
use sternway_types::Ratio;

use super::{alpha, scenario};

/// At which request each of many deployments is stopped by a procedure and by a closure that is asked
/// at every request.
fn check<F: FnMut(Unit) -> Decision>(
    scenario: &Scenario,
    procedure: &dyn Procedure,
    plain: impl Fn(Counts) -> F,
) {
    let mut stopped = 0;
    for number in 0..60 {
        let deployment = Deployment::new(scenario, 9, number);
        let measured = deployment.measured();
        let setting = Setting { base: scenario.base(), measured, steps: scenario.steps() };
        let stop = |decider: &mut dyn Decider| {
            deployment.clone().position(|unit| decider.observe(unit) == Decision::Stop)
        };
        let (found, expected) = (stop(&mut *procedure.begin(&setting)), stop(&mut plain(measured)));
        assert_eq!(found, expected, "deployment {number}");
        stopped += usize::from(found.is_some());
    }
    assert!((5..=60).contains(&stopped), "{stopped} are no test");
}

fn add(counts: &mut Counts, unit: Unit) {
    match (unit.arm, unit.end) {
        (Arm::Candidate, End::Succeeded) => counts.succeeded += 1,
        (Arm::Candidate, End::Failed) => counts.failed += 1,
        (Arm::Baseline, _) => (),
    }
}

#[test]
fn test_h_decides_where_its_evidence_crosses() {
    let scenario = scenario(0.9, 0.05).with_measured(1_000).with_horizon(2_000);
    let test = TestH { level: Level::Measured(alpha(0.002)), alpha: alpha(0.008) };
    check(&scenario, &test, |measured| {
        let history = History::measured(measured, alpha(0.002));
        let mut counts = Counts::default();
        move |unit| {
            add(&mut counts, unit);
            Decision::stop_if(history.crosses(counts, alpha(0.008)))
        }
    });
}

#[test]
fn the_start_mixture_decides_where_its_evidence_crosses() {
    let scenario = scenario(0.9, 0.1).beginning_after(600).with_horizon(1_000);
    let test = TestHFromStarts(TestH { level: Level::Known, alpha: alpha(0.01) });
    check(&scenario, &test, |_| {
        let history = History::declared(Ratio::new(0.9).expect("a rate"));
        let mut starts = Starts::new();
        move |unit: Unit| {
            let mut one = Counts::default();
            add(&mut one, unit);
            starts.observe(&history.ratios(one), Arm::Candidate);
            Decision::stop_if(starts.crosses(alpha(0.01)))
        }
    });
}

#[test]
fn test_a_decides_where_its_evidence_crosses() {
    let step = |share, requests| Step { share: Share::new(share).expect("a share"), requests };
    let steps = vec![step(0.1, 500), step(0.5, 1_500)];
    let scenario = scenario(0.8, 0.15).in_steps(steps.clone());
    check(&scenario, &TestA { alpha: alpha(0.01) }, |_| {
        let mut failures = vec![Failures::default(); 2];
        let steps = steps.clone();
        move |unit: Unit| {
            let one = match (unit.arm, unit.end) {
                (_, End::Succeeded) => Failures::default(),
                (Arm::Candidate, End::Failed) => Failures::new(1, 0),
                (Arm::Baseline, End::Failed) => Failures::new(0, 1),
            };
            failures[unit.step] = failures[unit.step].plus(one);
            let sum =
                steps.iter().zip(&failures).fold(Attribution::new(), |sum, (step, failures)| {
                    sum.with(&Allocation::new(step.share, Margin::NONE), *failures)
                });
            Decision::stop_if(sum.crosses(alpha(0.01)))
        }
    });
}

#[test]
fn a_proof_is_given_where_its_evidence_crosses() {
    let scenario = scenario(0.9, 0.0).with_horizon(1_000);
    let delta = Ratio::new(0.05).expect("a ratio");
    check(&scenario, &ProvenWithin { delta, alpha: alpha(0.05) }, |_| {
        let proven = Proven::declared(Ratio::new(0.9).expect("a rate"), delta);
        let mut counts = Counts::default();
        move |unit| {
            add(&mut counts, unit);
            Decision::stop_if(proven.crosses(counts, alpha(0.05)))
        }
    });
}

#[test]
fn threads_do_not_change_what_is_found() {
    let scenario = scenario(0.9, 0.1).with_measured(200).with_horizon(500);
    let test = TestH { level: Level::Measured(alpha(0.002)), alpha: alpha(0.008) };
    let on = |threads| {
        let threads = NonZeroUsize::new(threads).expect("a thread");
        simulate(&scenario, &test, Effort::new(200, 3).on_threads(threads), &|_| ())
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn progress_is_told_of_every_deployment() {
    let told = std::sync::atomic::AtomicU64::new(0);
    let add = |runs| {
        told.fetch_add(runs, std::sync::atomic::Ordering::Relaxed);
    };
    let test = TestH { level: Level::Known, alpha: alpha(0.01) };
    let summary = simulate(&scenario(0.5, 0.4), &test, Effort::new(150, 1), &add);
    assert_eq!((told.into_inner(), summary.runs()), (150, 150));
}
