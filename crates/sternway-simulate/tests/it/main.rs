//! What simulated deployments show, few enough to be run at every change. The seeds are fixed, and
//! every bound is an exact one: with other seeds a test would fail once in a million.

mod breach;
mod deciders;
#[path = "../../examples/tables/engine.rs"]
mod engine;
mod engines;
mod policies;
mod promises;
mod reference;
mod rules;

use sternway_policy::evidence::Alpha;
use sternway_simulate::{Effort, Procedure, Scenario, Summary, simulate};

fn alpha(alpha: f64) -> Alpha {
    Alpha::new(alpha).expect("an alpha")
}

/// How improbable it must be that chance alone makes a test fail.
fn level() -> Alpha {
    alpha(1e-6)
}

fn scenario(base: f64, drop: f64) -> Scenario {
    Scenario::new(base, drop).expect("a scenario")
}

fn run(scenario: &Scenario, procedure: &dyn Procedure, runs: u64) -> Summary {
    simulate(scenario, procedure, Effort::new(runs, 1), &|_| ())
}
