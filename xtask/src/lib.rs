//! `cargo xtask`: the chores of the workspace, one file per subcommand.
//!
//! `check` is what a change must pass, here and in CI; `fix` repairs what can be repaired without
//! thought. Limits: `check` writes nothing but build output, nothing here knows how Sternway
//! works, and every chore runs from the root of the workspace, wherever it was called.
//!
//! It is a library for [`postgres`] alone: tests that stop a server need one of their own.

mod bench;
mod check;
mod console;
mod error;
mod fix;
mod full;
mod fuzz;
mod gate;
mod ha_drill;
mod haproxy;
mod kill9;
mod layers;
mod lints;
mod packages;
pub mod postgres;
mod process;
mod readme;
mod sim;
mod simulate;
mod step;
mod test;
mod tidy;
mod torture;
mod traffic;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{error::Error, gate::Gate, workspace::Workspace};

/// The chores of the Sternway workspace.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run every gate and write nothing; stop at the first that fails.
    Check(check::Options),
    /// Format, and apply what clippy can repair.
    Fix,
    /// Run all tests: the runner's, then the doc tests.
    Test(test::Options),
    /// Check that every arrow between our crates points down, and that pure crates are pure.
    Layers,
    /// Check what no compiler checks: file lengths, manifests, links, forgotten test files.
    Tidy,
    /// Start and stop a PostgreSQL by hand; tests get one by themselves.
    Pg(postgres::Options),
    /// Run the benchmarks that carry a bar.
    Bench(bench::Options),
    /// Run the commands that README.md shows.
    Readme,
    /// Kill a writing process again and again, and check what it left behind.
    Kill9(kill9::Options),
    /// Run the store on a disk that loses power, fails, and is full.
    Sim(sim::Options),
    /// Simulate deployments, and compare what rules make of them with the reference.
    Simulate(simulate::Options),
    /// Let a load run while a PostgreSQL and the way to it fail at random.
    Torture(torture::Options),
    /// Kill the server that takes writes, and see what another one has when it takes over.
    HaDrill(ha_drill::Options),
    /// Deploy versions under load, through an `HAProxy`, and kill what can be killed.
    Traffic(traffic::Options),
    /// Fuzz what foreign bytes can reach; needs a nightly compiler and cargo-fuzz.
    Fuzz(fuzz::Options),
}

impl Task {
    fn run(&self, workspace: &Workspace) -> Result<(), Error> {
        match self {
            Self::Check(options) => check::run(workspace, options),
            Self::Fix => fix::run(workspace),
            Self::Test(options) => test::run(workspace, options),
            Self::Layers => layers::run(workspace),
            Self::Tidy => tidy::run(workspace),
            Self::Pg(options) => postgres::run(workspace, options),
            Self::Bench(options) => bench::run(workspace, options),
            Self::Readme => readme::run(workspace),
            Self::Kill9(options) => kill9::run(workspace, options),
            Self::Sim(options) => sim::run(workspace, options),
            Self::Simulate(options) => simulate::run(workspace, options),
            Self::Torture(options) => torture::run(workspace, options),
            Self::HaDrill(options) => ha_drill::run(workspace, options),
            Self::Traffic(options) => traffic::run(workspace, options),
            Self::Fuzz(options) => fuzz::run(workspace, options),
        }
    }

    /// The gate that this subcommand declares itself to be, if any.
    #[cfg_attr(not(test), expect(dead_code, reason = "asked by the test that no gate is lost"))]
    const fn gate(&self) -> Option<&'static Gate> {
        match self {
            Self::Test(_) => Some(&test::GATE),
            Self::Layers => Some(&layers::GATE),
            Self::Tidy => Some(&tidy::GATE),
            Self::Readme => Some(&readme::GATE),
            Self::Fuzz(_) => Some(&fuzz::GATE),
            Self::Check(_)
            | Self::Fix
            | Self::Pg(_)
            | Self::Bench(_)
            | Self::Kill9(_)
            | Self::Sim(_)
            | Self::Simulate(_)
            | Self::Torture(_)
            | Self::HaDrill(_)
            | Self::Traffic(_) => None,
        }
    }
}

/// What the binary does.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.task.run(&Workspace::find()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            console::complain(&err);
            err.exit_code()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::gate::GATES;

    fn subcommands() -> Vec<(String, Task)> {
        Cli::command()
            .get_subcommands()
            .map(|command| {
                let name = command.get_name().to_owned();
                let cli = Cli::try_parse_from(["xtask", &name]).unwrap();
                (name, cli.task)
            })
            .collect()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_that_is_a_gate_is_among_the_gates() {
        for (name, task) in subcommands() {
            let Some(gate) = task.gate() else { continue };
            assert_eq!(gate.name, name);
            assert!(GATES.iter().any(|listed| listed.name == name), "{name} is not in GATES");
        }
    }

    #[test]
    fn a_gate_that_is_a_subcommand_declares_itself_one() {
        for (name, task) in subcommands() {
            let listed = GATES.iter().any(|gate| gate.name == name);
            assert_eq!(listed, task.gate().is_some(), "{name}");
        }
    }

    #[test]
    fn arguments_after_test_reach_the_runner() {
        let cli = Cli::try_parse_from(["xtask", "test", "-p", "sternway-types", "publish"]);
        let Task::Test(options) = cli.unwrap().task else { panic!("not the test subcommand") };
        assert_eq!(options.args, ["-p", "sternway-types", "publish"]);
        assert!(!options.no_postgres);
    }

    #[test]
    fn leaving_servers_out_is_no_argument_of_the_runner() {
        let left_out = ["--no-postgres", "--no-haproxy"];
        let arguments = ["xtask", "test"].into_iter().chain(left_out);
        let cli = Cli::try_parse_from(arguments.chain(["-p", "sternway-types"]));
        let Task::Test(options) = cli.unwrap().task else { panic!("not the test subcommand") };
        assert!(options.no_postgres && options.no_haproxy);
        assert_eq!(options.args, ["-p", "sternway-types"]);
    }
}
