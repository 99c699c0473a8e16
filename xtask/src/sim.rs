//! `cargo xtask sim`: the store on a disk that loses power, fails, and is full; and deployments whose
//! drivers die, whose store fails, and whose router lies.
//!
//! The simulations are `sternway_tests::sim`, and their drivers binaries of that crate; here one is built
//! with optimizations and told what to run. The seeds that ever failed are in `tests/seeds`, and
//! every run begins with them.

use clap::{Args, ValueEnum};

use crate::{error::Error, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What is simulated.
    #[arg(long, value_enum, default_value_t = Layer::Redb)]
    layer: Layer,
    /// How many seeds are run.
    #[arg(long, default_value_t = 5_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Runs this one alone, some times.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Runs what is wrong, which is to be caught: lying-sync or half-batches; or for the engine
    /// older-routes, revives, no-read-back, early-release, from-the-start, through-the-gate,
    /// unheard or unclosed.
    #[arg(long)]
    mutant: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Layer {
    /// The embedded store.
    Redb,
    /// Deployments.
    Engine,
}

impl Layer {
    const fn seeds(self) -> &'static str {
        match self {
            Self::Redb => "tests/seeds/redb.txt",
            Self::Engine => "tests/seeds/engine.txt",
        }
    }

    const fn driver(self) -> &'static str {
        match self {
            Self::Redb => "sim",
            Self::Engine => "sim_engine",
        }
    }
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    workspace.cargo(arguments(options)).run()
}

fn arguments(options: &Options) -> Vec<String> {
    let driver = options.layer.driver();
    let run = ["run", "-q", "--release", "-p", "sternway-tests", "--bin", driver, "--"];
    let mut arguments: Vec<String> = run.map(str::to_owned).to_vec();
    arguments.push(options.layer.seeds().to_owned());
    arguments.extend(match options.seed {
        Some(seed) => vec![format!("--seed={seed}")],
        None => vec![format!("--seeds={}", options.seeds), format!("--from={}", options.from)],
    });
    arguments.extend(options.mutant.as_ref().map(|mutant| format!("--mutant={mutant}")));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seed: Option<u64>, expected: &[&str]) {
        let (layer, mutant) = (Layer::Redb, Some("lying-sync".to_owned()));
        let options = Options { layer, seeds: 100, from: 7, seed, mutant };
        let passed_on = arguments(&options);
        let (_, passed_on) = passed_on.split_at(8);
        assert_eq!(passed_on, expected);
    }

    #[test]
    fn a_seed_is_run_alone() {
        check(Some(3), &["tests/seeds/redb.txt", "--seed=3", "--mutant=lying-sync"]);
    }

    #[test]
    fn seeds_are_counted_from_the_first() {
        check(None, &["tests/seeds/redb.txt", "--seeds=100", "--from=7", "--mutant=lying-sync"]);
    }
}
