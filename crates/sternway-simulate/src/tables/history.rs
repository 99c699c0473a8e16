//! Table A, the required comparison, and table F, what alpha costs.

use sternway_policy::evidence::Alpha;

use super::{
    BASES, DROPS, Promise, Shown,
    plan::{Job, Plan, PlanError, PlannedRow},
};
use crate::{
    rules::{Decline, InARow, UsualTiers},
    scenario::Scenario,
    sequential::{Level, TestH},
};

const SHOWN: &[Shown] = &[Shown::Stopped, Shown::Median];

/// Table A: rules of thumb, and Test H, when the candidate is worse from the first outcome on.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn a(runs: u64) -> Result<Plan, PlanError> {
    let (whole, bound, test) = (Alpha::new(0.01)?, Alpha::new(0.002)?, Alpha::new(0.008)?);
    let tests = [
        (0, TestH { level: Level::Known, alpha: whole }),
        (1_000, TestH { level: Level::Exact(bound), alpha: test }),
        (200, TestH { level: Level::Exact(bound), alpha: test }),
        (1_000, TestH { level: Level::Measured(bound), alpha: test }),
        (200, TestH { level: Level::Measured(bound), alpha: test }),
    ];
    let mut rows = Vec::new();
    for ((base_label, base), (drop_label, drop)) in pairs() {
        let scenario = Scenario::new(base, drop)?;
        let mut jobs = vec![
            Job::new(scenario.clone(), Decline::USUAL, SHOWN),
            Job::new(scenario.clone(), InARow::USUAL, SHOWN),
            Job::new(scenario.clone(), UsualTiers, SHOWN),
        ];
        jobs.extend(tests.iter().map(|(measured, test)| {
            let scenario = scenario.clone().with_measured(*measured);
            Job::new(scenario, test.clone(), SHOWN).promising(Promise::Falsely(whole))
        }));
        rows.push(PlannedRow { labels: vec![base_label.into(), drop_label.into()], jobs });
    }
    Ok(Plan {
        name: "a",
        title: "Table A. Rules of thumb, and Test H",
        note: "The candidate is worse from its first outcome on, and alone. Cells: share rolled back / \
               median number of outcomes until then. A drop of 0 is a healthy version: its rollbacks \
               are false ones. The bound of a measured rate is the exact one of Clopper and Pearson, \
               as in the reference, which a policy of today uses, and the one of Kullback and Leibler, \
               which older ones keep.",
        labels: &["base", "drop"],
        columns: &[
            "(a) 15 points over ≥ 10",
            "(b) 3 in a row",
            "usual tiers together",
            "Test H, rate known",
            "Test H, 1,000 measured, exact bound",
            "Test H, 200 measured, exact bound",
            "Test H, 1,000 measured, KL bound",
            "Test H, 200 measured, KL bound",
        ],
        runs,
        rows,
    })
}

/// Table F: what a smaller alpha costs.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn f(runs: u64) -> Result<Plan, PlanError> {
    let alphas = [Alpha::new(0.05)?, Alpha::new(0.01)?, Alpha::new(0.001)?];
    let mut rows = Vec::new();
    for ((base_label, base), (drop_label, drop)) in pairs() {
        // The reference leaves this drop out.
        if drop_label == "0.02" {
            continue;
        }
        let scenario = Scenario::new(base, drop)?;
        let job = |alpha| {
            let shown = if drop > 0.0 { SHOWN } else { &[Shown::Stopped] };
            let test = TestH { level: Level::Known, alpha };
            Job::new(scenario.clone(), test, shown).promising(Promise::Falsely(alpha))
        };
        let jobs = alphas.map(job).into();
        rows.push(PlannedRow { labels: vec![base_label.into(), drop_label.into()], jobs });
    }
    Ok(Plan {
        name: "f",
        title: "Table F. What alpha costs",
        note: "Test H, rate known. Cells: share rolled back / median number of outcomes until then.",
        labels: &["base", "drop"],
        columns: &["alpha 0.05", "alpha 0.01", "alpha 0.001"],
        runs,
        rows,
    })
}

/// Each base with each drop.
pub(super) fn pairs() -> impl Iterator<Item = ((&'static str, f64), (&'static str, f64))> {
    BASES.into_iter().flat_map(|base| DROPS.map(|drop| (base, drop)))
}
