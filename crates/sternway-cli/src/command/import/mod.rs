//! `sternway import`: bring what people have already.

mod bundle;
mod dir;
mod files;
mod git;
mod git_commit;
mod git_import;

use std::process::ExitCode;

use clap::Subcommand;

use crate::{context::Context, error::CliError};

const EXAMPLES: &str = "\
Examples:
  sternway import git . prompts/greeting.md             the history of a file, as prompts/greeting
  sternway import git ../app src/search.py --as tools/search
  sternway import dir prompts                           every file of a folder, as it is now
  sternway import dir bots --collection bots --dry-run
  sternway import bundle shop.sternway                  a namespace, as sternway export wrote it

Run again, each adds only what is new.";

/// Bring versions from elsewhere: the history of a file in git, the files of a folder, or a bundle.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Git(git::Args),
    Dir(dir::Args),
    Bundle(bundle::Args),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::Git(args) => git::run(context, args).await,
        Command::Dir(args) => dir::run(context, args).await,
        Command::Bundle(args) => Box::pin(bundle::run(context, args)).await,
    }
}
