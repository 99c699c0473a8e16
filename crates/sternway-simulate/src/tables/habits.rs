//! False rollbacks of habits that people have.

use super::{
    BASES, Shown,
    plan::{Job, Plan, PlanError, PlannedRow},
};
use crate::{
    rules::{Windows, ZTest},
    scenario::Scenario,
};

/// A z-test looked at after every outcome, and windows with a failure limit, on healthy versions.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn habits(runs: u64) -> Result<Plan, PlanError> {
    let mut rows = Vec::new();
    for (label, base) in BASES {
        let scenario = Scenario::new(base, 0.0)?;
        let shown = &[Shown::Stopped];
        let jobs = vec![
            Job::new(scenario.clone(), ZTest::USUAL, shown),
            Job::new(scenario, Windows::USUAL, shown),
        ];
        rows.push(PlannedRow { labels: vec![label.into()], jobs });
    }
    Ok(Plan {
        name: "habits",
        title: "Habits, on healthy versions",
        note: "A one-sided z-test at 1 % looked at after every outcome from the tenth on; windows of 50 outcomes, of \
               which more than 3 are more than 5 points below the rate of the baseline. Cells: false \
               rollbacks over 10,000 outcomes.",
        labels: &["base"],
        columns: &["z-test at every outcome", "windows of 50"],
        runs,
        rows,
    })
}
