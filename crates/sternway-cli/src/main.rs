//! The `sternway` command. *Semver-exempt*: programs use the `sternway` crate, or read `--json`.
//!
//! What is where: [`cli`] holds the words that are typed, [`context`] what is the same for every
//! command, [`command`] one file per command, and the rest is how things are shown.

mod answer;
mod cli;
mod command;
mod console;
mod context;
mod error;
mod format;
mod input;
mod open;
mod place;
mod progress;
mod render;
mod standing;
mod usage;
mod view;

use std::process::ExitCode;

use crate::{cli::Cli, context::Context, error::CliError};

fn main() -> ExitCode {
    let cli = match usage::parse() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let console = console::Console::new(&cli.globals);
    let output = cli.globals.output();
    run(cli, &console).unwrap_or_else(|err| error::report(&err, output, &console))
}

/// One thread is enough: a command does one thing after the other.
fn run(cli: Cli, console: &console::Console) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CliError::Runtime)?;
    let context = Context::new(cli.globals, console.clone())?;
    runtime.block_on(cli.command.run(&context))
}
