//! `cargo xtask torture --postgres`: a load on a private PostgreSQL, and faults at random.
//!
//! The rounds are those of `sternway_tests::faults`, and their driver a binary of that crate; here it is
//! told for how long. What it waits for is the disk, so that it needs no optimizations.

use clap::Args;

use crate::{error::Error, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The store that many processes share; there is no other one to torture yet.
    #[arg(long)]
    postgres: bool,
    /// For how long.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Where chance begins: the seed of a round that failed runs that round first.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let binaries = ["build", "-q", "-p", "sternway-tests", "--bins"];
    workspace.cargo(binaries).run()?;
    workspace.cargo(arguments(options)).run()
}

fn arguments(options: &Options) -> Vec<String> {
    let run = ["run", "-q", "-p", "sternway-tests", "--bin", "torture", "--"];
    let mut arguments: Vec<String> = run.map(str::to_owned).to_vec();
    arguments.push(format!("--minutes={}", options.minutes));
    arguments.push(format!("--seed={}", options.seed));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_and_the_length_are_passed_on() {
        let passed_on = arguments(&Options { postgres: true, minutes: 3, seed: 7 });
        assert!(passed_on.ends_with(&["--minutes=3".to_owned(), "--seed=7".to_owned()]));
    }
}
