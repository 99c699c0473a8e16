//! `cargo xtask traffic`: versions are deployed under load, through a real `HAProxy` to two real servers.
//!
//! The drill is `sternway_tests::traffic`, and its driver a binary of that crate; here it is given an
//! `HAProxy`, and a `wrk` for the load. Both are the installed ones, or Debian's, unpacked below `target`.

use clap::Args;

use crate::{error::Error, haproxy::Haproxy, packages::program, step::Step, workspace::Workspace};

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
    built(workspace.cargo(["build", "-q", "-p", "sternway-cli"]), options).run_bare()?;
    let step = workspace.cargo(["run", "-q", "-p", "sternway-tests", "--bin", "traffic"]);
    let step = built(step, options).args(arguments(options));
    haproxy.told_to(step.env("STERNWAY_TEST_WRK", wrk)).run_bare()
}

fn built(step: Step, options: &Options) -> Step {
    if options.dev { step } else { step.arg("--release") }
}

fn arguments(options: &Options) -> Vec<String> {
    let Options { seconds, rollbacks, json, dev: _ } = options;
    let mut arguments = vec!["--".to_owned()];
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
        assert_eq!(arguments(&options), ["--", "--seconds=9", "--rollbacks=300", "--json"]);
    }
}
