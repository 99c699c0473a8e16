//! `cargo xtask ha-drill`: another server takes over under load, with a real Patroni, etcd and `HAProxy`.
//!
//! They are Debian's packages, unpacked below `target` and run in a private folder. The drill is
//! `sternway_tests::faults::drill`, and its driver a binary of that crate.

use clap::Args;

use crate::{error::Error, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where chance begins.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let run = ["run", "-q", "-p", "sternway-tests", "--bin", "ha_drill", "--"];
    let seed = format!("--seed={}", options.seed);
    workspace.cargo(run).arg(&seed).run()
}
