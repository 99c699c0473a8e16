//! Table B, a candidate beside its baseline, and what changing shares do.

use sternway_policy::evidence::{Alpha, Share};

use super::{
    BASES, Promise, Shown,
    history::pairs,
    plan::{Job, Plan, PlanError, PlannedRow},
};
use crate::{
    scenario::{Counted, Scenario, Step},
    sequential::TestA,
};

/// Table B: Test A at three shares of the traffic.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn b(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.01)?;
    let shares = [Share::new(0.05)?, Share::new(0.2)?, Share::HALF];
    let mut rows = Vec::new();
    for ((base_label, base), (drop_label, drop)) in pairs() {
        let scenario = Scenario::new(base, drop)?;
        let shown: &[Shown] = if drop > 0.0 {
            &[Shown::Stopped, Shown::Median, Shown::NineInTen]
        } else {
            &[Shown::Stopped]
        };
        let job = |share| {
            Job::new(scenario.clone().beside(share), TestA { alpha }, shown)
                .promising(Promise::Falsely(alpha))
        };
        let jobs = shares.map(job).into();
        rows.push(PlannedRow { labels: vec![base_label.into(), drop_label.into()], jobs });
    }
    Ok(Plan {
        name: "b",
        title: "Table B. Test A, a candidate beside its baseline",
        note: "Cells: share rolled back / median / 90th percentile of the number of outcomes of the \
               candidate until then. All requests together are that number divided by the share.",
        labels: &["base", "drop"],
        columns: &["share 5 %", "share 20 %", "share 50 %"],
        runs,
        rows,
    })
}

/// A rollout in three steps of 5,000 requests.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn shares(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.01)?;
    let step = |share| Step { share, requests: 5_000 };
    let steps = [Share::new(0.05)?, Share::new(0.2)?, Share::HALF].map(step).to_vec();
    let mut rows = Vec::new();
    for (label, base) in BASES {
        let job = |drop, shown| -> Result<Job, PlanError> {
            let scenario = Scenario::new(base, drop)?;
            let scenario = scenario.in_steps(steps.clone()).counted_in(Counted::Requests);
            Ok(Job::new(scenario, TestA { alpha }, shown).promising(Promise::Falsely(alpha)))
        };
        let jobs = vec![job(0.0, &[Shown::Stopped])?, job(0.15, &[Shown::Stopped, Shown::Median])?];
        rows.push(PlannedRow { labels: vec![label.into()], jobs });
    }
    Ok(Plan {
        name: "shares",
        title: "Changing shares",
        note: "Test A over three steps of 5,000 requests each, of which the candidate gets 5, 20 and \
               50 %. Cells: share rolled back / median number of requests until then.",
        labels: &["base"],
        columns: &["healthy", "15 points worse"],
        runs,
        rows,
    })
}
