//! A mean, tested by betting.

use sternway_policy::evidence::{Alpha, Mean};

use super::{
    Promise, Shown,
    plan::{Job, Plan, PlanError, PlannedRow},
};
use crate::betting::Costs;

/// How much higher the mean is than that of the baseline.
const INCREASES: [(&str, f64); 6] =
    [("none", 0.0), ("5 %", 0.05), ("10 %", 0.1), ("20 %", 0.2), ("50 %", 0.5), ("100 %", 1.0)];

/// The mean of the baseline.
const BASELINE: f64 = 0.2;

/// The sum of the shapes of the Beta distribution.
const CONCENTRATION: f64 = 5.0;

/// Costs of which the mean may be 5 % above that of the baseline.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn betting(runs: u64) -> Result<Plan, PlanError> {
    let (alpha, limit) = (Alpha::new(0.01)?, Mean::new(BASELINE * 1.05)?);
    let mut rows = Vec::new();
    for (label, increase) in INCREASES {
        let mean = Mean::new(BASELINE * (1.0 + increase))?;
        let costs = Costs { mean, concentration: CONCENTRATION, limit, alpha, horizon: 5_000 };
        let shown: &[Shown] =
            if increase > 0.1 { &[Shown::Stopped, Shown::Median] } else { &[Shown::Stopped] };
        let job = Job::of(move |effort, progress| costs.simulate(effort, progress), shown)
            .promising(Promise::Falsely(alpha));
        rows.push(PlannedRow { labels: vec![label.into()], jobs: vec![job] });
    }
    Ok(Plan {
        name: "betting",
        title: "A mean, tested by betting",
        note: "Costs by a Beta distribution, 5,000 of them; the mean of the baseline is 0.2, and one \
               5 % higher is still good. Cells: share rolled back / median number of outcomes until \
               then.",
        labels: &["increase"],
        columns: &["Betting"],
        runs,
        rows,
    })
}
