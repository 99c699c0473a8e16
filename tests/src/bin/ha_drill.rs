//! The driver of `cargo xtask ha-drill`.

use std::process::ExitCode;

use clap::Parser;
use sternway_tests::{
    driver::{driven, say},
    faults::{Told, drill},
};

/// Has another server take over, under load.
#[derive(Debug, Parser)]
struct Options {
    /// Where chance begins.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    driven(|| drive(&options))
}

fn drive(options: &Options) -> Told<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(drill(options.seed, &|line| say(&line)))
}
