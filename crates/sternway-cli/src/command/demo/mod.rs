//! `sternway demo`: see a bad version go back by itself.
//!
//! [`folder`] is where it works, [`tool`] what it versions, [`stage`] what it does there, and
//! [`story`] what it says. Limits: it needs a POSIX shell.

mod folder;
mod stage;
mod story;
mod tool;

use std::process::ExitCode;

use self::{folder::Folder, stage::Stage, story::Story};
use crate::{cli::Output, context::Context, error::CliError};

const MORE: &str = "\
A small shell tool is published, run, broken by its second version, and taken back: with the real \
engine, real processes and the default policy. It needs no network and ends in seconds.

The store is left behind in ./sternway-demo, or where --store says. The demo makes it again each \
time, and touches no folder that it did not make.";

/// See a bad version go back by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub(crate) struct Args {}

/// Shows what Sternway does.
///
/// # Errors
///
/// [`CliError`] if the folder is not the demo's, or something does not work as the story says.
pub(crate) async fn run(context: &Context, _args: Args) -> Result<ExitCode, CliError> {
    let folder = Folder::of(context)?;
    if context.dry_run {
        folder.check()?;
        let store = Context::shown(folder.store());
        let view = serde_json::json!({ "store": store });
        context.answer(&view, &store, |page| page.line(format!("would make {store}")))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut stage = Stage::set(context, &folder).await?;
    let Some(facts) = Story::new(context).tell(&folder, &mut stage).await? else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    match context.output {
        Output::Json | Output::Jsonl => context.console.print_json(&facts)?,
        Output::Table | Output::Name => (),
    }
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C.
const INTERRUPTED: u8 = 130;
