//! `sternway health`: the health checks of the settings, and what one of them says now.

mod check;

use std::process::ExitCode;

use clap::Subcommand;
use sternway::api::{ListView, ProbeView};

use crate::{
    context::Context,
    error::CliError,
    render::{
        style,
        table::{Cell, Column, Table},
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway health list
  sternway health check ready                exit code 0: well, 8: not well, 7: nothing found out
  sternway health check gate --of tools/search@v4

What a deployment is to ask for is said as it starts: sternway deploy start … --health ready";

/// See the health checks of your settings, and make one of them by hand.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the health checks of your settings.
    List,
    /// Make a health check now, as a deployment would. Exit code 8: not well; 7: nothing found out.
    Check(check::Args),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::List => list(context),
        Command::Check(args) => check::run(context, args).await,
    }
}

fn list(context: &Context) -> Result<ExitCode, CliError> {
    let all = context.settings.health.iter();
    let views = all.map(|(name, setting)| ProbeView {
        name: name.clone(),
        kind: setting.kind,
        what: setting.shown.clone(),
        timeout_ms: setting.limit_ms(),
    });
    let list = ListView::whole(views.collect());
    context.answer_list(
        &list,
        |view| view.name.to_string(),
        |page| {
            if list.items.is_empty() {
                page.hint("there is no health check in your settings: [health.NAME]");
                page.next(&["sternway settings path".to_owned()]);
                return;
            }
            let mut table =
                Table::new([Column::Left("CHECK"), Column::Left("KIND"), Column::Left("WHAT")]);
            for view in &list.items {
                table.row([
                    Cell::styled(style::NAME, view.name.to_string()),
                    Cell::new(view.kind),
                    Cell::new(view.what.clone()),
                ]);
            }
            table.write(page);
        },
    )?;
    Ok(ExitCode::SUCCESS)
}
