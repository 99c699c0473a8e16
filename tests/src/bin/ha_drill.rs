//! The driver of `cargo xtask ha-drill`.

use std::{io::Write as _, process::ExitCode};

use clap::Parser;
use sternway_tests::faults::{Told, drill};

/// Has another server take over, under load.
#[derive(Debug, Parser)]
struct Options {
    /// Where chance begins.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> ExitCode {
    match drive(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            writeln!(std::io::stderr().lock(), "error: {err}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn drive(options: &Options) -> Told<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(drill(options.seed, &|line| say(&line)))
}

fn say(line: &str) {
    writeln!(std::io::stdout().lock(), "{line}").unwrap_or_default();
}
