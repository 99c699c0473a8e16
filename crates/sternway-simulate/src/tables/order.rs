//! Table D, Test A beside the full test of two proportions, and what breaks Test A: outcomes in the order of
//! their arrival, and requests counted of sessions that stay with a version.

use sternway_policy::evidence::{Alpha, Share};
use sternway_types::Ratio;

use super::{
    Promise, Shown,
    history::pairs,
    plan::{Job, Plan, PlanError, PlannedRow},
};
use crate::{
    arrival::ByArrival,
    full::TwoProportions,
    scenario::{Scenario, Step},
    sequential::TestA,
    sessions::{Counting, Sessions},
};

/// Table D: Test A, and the full test of two proportions, at a share of 20 %.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn d(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.01)?;
    let steps = vec![Step { share: Share::new(0.2)?, requests: 20_000 }];
    let mut rows = Vec::new();
    for ((base_label, base), (drop_label, drop)) in pairs() {
        // The reference leaves this drop out.
        if drop_label == "0.02" {
            continue;
        }
        let scenario = Scenario::new(base, drop)?.in_steps(steps.clone());
        let shown: &[Shown] =
            if drop > 0.0 { &[Shown::Stopped, Shown::Median] } else { &[Shown::Stopped] };
        let jobs = vec![
            Job::new(scenario.clone(), TestA { alpha }, shown).promising(Promise::Falsely(alpha)),
            Job::new(scenario, TwoProportions { alpha }, shown).promising(Promise::Falsely(alpha)),
        ];
        rows.push(PlannedRow { labels: vec![base_label.into(), drop_label.into()], jobs });
    }
    Ok(Plan {
        name: "d",
        title: "Table D. Test A and the full test of two proportions",
        note: "20,000 requests, of which the candidate gets 20 %. Cells: share rolled back / median number \
               of outcomes of the candidate until then. The full test looks at successes as well, which \
               helps where failures are common; the engine does not use it.",
        labels: &["base", "drop"],
        columns: &["Test A", "full 2×2 e-variable"],
        runs,
        rows,
    })
}

/// A healthy candidate that fails at once, beside a baseline that times out after 30 seconds, at 10 requests a
/// second.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn arrival(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.01)?;
    let steps = vec![Step { share: Share::new(0.2)?, requests: 20_000 }];
    let scenario = Scenario::new(0.95, 0.0)?.in_steps(steps);
    let by_arrival = ByArrival { procedure: TestA { alpha }, late: 300 };
    let shown = &[Shown::Stopped];
    let jobs = vec![
        Job::new(scenario.clone(), TestA { alpha }, shown).promising(Promise::Falsely(alpha)),
        Job::new(scenario, by_arrival, shown),
    ];
    Ok(Plan {
        name: "arrival",
        title: "Order of assignment, and of arrival",
        note: "Test A on a healthy candidate with 20 % of 20,000 requests, 10 of them a second: it fails at \
               once, and its baseline by timeouts after 30 s. All rollbacks are false. The reference does \
               not say of how many deployments it speaks: of 500, it is assumed.",
        labels: &["base"],
        columns: &["fed by assignment", "fed by arrival"],
        runs,
        rows: vec![PlannedRow { labels: vec!["0.95".into()], jobs }],
    })
}

/// Sessions that stay with their version, of users who are not alike.
///
/// # Errors
///
/// [`PlanError`] if it asks for what cannot be simulated, which it does not.
pub fn sessions(runs: u64) -> Result<Plan, PlanError> {
    let alpha = Alpha::new(0.01)?;
    let once = Sessions {
        share: Share::new(0.2)?,
        sessions: 2_000,
        requests: 20,
        troubled: Ratio::new(0.1)?,
        failing: Ratio::new(0.32)?,
        usual: Ratio::new(0.02)?,
        alpha,
        counting: Counting::Once,
    };
    let job = |sessions: Sessions| {
        Job::of(move |effort, progress| sessions.simulate(effort, progress), &[Shown::Stopped])
    };
    let jobs = vec![
        job(once).promising(Promise::Falsely(alpha)),
        job(Sessions { counting: Counting::Requests, ..once }),
    ];
    Ok(Plan {
        name: "sessions",
        title: "Sessions that stay with a version",
        note: "Test A on a healthy candidate with 20 % of 2,000 sessions of 20 requests each. One in ten users \
               is in trouble, whichever version they have: 32 % of their requests fail, and 2 % of those of all \
               others. All rollbacks are false. The reference says 0.4 and 57 % of users whom it does not \
               describe.",
        labels: &["base"],
        columns: &["each session once", "each request"],
        runs,
        rows: vec![PlannedRow { labels: vec!["0.95".into()], jobs }],
    })
}
