//! `sternway redo`: do again what was undone.

use std::process::ExitCode;

use sternway::{
    Missing,
    types::{Force, Reason},
};

use super::undo::{Done, answer};
use crate::{context::Context, error::CliError};

const EXAMPLES: &str = "\
Examples:
  sternway redo                              what you undid last is done again
  sternway redo                              again: what you undid before that
  sternway redo --dry-run                    say what would be done again";

/// Do again what you undid last: the newest undo is taken back, unless it was already. What was
/// changed since is left alone, and listed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Make a version live again although it is condemned. Only people may.
    #[arg(long)]
    force: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let intent = context.intent(args.reason);
    let force = if args.force { Force::Yes } else { Force::No };
    let undone = context.with(Missing::Refuse, async |sternway| {
        let (control, actor) = (sternway.control(), sternway.actor());
        let newest = control.newest_undo(actor).await?.ok_or_else(|| {
            let problem = format!("there is nothing to do again: no undo of {actor} is left");
            CliError::invalid(problem).with_help("sternway op log, then: sternway undo r12")
        })?;
        Ok(control.undo(newest, force, &intent).await?)
    });
    answer(context, undone.await?, Done::Again)
}
