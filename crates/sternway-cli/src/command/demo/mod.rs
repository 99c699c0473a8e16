//! `sternway demo`: see a bad version go back by itself.
//!
//! [`site`] is where it works, with a [`folder`] of its own and, in a database, a [`namespace`];
//! [`tool`] is what it versions, [`stage`] what it does there, and [`story`] what it says. Limits: it
//! needs a POSIX shell.

mod folder;
mod namespace;
mod site;
mod stage;
mod story;
mod tool;

use std::process::ExitCode;

use self::{site::Site, stage::Stage, story::Story};
use crate::{cli::Output, context::Context, error::CliError};

const MORE: &str = "\
A small shell tool is published, run, broken by its second version, and taken back: with the real \
engine, real processes and the default policy. It needs no network and ends in seconds.

The store is left behind in ./sternway-demo, or where --store says. The demo makes it again each \
time, and touches no folder that it did not make.

In a database (--store postgres://…) it works in a namespace of its own, a new one each time: demo, \
demo-2, and so on. Nothing else there is touched, and nothing is deleted. The text that the tool \
reads is in ./sternway-demo. A namespace stays; a schema of its own (?schema=trial) can be dropped.";

/// See a bad version go back by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub(crate) struct Args {}

/// Shows what Sternway does.
///
/// # Errors
///
/// [`CliError`] if the folder is not the demo's, a database does not let it in, or something does not
/// work as the story says.
pub(crate) async fn run(context: &Context, _args: Args) -> Result<ExitCode, CliError> {
    let site = Site::of(context);
    if context.dry_run {
        return preview(context, &site).await;
    }
    let mut stage = Stage::set(context, &site).await?;
    let Some(facts) = Story::new(context).tell(&site, &mut stage).await? else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    match context.output {
        Output::Json | Output::Jsonl => context.console.print_json(&facts)?,
        Output::Table | Output::Name => (),
    }
    Ok(ExitCode::SUCCESS)
}

async fn preview(context: &Context, site: &Site) -> Result<ExitCode, CliError> {
    let namespace = site.look(context).await?;
    let store = site.shown();
    let view = serde_json::json!({ "store": store, "namespace": namespace });
    context.answer(&view, &store, |page| {
        page.line(format_args!("would make {}", site.made(&namespace)));
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C.
const INTERRUPTED: u8 = 130;
