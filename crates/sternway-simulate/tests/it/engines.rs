//! Deployments through the engine itself, which is what users have.

use std::num::NonZeroU64;

use sternway_simulate::{
    ByPolicy, Decision, Deployment, PACE, Procedure, Scenario, Setting, limits,
};
use sternway_types::{Policy, Preset};

use super::{engine::deploy, level, scenario};

/// At which outcome the engine takes the candidate of each of many deployments back.
fn deployed(scenario: &Scenario, policy: &Policy, batch: u64, runs: u64) -> Vec<Option<u64>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let batch = NonZeroU64::new(batch).expect("a batch");
    let one = |number| runtime.block_on(deploy(scenario, policy, batch, (5, number)));
    (0..runs).map(|number| one(number).expect("the engine takes it")).collect()
}

#[test]
fn the_engine_stops_where_a_simulated_judge_stops() {
    let scenario = scenario(0.9, 0.3).with_measured(220).with_horizon(120);
    for preset in [Preset::Sound, Preset::Immediate] {
        let policy = Policy::preset(preset);
        let judge = ByPolicy::new(policy.clone(), 220, PACE).expect("a procedure");
        let expected: Vec<_> = (0..10)
            .map(|number| {
                let mut deployment = Deployment::new(&scenario, 5, number);
                let measured = deployment.measured();
                let setting = Setting { base: scenario.base(), measured, steps: &[] };
                let mut decider = judge.begin(&setting);
                let at = deployment.position(|unit| decider.observe(unit) == Decision::Stop);
                at.map(|at| at as u64 + 1)
            })
            .collect();
        assert!(expected.iter().flatten().count() >= 4, "{preset}: {expected:?}");
        for batch in [1, 7, 1_000] {
            assert_eq!(deployed(&scenario, &policy, batch, 10), expected, "{preset} by {batch}");
        }
    }
}

#[test]
fn the_engine_takes_back_few_healthy_versions_and_every_bad_one() {
    let policy = Policy::preset(Preset::Sound);
    for base in [0.99, 0.95, 0.9, 0.75] {
        let healthy = scenario(base, 0.0).with_measured(220).with_horizon(120);
        let stopped = deployed(&healthy, &policy, 100, 50).iter().flatten().count() as u64;
        let lower = limits(stopped, 50, level()).lower;
        assert!(lower <= 0.01, "{stopped} of 50 at {base}");
    }
    let worse = scenario(0.95, 0.4).with_measured(220).with_horizon(200);
    assert!(deployed(&worse, &policy, 100, 20).iter().all(Option::is_some));
}
