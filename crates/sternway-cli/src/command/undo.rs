//! `sternway undo`: take back what one operation did.

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::UndoneView,
    control::{ControlError, undo::Undone},
    store::{Limit, StoreError},
    types::{Commit, Force, Reason},
};

use super::op;
use crate::{
    context::Context,
    error::CliError,
    format::visible,
    input::moment::Moment,
    render::{event, style},
};

/// How many operations are looked through for the last one of who asks.
const MAX_LOOKED_AT: usize = 10_000;

const EXAMPLES: &str = "\
Examples:
  sternway undo                              your last operation
  sternway undo r12                          the one that made revision 12; see: sternway op log
  sternway redo                              what was undone is done again
  sternway undo r12 --dry-run                say what would be taken back";

/// Take back what one operation did: pointers and policies go back to where they were before it.
/// Versions stay. What was changed since is left alone, and listed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which operation: its revision or its id. Default: your last one.
    #[arg(value_name = "OP")]
    operation: Option<Moment>,

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
        let commit = match args.operation {
            Some(operation) => op::find(sternway, operation).await?,
            None => last_of(sternway).await?,
        };
        Ok(sternway.control().undo(commit, force, &intent).await?)
    });
    answer(context, undone.await?, Done::Undone)
}

/// What undoing is to who asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// Something is taken back.
    Undone,
    /// An undo is, so that what it took back is done again.
    Again,
}

/// Says what was done.
pub(super) fn answer(context: &Context, undone: Undone, done: Done) -> Result<ExitCode, CliError> {
    let view = UndoneView {
        undone: (&undone.commit).into(),
        stays: undone.stays,
        revision: undone.revision,
        dry_run: context.dry_run,
    };
    let name = view.revision.to_string();
    context.answer(&view, &name, |page| {
        let would = context.would();
        let (heading, further) = match (done, undone.commit.undoes) {
            (Done::Again, Some(again)) => (format!("r{again} {would}done again"), "undo it"),
            (Done::Again, None) => (format!("{would}done again"), "undo it"),
            (Done::Undone, _) => (format!("{would}undone"), "do it again"),
        };
        let heading = format!("{heading} in revision {}", view.revision);
        page.line(style::paint(style::GOOD, heading));
        event::write(&undone.commit, page);
        for stays in &view.stays {
            page.line(format_args!("  {} stays", visible::line(stays)));
        }
        if !context.dry_run {
            let next = format!("sternway{} undo r{}", context.flags(), view.revision);
            page.line(format_args!("  to {further}: {next}"));
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The newest operation of who asks.
async fn last_of(sternway: &Sternway) -> Result<Commit, CliError> {
    let (control, actor) = (sternway.control(), sternway.actor());
    let (mut before, mut looked_at) = (None, 0);
    while looked_at < MAX_LOOKED_AT {
        let page = match control.operations(before, Limit::MAX).await {
            // What was before that was let go.
            Err(ControlError::Store(StoreError::Compacted { .. })) => break,
            page => page?,
        };
        let Some(last) = page.last() else { break };
        before = Some(last.revision);
        looked_at += page.len();
        if let Some(own) = page.into_iter().find(|commit| commit.actor == *actor) {
            return Ok(own);
        }
    }
    let problem = format!("there is no operation of {actor}");
    Err(CliError::invalid(problem).with_help("sternway op log, then: sternway undo r12"))
}
