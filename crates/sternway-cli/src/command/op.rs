//! `sternway op`: what was done, operation by operation.

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{CommitView, ListView},
    store::Limit,
    types::{Commit, Revision, Timestamp},
};

use super::{restore_to, undo, watch};
use crate::{
    context::Context,
    error::CliError,
    input::moment::Moment,
    render::{event, style},
};

const EXAMPLES: &str = "\
Examples:
  sternway op log                            what was done, newest first
  sternway op log --since 2026-11-01T00:00:00Z -n 1000
  sternway op log --watch -o jsonl           and what comes, one JSON object per line
  sternway op show r12                       one operation, with the chain up to it
  sternway op undo r12                       take it back; the same as: sternway undo r12
  sternway op restore r12 --dry-run          what would move back to where it was right after it
  sternway list --at r12                     what there was right after it";

/// What was done: each operation is one revision, done by somebody, and can be undone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// What was done, newest first.
    Log(Log),
    /// One operation.
    Show(Show),
    Undo(undo::Args),
    Restore(restore_to::Args),
}

#[derive(Debug, clap::Args)]
struct Log {
    /// How many.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// Only those before this one.
    #[arg(long, value_name = "REV", conflicts_with = "watch")]
    before: Option<u64>,

    /// Only those at this time or later.
    #[arg(long, value_name = "TIME", conflicts_with = "watch")]
    since: Option<Timestamp>,

    /// The newest ones, the oldest first, and then what comes, until Ctrl-C.
    #[arg(short, long)]
    watch: bool,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Which: its revision or its id.
    #[arg(value_name = "OP")]
    operation: Moment,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.verb {
        Verb::Log(args) => log(context, args).await,
        Verb::Show(args) => show(context, args).await,
        Verb::Undo(args) => undo::run(context, args).await,
        Verb::Restore(args) => restore_to::run(context, args).await,
    }
}

async fn log(context: &Context, args: Log) -> Result<ExitCode, CliError> {
    let commits = context.with(Missing::Refuse, async |sternway| {
        let (limit, before) = (Limit::new(args.limit), args.before.map(Revision::new));
        let control = sternway.control();
        Ok((control.operations(before, limit).await?, control.floor().await?))
    });
    let (mut commits, floor) = commits.await?;
    if args.watch {
        let newest = commits.first().map_or(Revision::ZERO, |commit| commit.revision);
        for commit in commits.iter().rev() {
            watch::print(context, commit)?;
        }
        return watch::on(context, newest, async |commit| watch::print(context, commit)).await;
    }
    let last = commits.last().map(|commit| commit.revision);
    // The first revision has nothing before it, nor has the oldest that is kept.
    let first = floor.map_or(1, |floor| floor.revision.get());
    // Times never go back, so that what comes after the first early one is early, too.
    let is_early = |commit: &Commit| args.since.is_some_and(|since| commit.at < since);
    let is_cut = commits.last().is_some_and(is_early);
    commits.retain(|commit| !is_early(commit));
    let next = last.filter(|last| last.get() > first && !is_cut).map(|last| last.to_string());
    let views = ListView { items: commits.iter().map(CommitView::from).collect(), next };
    context.answer_list(
        &views,
        |view| view.revision.to_string(),
        |page| {
            for commit in &commits {
                event::write(commit, page);
            }
            if let (Some(floor), None) = (floor, &views.next) {
                page.hint(format_args!("what was before revision {} was let go", floor.revision));
            }
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn show(context: &Context, args: Show) -> Result<ExitCode, CliError> {
    let commit =
        context.with(Missing::Refuse, async |sternway| find(sternway, args.operation).await);
    let commit = commit.await?;
    let view = CommitView::from(&commit);
    context.answer(&view, &commit.revision.to_string(), |page| {
        page.line(style::paint(style::NAME, format_args!("revision {}", commit.revision)));
        page.line(format_args!("  id     {}", commit.changeset));
        page.line(format_args!("  chain  {}", commit.chain));
        event::write(&commit, page);
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The operation that was named.
///
/// # Errors
///
/// [`CliError::Problem`] if there is none, and [`CliError::Sternway`] if the store cannot be read.
pub(super) async fn find(sternway: &Sternway, operation: Moment) -> Result<Commit, CliError> {
    let control = sternway.control();
    let commit = match operation {
        Moment::Revision(revision) => control.commit_at(revision).await?,
        Moment::Operation(id) => control.operation(id).await?,
        Moment::Time(_) => {
            return Err(CliError::invalid("an operation has a revision or an id, not a time")
                .with_help("sternway op log"));
        }
    };
    commit
        .ok_or_else(|| CliError::invalid("there is no such operation").with_help("sternway op log"))
}
