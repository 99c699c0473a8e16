//! A table before it is filled, and after.

use std::{fmt, num::NonZeroUsize};

use sternway_policy::evidence::FractionError;
use sternway_types::RatioError;

use super::cell::{Cell, Promise, Shown};
use crate::{
    chance::mixed,
    decider::Procedure,
    effort::{Effort, Progress, simulate},
    scenario::{Scenario, ScenarioError},
    summary::Summary,
};

/// Why a table cannot be planned.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A scenario that cannot be.
    #[error("a table asks for a scenario that cannot be")]
    Scenario(#[from] ScenarioError),
    /// No alpha, share or mean.
    #[error("a table asks for a number that is out of bounds")]
    Fraction(#[from] FractionError),
    /// No ratio.
    #[error("a table asks for a rate that is none")]
    Ratio(#[from] RatioError),
}

/// What fills a cell.
pub(super) enum Job {
    Simulate { simulate: Simulation, shown: &'static [Shown], promise: Option<Promise> },
    Known(Option<u64>),
}

type Simulation = Box<dyn Fn(Effort, Progress<'_>) -> Summary>;

impl Job {
    /// A procedure in a scenario. Nothing is promised.
    pub(super) fn new(
        scenario: Scenario,
        procedure: impl Procedure + 'static,
        shown: &'static [Shown],
    ) -> Self {
        Self::of(move |effort, progress| simulate(&scenario, &procedure, effort, progress), shown)
    }

    /// Anything that leads to a summary. Nothing is promised.
    pub(super) fn of(
        simulation: impl Fn(Effort, Progress<'_>) -> Summary + 'static,
        shown: &'static [Shown],
    ) -> Self {
        Self::Simulate { simulate: Box::new(simulation), shown, promise: None }
    }

    pub(super) fn promising(self, promise: Promise) -> Self {
        match self {
            Self::Simulate { simulate, shown, .. } => {
                Self::Simulate { simulate, shown, promise: Some(promise) }
            }
            Self::Known(number) => Self::Known(number),
        }
    }

    fn run(&self, effort: Effort, progress: Progress<'_>) -> Cell {
        match self {
            Self::Simulate { simulate, shown, promise } => {
                Cell::Simulated { summary: simulate(effort, progress), shown, promise: *promise }
            }
            Self::Known(number) => Cell::Exact(*number),
        }
    }
}

/// A row before it is filled.
pub(super) struct PlannedRow {
    pub(super) labels: Vec<String>,
    pub(super) jobs: Vec<Job>,
}

/// A table that is not filled yet.
pub struct Plan {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) note: &'static str,
    pub(super) labels: &'static [&'static str],
    pub(super) columns: &'static [&'static str],
    pub(super) runs: u64,
    pub(super) rows: Vec<PlannedRow>,
}

impl Plan {
    /// Its short name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How many deployments it takes.
    #[must_use]
    pub fn deployments(&self) -> u64 {
        let jobs = self.rows.iter().flat_map(|row| &row.jobs);
        let simulated = jobs.filter(|job| matches!(job, Job::Simulate { .. }));
        simulated.count() as u64 * self.runs
    }

    /// Fills it. Every cell has a seed of its own, which follows from the given one, the table and the
    /// place of the cell.
    #[must_use]
    pub fn run(&self, seed: u64, threads: NonZeroUsize, progress: Progress<'_>) -> Table {
        let seed = self.name.bytes().fold(seed, |seed, byte| mixed(seed, byte.into()));
        let fill = |(at, job): (u64, &Job)| {
            let effort = Effort::new(self.runs, mixed(seed, at)).on_threads(threads);
            job.run(effort, progress)
        };
        let row = |(index, row): (u64, &PlannedRow)| Row {
            labels: row.labels.clone(),
            cells: (index * 1_000..).zip(&row.jobs).map(fill).collect(),
        };
        Table {
            name: self.name,
            title: self.title,
            note: self.note,
            labels: self.labels,
            columns: self.columns,
            runs: self.runs,
            rows: (0..).zip(&self.rows).map(row).collect(),
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Plan");
        debug.field("name", &self.name).field("runs", &self.runs).finish_non_exhaustive()
    }
}

/// A row that is filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is about, one for each of [`Table::labels`].
    pub labels: Vec<String>,
    /// What was found, one for each of [`Table::columns`].
    pub cells: Vec<Cell>,
}

/// A table that is filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its short name, as in the reference.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// How to read it.
    pub note: &'static str,
    /// What the labels of a row say.
    pub labels: &'static [&'static str],
    /// What is compared.
    pub columns: &'static [&'static str],
    /// How many deployments are behind each cell.
    pub runs: u64,
    /// The rows.
    pub rows: Vec<Row>,
}
