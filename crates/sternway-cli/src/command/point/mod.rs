//! `sternway point`: what an environment was, to go back to as a whole.

mod create;
mod list;
mod restore;
mod show;
mod target;

use std::process::ExitCode;

use clap::Subcommand;

pub(super) use self::list::line;
use crate::{context::Context, error::CliError};

const EXAMPLES: &str = "\
Examples:
  sternway point create -m \"before the sale\"     what production is now
  sternway point create r12 -e staging           what it was right after revision 12
  sternway point list
  sternway point show newest                     what it holds, and what restoring it would move
  sternway point restore newest --dry-run
  sternway point restore r12 -m \"checkout is red\"

A point is named by its id, by the revision that it names, or as newest. Each deployment takes one
as it begins. The newest 10 of an environment are kept. In an emergency: sternway help emergency.";

/// See, take and restore rollback points: what an environment was, as a whole.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take a rollback point of the environment.
    Create(create::Args),
    /// List the rollback points of the environment, the newest first.
    List,
    /// Show what a rollback point holds, and what restoring it would move.
    Show(show::Args),
    /// Move everything that is live back to where it was at a rollback point, in one operation.
    Restore(restore::Args),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::Create(args) => create::run(context, args).await?,
        Command::List => list::run(context).await?,
        Command::Show(args) => show::run(context, args).await?,
        Command::Restore(args) => restore::run(context, args).await?,
    }
    Ok(ExitCode::SUCCESS)
}
