//! A table of deployments through the engine itself.

use std::{num::NonZeroU64, sync::Mutex};

use sternway_policy::evidence::Alpha;
use sternway_simulate::{
    Effort, Progress, Scenario, Stop, Summary,
    tables::{Cell, Promise, Row, Shown, Table},
};
use sternway_types::{Activation, Policy, Preset, Rule, Threshold, Worse};

use crate::engine::{Failed, deploy};

/// The success rates of baselines.
const BASES: [f64; 4] = [0.99, 0.95, 0.9, 0.75];

/// What is compared.
const COLUMNS: &[&str] = &["sound, healthy", "sound, 15 points worse", "objective, healthy"];

/// How many outcomes are recorded at once.
const BATCH: u64 = 250;

/// How many deployments the table takes, with so many behind each cell.
pub(crate) const fn deployments(runs: u64) -> u64 {
    (BASES.len() * COLUMNS.len()) as u64 * runs
}

/// Deployments that are published, promoted, recorded in batches, judged and rolled back by the control.
///
/// # Errors
///
/// If the engine refuses anything.
pub(crate) fn fill(effort: Effort, progress: Progress<'_>) -> Result<Table, Failed> {
    let (alpha, sound) = (Alpha::new(0.01)?, Policy::preset(Preset::Sound));
    let mut rows = Vec::new();
    for base in BASES {
        let cell = |drop, policy: &Policy, shown| {
            let scenario = Scenario::new(base, drop)?.with_measured(1_000).with_horizon(2_000);
            let summary = summary(&scenario, policy, effort, progress)?;
            Ok::<_, Failed>(Cell::Simulated {
                summary,
                shown,
                promise: Some(Promise::Falsely(alpha)),
            })
        };
        let cells = vec![
            cell(0.0, &sound, &[Shown::Stopped])?,
            cell(0.15, &sound, &[Shown::Stopped, Shown::Median])?,
            cell(0.0, &objective(base)?, &[Shown::Stopped])?,
        ];
        rows.push(Row { labels: vec![base.to_string()], cells });
    }
    Ok(Table {
        name: "engine",
        title: "Through the engine",
        note: "Published, promoted, recorded 250 outcomes at a time, judged and rolled back by the \
               engine itself, on a store in memory: the preset `sound` with a baseline of 1,000 \
               outcomes, and its test alone with the rate of the baseline for an objective, both at \
               an alpha of 0.01, over 2,000 outcomes of the candidate. Cells: share rolled back / \
               median number of outcomes until then.",
        labels: &["base"],
        columns: COLUMNS,
        runs: effort.runs,
        rows,
    })
}

/// The test of `sound` alone, which holds a candidate against a rate that was promised.
fn objective(rate: f64) -> Result<Policy, Failed> {
    let worse =
        Worse { objective: Some(Threshold::new(rate)?), ..Worse::at(Threshold::new(0.01)?) };
    Ok(Policy::new(Activation::Staged, vec![Rule::Worse(Box::new(worse))])?)
}

fn summary(
    scenario: &Scenario,
    policy: &Policy,
    effort: Effort,
    progress: Progress<'_>,
) -> Result<Summary, Failed> {
    let refused = Mutex::new(None);
    let one = |number| match run(scenario, policy, (effort.seed, number)) {
        Ok(stop) => stop.map(Stop::After),
        Err(err) => {
            // One of them is enough to know of.
            if let Ok(mut refused) = refused.lock() {
                *refused = Some(err);
            }
            None
        }
    };
    let stops = effort.each(progress, one);
    match refused.into_inner() {
        Ok(Some(err)) => Err(err),
        _ => Ok(Summary::new(effort.runs, scenario.is_healthy(), stops)),
    }
}

fn run(scenario: &Scenario, policy: &Policy, which: (u64, u64)) -> Result<Option<u64>, Failed> {
    let batch = NonZeroU64::new(BATCH).ok_or("a batch of nothing")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(deploy(scenario, policy, batch, which))
}
