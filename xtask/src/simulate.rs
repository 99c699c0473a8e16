//! `cargo xtask simulate`: how often rules take back healthy versions, and how soon bad ones.
//!
//! What is simulated, and what it is compared with, is `sternway-simulate`; its driver is an example
//! of that crate, which is built with optimizations and told what to run. A run of all tables writes
//! them to docs/policy.

use clap::Args;

use crate::{error::Error, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only the tables of these names: a, b, c, d, e, f, g, shares, arrival, sessions, betting,
    /// habits, engine. Nothing is written.
    names: Vec<String>,
    /// How many deployments are behind each cell, of all tables alike.
    #[arg(long)]
    runs: Option<u64>,
    /// The seed of all of them.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Few deployments behind each cell; nothing is written.
    #[arg(long, conflicts_with_all = ["runs", "seed"])]
    quick: bool,
}

/// How many deployments are behind a cell in a hurry.
const QUICK: u64 = 150;

/// What gets the page and the plots.
const FOLDER: &str = "docs/policy";

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    workspace.cargo(arguments(options)).run()
}

fn arguments(options: &Options) -> Vec<String> {
    let run = ["run", "-q", "--release", "-p", "sternway-simulate", "--example", "tables", "--"];
    let mut arguments: Vec<String> = run.map(str::to_owned).to_vec();
    arguments.extend(options.names.iter().cloned());
    let runs = if options.quick { Some(QUICK) } else { options.runs };
    arguments.extend(runs.map(|runs| format!("--runs={runs}")));
    arguments.push(format!("--seed={}", options.seed));
    let whole = options.names.is_empty() && !options.quick;
    arguments.extend(whole.then(|| format!("--write={FOLDER}")));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], runs: Option<u64>, quick: bool, expected: &[&str]) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let passed_on = arguments(&Options { names, runs, seed: 1, quick });
        let (_, passed_on) = passed_on.split_at(8);
        assert_eq!(passed_on, expected);
    }

    #[test]
    fn a_run_of_all_tables_is_written() {
        check(&[], None, false, &["--seed=1", "--write=docs/policy"]);
        check(&[], Some(50), false, &["--runs=50", "--seed=1", "--write=docs/policy"]);
    }

    #[test]
    fn a_quick_run_and_single_tables_are_not() {
        check(&[], None, true, &["--runs=150", "--seed=1"]);
        check(&["a", "g"], None, false, &["a", "g", "--seed=1"]);
    }
}
