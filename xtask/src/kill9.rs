//! `cargo xtask kill9`: the kill -9 scenario, with as many kills as asked for.
//!
//! The scenario itself is a test of `sternway-tests` with `kill_9` in its name; it reads the
//! number of kills from `STERNWAY_KILLS`. Here it gets more kills and more time than in `test`.

use clap::Args;

use crate::{
    error::Error,
    test::{NEXTEST, Tally, build_binary},
    workspace::Workspace,
};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How often the writing process is killed.
    #[arg(long, default_value_t = 50)]
    kills: u32,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    build_binary(workspace)?;
    let kills = options.kills.to_string();
    if workspace.has(&NEXTEST) {
        let nextest = workspace.cargo(["nextest", "run", "--profile", "kill9"]);
        let nextest = nextest.args(["-p", "sternway-tests", "-E", "test(kill_9)"]);
        return nextest.env("STERNWAY_KILLS", &kills).run();
    }
    let mut tally = Tally::default();
    let tests = workspace.cargo(["test", "-p", "sternway-tests", "kill_9", "--", "--nocapture"]);
    tests.env("STERNWAY_KILLS", &kills).run_heard(|line| tally.hear(line))?;
    // nextest refuses a filter that matches nothing; the built-in runner calls it a success.
    if tally.is_empty() { Err(Error::NoTests) } else { Ok(()) }
}
