//! `cargo xtask check`: every gate, in order, until one fails.
//!
//! It never repairs anything: that is `cargo xtask fix`. Without `--full` it needs no tool beyond
//! the toolchain.

use std::time::Duration;

use clap::Args;

use crate::{
    console,
    error::Error,
    gate::{GATES, Gate, When},
    workspace::Workspace,
};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Also run the gates that need cargo-deny, cargo-hack, cargo-semver-checks, cargo-fuzz and a
    /// nightly compiler; install what is missing.
    #[arg(long)]
    full: bool,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let gates: Vec<&Gate> = GATES.iter().filter(|gate| wanted(gate, options)).collect();
    let (outcome, took) =
        console::timed(|| gates.iter().try_for_each(|gate| pass(workspace, gate)));
    outcome?;
    console::say(format_args!("\ncheck: all {} gates ok ({})", gates.len(), seconds(took)));
    Ok(())
}

fn wanted(gate: &Gate, options: &Options) -> bool {
    match gate.when {
        When::Always => true,
        When::Full => options.full,
    }
}

fn pass(workspace: &Workspace, gate: &Gate) -> Result<(), Error> {
    console::say(format_args!("\n== {}: {}", gate.name, gate.promise));
    let (outcome, took) = console::timed(|| (gate.run)(workspace));
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    console::say(format_args!("== {}: {word} ({})", gate.name, seconds(took)));
    outcome.map_err(|source| failed(gate, source))
}

fn failed(gate: &Gate, source: Error) -> Error {
    Error::Gate { name: gate.name, remedy: gate.remedy, source: Box::new(source) }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lints;

    fn check(full: bool, expected: &[&str]) {
        let options = Options { full };
        let gates = GATES.iter().filter(|gate| wanted(gate, &options));
        let last_two: Vec<_> = gates.map(|gate| gate.name).rev().take(2).collect();
        assert_eq!(last_two, expected);
    }

    #[test]
    fn a_plain_check_ends_with_the_readme() {
        check(false, &["readme", "doc"]);
    }

    #[test]
    fn a_full_check_ends_with_fuzzing() {
        check(true, &["fuzz", "semver"]);
    }

    #[test]
    fn a_failed_gate_names_itself_and_what_to_do() {
        let err = failed(&lints::FMT, Error::Findings(2));
        assert_eq!(err.to_string(), "gate fmt failed; repair it with `cargo xtask fix`");
    }
}
