//! Prints the tables of the reference, simulated anew: `cargo xtask simulate`.
//!
//! It ends with a failure if a promise is not kept, or a cell disagrees with the reference.

mod engine;
mod engine_table;
mod meter;
mod page;

use std::{
    error::Error,
    io::{self, Write as _},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    thread,
};

use clap::Parser;
use sternway_policy::evidence::Alpha;
use sternway_simulate::{
    Effort,
    reference::findings,
    tables::{self, Plan},
};

use crate::meter::Meter;

/// Simulates deployments.
#[derive(Debug, Parser)]
struct Options {
    /// Only the tables of these names.
    names: Vec<String>,
    /// How many deployments are behind each cell, of all tables alike.
    #[arg(long)]
    runs: Option<u64>,
    /// The seed of all of them.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder that gets the page and the plots.
    #[arg(long, conflicts_with = "names")]
    write: Option<PathBuf>,
}

/// How improbable a finding must be that chance alone has made.
const LEVEL: f64 = 1e-6;

/// How many deployments go through the engine, for each cell of its table.
const ENGINE: u64 = 2_500;

fn main() -> ExitCode {
    match drive(&Options::parse()) {
        Ok(code) => code,
        Err(err) => {
            writeln!(io::stderr(), "error: {err}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn drive(options: &Options) -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let level = Alpha::new(LEVEL)?;
    let named = |name: &str| options.names.is_empty() || options.names.iter().any(|it| it == name);
    let mut plans = tables::all(options.runs)?;
    plans.retain(|plan| named(plan.name()));
    let through_engine = named("engine").then(|| options.runs.unwrap_or(ENGINE));
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let deployments = through_engine.map_or(0, engine_table::deployments);
    let meter = Meter::new(deployments + plans.iter().map(Plan::deployments).sum::<u64>());
    let progress = |runs| meter.add(runs);
    let (mut filled, mut found) = (Vec::new(), Vec::new());
    let mut take = |table: tables::Table| {
        meter.clear();
        say(&table.markdown())?;
        found.extend(findings(&table, level));
        filled.push(table);
        Ok::<(), io::Error>(())
    };
    for plan in &plans {
        take(plan.run(options.seed, threads, &progress))?;
    }
    if let Some(runs) = through_engine {
        let effort = Effort::new(runs, options.seed).on_threads(threads);
        take(engine_table::fill(effort, &progress)?)?;
    }
    for finding in &found {
        say(&finding.to_string())?;
    }
    if let Some(folder) = &options.write {
        page::write(folder, options.seed, &filled)?;
    }
    let (deployments, took) = meter.sum();
    let findings = found.len();
    say(&format!("{deployments} deployments in {} s: {findings} findings", took.as_secs()))?;
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}
