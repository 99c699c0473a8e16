//! Table G: how long it takes to prove a version.

use sternway_policy::evidence::{Alpha, Counts, Proven};
use sternway_types::Ratio;

use super::{
    BASES, Promise, Shown,
    plan::{Job, Plan, PlanError, PlannedRow},
};
use crate::{scenario::Scenario, sequential::ProvenWithin};

/// How much worse a candidate may be.
const DELTAS: [(&str, f64); 3] = [("0.02", 0.02), ("0.05", 0.05), ("0.1", 0.1)];

/// Table G: outcomes until the candidate is proven within δ of the baseline.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn g(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.05)?;
    let mut rows = Vec::new();
    for (base_label, base) in BASES {
        for (delta_label, delta) in DELTAS {
            let within = ProvenWithin { delta: Ratio::new(delta)?, alpha };
            let straight = Proven::declared(Ratio::new(base)?, within.delta)
                .successes_until(Counts::default(), alpha);
            let equal = Scenario::new(base, 0.0)?;
            // As bad as it must not be: what is proven now is proven falsely.
            let worse = Scenario::new(base, delta)?;
            let jobs = vec![
                Job::Known(straight),
                Job::new(equal, within, &[Shown::Stopped, Shown::Median]),
                Job::new(worse, within, &[Shown::Stopped]).promising(Promise::AtAll(alpha)),
            ];
            rows.push(PlannedRow { labels: vec![base_label.into(), delta_label.into()], jobs });
        }
    }
    Ok(Plan {
        name: "g",
        title: "Table G. Outcomes until a candidate is proven within δ of the baseline",
        note: "At an alpha of 0.05, the rate of the baseline known. Cells: successes in a row that \
               suffice; share proven when it is equal to the baseline / median number of outcomes \
               until then; share proven falsely when it is exactly δ worse.",
        labels: &["base", "δ"],
        columns: &["straight successes", "proven when equal", "proven when δ worse"],
        runs,
        rows,
    })
}
