//! `cargo xtask traffic`: versions are deployed under load, through a real `HAProxy` to two real servers.
//!
//! The drill is `sternway_tests::traffic`, and its driver a binary of that crate; here it is given an
//! `HAProxy`, and a `wrk` for the load. Both are the installed ones, or Debian's, unpacked below `target`.

use clap::Args;

use crate::{error::Error, haproxy::Haproxy, packages::program, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long each load lasts at least, in seconds.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// How many rollbacks are measured.
    #[arg(long, default_value_t = 200)]
    rollbacks: u32,
    /// Print one JSON object for each line.
    #[arg(long)]
    json: bool,
    /// Measure without optimizations, which takes less time to build.
    #[arg(long)]
    dev: bool,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let haproxy = Haproxy::ready(workspace)?;
    let wrk = program(workspace, "wrk", "usr/bin/wrk")
        .map_err(|source| Error::NoWrk { source: Box::new(source) })?;
    // Deployments wait for runs, and not for the command: it needs no optimizations.
    workspace.cargo(["build", "-q", "-p", "sternway-cli"]).run_bare()?;
    let command = workspace.metadata()?.target_directory.join("debug").join("sternway");
    let step = workspace.cargo(arguments(options, command.as_str()));
    haproxy.told_to(step.env("STERNWAY_TEST_WRK", wrk)).run_bare()
}

fn arguments(options: &Options, command: &str) -> Vec<String> {
    let Options { seconds, rollbacks, json, dev } = options;
    let run = ["run", "-q", "-p", "sternway-tests", "--bin", "traffic"];
    let mut arguments: Vec<_> = run.map(str::to_owned).into();
    arguments.extend((!dev).then(|| "--release".to_owned()));
    arguments.push("--".to_owned());
    arguments.push(format!("--command={command}"));
    arguments.push(format!("--seconds={seconds}"));
    arguments.push(format!("--rollbacks={rollbacks}"));
    arguments.extend(json.then(|| "--json".to_owned()));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_the_format_are_passed_on() {
        let options = Options { seconds: 9, rollbacks: 300, json: true, dev: true };
        let passed_on = arguments(&options, "/sternway");
        let expected = ["--", "--command=/sternway", "--seconds=9", "--rollbacks=300", "--json"];
        assert!(passed_on.ends_with(&expected.map(str::to_owned)), "{passed_on:?}");
        let passed_on = arguments(&Options { dev: false, ..options }, "/sternway");
        assert!(passed_on.contains(&"--release".to_owned()));
    }
}
