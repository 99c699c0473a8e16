//! The `sternway` command. *Semver-exempt*: programs use the `sternway` crate, or read `--json`.
//!
//! What is where: `cli` holds the words that are typed, `context` what is the same for every command,
//! `settings` what holds where nothing is typed, `command` one file per command, and the rest is how
//! things are shown.
//!
//! ```no_run
//! // All of the program, with what was typed to this process.
//! let code = sternway_cli::main();
//! # drop(code);
//! ```

mod answer;
mod cli;
mod command;
mod console;
mod context;
mod error;
mod format;
#[doc(hidden)]
pub mod fuzz;
mod git;
mod input;
mod meter;
mod once;
mod open;
mod pager;
mod place;
mod render;
mod routers;
mod settings;
mod standing;
mod taken;
mod told;
mod usage;
mod view;

use std::{env, process::ExitCode};

use crate::{
    cli::Cli,
    console::Console,
    context::Context,
    error::CliError,
    settings::{Setting, Settings, key::Key, typed::Typed},
};

/// Does what was typed, and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let (mut cli, typed) = match usage::parse() {
        Ok(parsed) => parsed,
        Err(exit) => return exit,
    };
    let settings = settle(&mut cli, typed);
    // What is wrong with the settings is said as the command line wants it.
    let pager = settings.as_ref().ok().and_then(|settings| settings.of(Key::Pager));
    let console = Console::new(&cli.globals, pager.map(Setting::value));
    let output = cli.globals.output();
    let told = told::begin();
    let ended = settings.and_then(|settings| told.and_then(|()| run(cli, settings, &console)));
    ended.unwrap_or_else(|err| error::report(&err, output, &console))
}

/// Goes to the folder that was named, and takes what holds there.
fn settle(cli: &mut Cli, typed: Typed) -> Result<Settings, CliError> {
    if let Some(folder) = &cli.globals.directory {
        env::set_current_dir(folder).map_err(|err| CliError::file(folder, err))?;
    }
    if !cli.command.reads_settings() {
        return Ok(Settings::default());
    }
    let settings = settings::load::load(typed)?;
    cli.globals.settle(&settings)?;
    Ok(settings)
}

fn run(cli: Cli, settings: Settings, console: &Console) -> Result<ExitCode, CliError> {
    // Two, so that large contents are read, hashed and packed beside each other.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(CliError::Runtime)?;
    let once = once::id(&cli)?;
    let context = Context::new(cli.globals, once, settings, console.clone());
    runtime.block_on(async {
        match once::done(&context).await? {
            Some(code) => Ok(code),
            None => cli.command.run(&context).await,
        }
    })
}
