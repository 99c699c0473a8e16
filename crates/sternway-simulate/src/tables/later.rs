//! Table C, regressions that begin late, and table E, an outage of both versions.

use sternway_policy::evidence::{Alpha, Share};

use super::{
    BASES, Promise, Shown,
    history::pairs,
    plan::{Job, Plan, PlanError, PlannedRow},
};
use crate::{
    rules::{Decline, InARow},
    scenario::{Outage, Scenario},
    sequential::{Level, TestA, TestH, TestHFromStarts},
};

/// After how many outcomes the candidate becomes worse, or both versions fail for a while.
const BEFORE: u64 = 2_000;

/// Table C: the candidate becomes worse at its outcome 2,001.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn c(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.01)?;
    let test = TestH { level: Level::Known, alpha };
    let mut rows = Vec::new();
    for ((base_label, base), (drop_label, drop)) in pairs() {
        // The reference leaves this drop out.
        if drop_label == "0.02" {
            continue;
        }
        let scenario = Scenario::new(base, drop)?.beginning_after(BEFORE);
        let (scenario, shown): (_, &[Shown]) = if drop > 0.0 {
            (scenario, &[Shown::Early, Shown::Late, Shown::Median])
        } else {
            (scenario.beginning_after(0), &[Shown::Stopped])
        };
        let jobs = vec![
            Job::new(scenario.clone(), Decline::USUAL, shown),
            Job::new(scenario.clone(), test.clone(), shown).promising(Promise::Falsely(alpha)),
            Job::new(scenario, TestHFromStarts(test.clone()), shown)
                .promising(Promise::Falsely(alpha)),
        ];
        rows.push(PlannedRow { labels: vec![base_label.into(), drop_label.into()], jobs });
    }
    Ok(Plan {
        name: "c",
        title: "Table C. The candidate becomes worse at outcome 2,001",
        note: "Cells: share rolled back before that, which is false / share rolled back after it / \
               median number of outcomes from it until then. Without a drop: all false rollbacks.",
        labels: &["base", "drop"],
        columns: &["(a) 15 points over ≥ 10", "Test H", "Test H with start mixture"],
        runs,
        rows,
    })
}

/// Table E: no regression, and an outage that both versions suffer.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn e(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.01)?;
    let outage = Outage { after: BEFORE, lasts: 1_000, success: 0.6 };
    let mut rows = Vec::new();
    for (label, base) in BASES {
        let scenario = Scenario::new(base, 0.0)?.with_outage(outage);
        let beside = scenario.clone().beside(Share::new(0.2)?);
        let shown = &[Shown::Stopped];
        let jobs = vec![
            Job::new(scenario.clone(), Decline::USUAL, shown),
            Job::new(scenario.clone(), InARow::USUAL, shown),
            Job::new(scenario, TestH { level: Level::Known, alpha }, shown),
            Job::new(beside, TestA { alpha }, shown).promising(Promise::Falsely(alpha)),
        ];
        rows.push(PlannedRow { labels: vec![label.into()], jobs });
    }
    Ok(Plan {
        name: "e",
        title: "Table E. An outage of both versions",
        note: "No regression: both versions succeed at 60 % for 1,000 outcomes of the candidate, from \
               its outcome 2,001 on. All rollbacks are false. Test A at a share of 20 %.",
        labels: &["base"],
        columns: &["(a) 15 points over ≥ 10", "(b) 3 in a row", "Test H", "Test A"],
        runs,
        rows,
    })
}
