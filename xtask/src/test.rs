//! `cargo xtask test`: every test of the workspace, the doc tests included.
//!
//! With arguments only the runner runs, and gets them: who asks for one test does not wait for
//! the doc tests. Benchmarks never run here. A PostgreSQL is started for the time of the run, unless
//! `DATABASE_URL` names one, and the tests are told of an `HAProxy` that they start themselves.

use std::fmt;

use clap::Args;

use crate::{
    console,
    error::Error,
    gate::{Gate, When},
    haproxy::Haproxy,
    postgres::Database,
    step::Step,
    workspace::{Tool, Workspace},
};

pub(crate) const GATE: Gate = Gate {
    name: "test",
    promise: "every test passes, and every example of the documentation",
    when: When::Always,
    run: |workspace| run(workspace, &Options::default()),
    remedy: "repeat one test with `cargo xtask test NAME`",
};

/// Optional: what it does better than the built-in runner is speed and time limits.
pub(crate) const NEXTEST: Tool = Tool { subcommand: "nextest", package: "cargo-nextest" };

#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// Leave out what needs a PostgreSQL, and say so. Without this the tests get a private one, or
    /// the server that `DATABASE_URL` names.
    #[arg(long)]
    pub(crate) no_postgres: bool,
    /// Leave out what needs an `HAProxy`, and say so. Without this the tests get the installed one, or
    /// one that is downloaded below `target`.
    #[arg(long)]
    pub(crate) no_haproxy: bool,
    /// Passed on to the runner: cargo-nextest where it is installed, else `cargo test`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    build_binary(workspace)?;
    let haproxy = if options.no_haproxy { Haproxy::LeftOut } else { Haproxy::ready(workspace)? };
    let database = if options.no_postgres { Database::LeftOut } else { Database::open(workspace)? };
    let told = |step| haproxy.told_to(database.told_to(step));
    let outcome = with(&told, workspace, &options.args);
    haproxy.close();
    // Closed also after a failure, which is what then counts.
    outcome.and(database.close())
}

/// Tells the tests of a step what they may use.
type Told<'a> = &'a dyn Fn(Step) -> Step;

fn with(told: Told<'_>, workspace: &Workspace, args: &[String]) -> Result<(), Error> {
    if workspace.has(&NEXTEST) {
        told(workspace.cargo(["nextest", "run", "--workspace"]).args(args)).run()?;
    } else {
        // All targets but the benchmarks.
        let targets = ["--lib", "--bins", "--tests", "--examples"];
        let step = workspace.cargo(["test", "--workspace"]).args(targets).args(args);
        let mut tally = Tally::default();
        told(step).run_heard(|line| tally.hear(line))?;
        console::say(format_args!("tests: {tally}"));
    }
    if args.is_empty() { doc_tests(told, workspace) } else { Ok(()) }
}

/// The stories of `sternway-tests` drive the binary, and cargo builds no binary of another
/// package for a test.
pub(crate) fn build_binary(workspace: &Workspace) -> Result<(), Error> {
    workspace.cargo(["build", "-p", "sternway-cli"]).run()
}

fn doc_tests(told: Told<'_>, workspace: &Workspace) -> Result<(), Error> {
    let mut tally = Tally::default();
    let step = workspace.cargo(["test", "--workspace", "--doc"]);
    told(step).run_heard(|line| tally.hear(line))?;
    // The crate that comes last may have no example: its own summary, read alone, would say that
    // nothing ran.
    console::say(format_args!("doctests: {tally}"));
    Ok(())
}

/// The sum of the summaries that the built-in test runner prints, one per binary or crate.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    /// Adds a line's numbers if the line is a summary.
    pub(crate) fn hear(&mut self, line: &str) {
        let Some(summary) = line.strip_prefix("test result: ") else { return };
        let counts = summary.split_once(". ").map_or(summary, |(_, counts)| counts);
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else { continue };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => (),
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.passed + self.failed == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expected: &str) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.hear(line));
        assert_eq!(tally.to_string(), expected);
    }

    #[test]
    fn summaries_are_added_up() {
        check(
            &[
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
                "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0.01s",
            ],
            "5 passed, 1 failed, 1 skipped",
        );
    }

    #[test]
    fn other_lines_count_for_nothing() {
        check(&["running 3 tests", "test a ... ok", ""], "0 passed, 0 failed, 0 skipped");
    }

    #[test]
    fn a_tally_of_nothing_is_empty() {
        let mut tally = Tally::default();
        assert!(tally.is_empty());
        tally.hear("test result: ok. 1 passed; 0 failed");
        assert!(!tally.is_empty());
    }
}
