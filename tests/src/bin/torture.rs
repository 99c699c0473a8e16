//! The driver of `cargo xtask torture --postgres`.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use sternway_tests::{
    driver::{driven, say},
    faults::{Told, Torture, torture},
};

/// Runs a load and faults on a private PostgreSQL.
#[derive(Debug, Parser)]
struct Options {
    /// How long.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Where chance begins.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    driven(|| drive(&options))
}

fn drive(options: &Options) -> Told<()> {
    let worker = std::env::current_exe()?.with_file_name("worker");
    let (seed, length) = (options.seed, Duration::from_mins(options.minutes));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let plan = Torture { seed, length, worker };
    let course = runtime.block_on(torture(&plan, &|line| say(&line)))?;
    say(&format!("torture from seed {seed}: {course}"));
    Ok(())
}
