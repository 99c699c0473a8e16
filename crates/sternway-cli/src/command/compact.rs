//! `sternway compact`: let go of the past, and make the file smaller.

use std::{fs, process::ExitCode, time::Duration};

use sternway::{
    Missing, Sternway,
    api::{CompactedView, FileSizeView},
    control::Control,
    store::{Compaction, Shrunk},
    types::{At, Revision},
};

use crate::{
    context::Context,
    error::CliError,
    format::{
        duration,
        number::{bytes, counted},
        when,
    },
    input::{cut::Cut, moment::Moment},
    meter::Meter,
    place,
    render::{page::Page, style},
    view,
};

/// How many revisions are let go between two looks at how far it is.
const STEP: u64 = 8_192;
/// What a command ends with whose question was answered with no.
const DECLINED: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  sternway compact                           make the file smaller; nothing is let go
  sternway compact --keep 30d                let go of states older than 30 days, then that
  sternway compact --before r1200 --dry-run  say what would go
  sternway compact --before 2026-11-01T00:00:00Z -y

What goes: the operations before that moment, with what only showed the states of then. What stays:
every version and its content, every run, what was live when, and with it every rollback. What is let
go is gone: --at, op log, watch and undo reach back to that moment and no further, and heads that were
signed before it cannot be checked any more. Nor can the namespace be exported: a bundle holds a
history from its beginning, so export it first.";

/// Let go of the past before a moment, if one is named, and make the file of the store smaller.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The oldest moment that can be asked for afterwards: a revision, a time, or how long ago.
    #[arg(long, value_name = "REVISION|TIME|DURATION")]
    before: Option<Cut>,

    /// The same, as how long ago: 30d, 12h.
    #[arg(long, value_name = "DURATION", conflicts_with = "before")]
    #[arg(value_parser = duration::parse_days)]
    keep: Option<Duration>,

    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let cut = args.before.or(args.keep.map(Cut::Ago));
    let before = match cut {
        Some(cut) => Some(revision(context, cut.moment(context.now())).await?),
        None => None,
    };
    if let Some(before) = before
        && !args.yes
        && !context.dry_run
        && context.console.is_asked()
        && !is_wanted(context, before).await?
    {
        context.console.note("nothing was let go");
        return Ok(ExitCode::from(DECLINED));
    }
    let done = context.with(Missing::Refuse, async |sternway| {
        let gone = let_go(context, sternway, before).await?;
        let shrunk = if context.dry_run { None } else { Some(sternway.control().shrink().await?) };
        Ok((gone, shrunk))
    });
    let (gone, shrunk) = done.await?;
    let view = view_of(context, &gone, shrunk);
    let name = view.floor.map_or_else(|| "0".into(), |floor| floor.revision.to_string());
    context.answer(&view, &name, |page| write(context, &view, page))?;
    Ok(ExitCode::SUCCESS)
}

/// The oldest revision to keep.
async fn revision(context: &Context, moment: Moment) -> Result<Revision, CliError> {
    let found = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        match moment {
            Moment::Revision(revision) => Ok(revision),
            Moment::Time(time) => Ok(control.oldest_for(At::Time(time)).await?),
            Moment::Operation(id) => {
                let commit = control.operation(id).await?;
                commit.map(|commit| commit.revision).ok_or_else(|| {
                    CliError::invalid("no operation has that id").with_help("sternway op log")
                })
            }
        }
    });
    found.await
}

/// Asks who sits there whether all that is to go.
async fn is_wanted(context: &Context, before: Revision) -> Result<bool, CliError> {
    let gone = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().rehearsal().compact(before).await?)
    });
    let gone = gone.await?;
    if gone.commits == 0 {
        return Ok(true);
    }
    let what = what(gone.commits, gone.moves, gone.records);
    context.console.ask(&format!("let go of {what}, before revision {before}, for ever?"))
}

/// Lets go in steps, and says how far it is.
async fn let_go(
    context: &Context,
    sternway: &Sternway,
    before: Option<Revision>,
) -> Result<Compaction, CliError> {
    let control = sternway.control();
    let floor = control.floor().await?;
    let Some(before) = before else {
        return Ok(Compaction { floor, ..Compaction::default() });
    };
    // What is only rehearsed raises no floor, so that each step would begin anew.
    if context.dry_run {
        return Ok(control.compact(before).await?);
    }
    let begin = floor.map_or(1, |floor| floor.revision.get());
    in_steps(control, begin, before, context.console.meter()).await
}

async fn in_steps(
    control: &Control,
    begin: u64,
    before: Revision,
    mut meter: Meter,
) -> Result<Compaction, CliError> {
    let all = before.get().saturating_sub(begin);
    let mut next = begin;
    let mut gone = Compaction::default();
    loop {
        next = next.saturating_add(STEP).min(before.get());
        let step = control.compact(Revision::new(next)).await?;
        gone.floor = step.floor;
        gone.commits += step.commits;
        gone.moves += step.moves;
        gone.records += step.records;
        gone.bytes += step.bytes;
        meter.show(next.saturating_sub(begin), all, gone.commits, "commits let go");
        if next >= before.get() {
            return Ok(gone);
        }
    }
}

fn view_of(context: &Context, gone: &Compaction, shrunk: Option<Shrunk>) -> CompactedView {
    let now = || {
        let file = place::find(context.place.as_ref());
        let file = file.file().and_then(|file| fs::metadata(file).ok());
        file.map_or(0, |metadata| metadata.len())
    };
    CompactedView {
        namespace: context.namespace.clone(),
        floor: gone.floor.as_ref().map(view::floor),
        commits: gone.commits,
        moves: gone.moves,
        records: gone.records,
        bytes: gone.bytes,
        file: FileSizeView {
            before: shrunk.map_or_else(now, |shrunk| shrunk.before),
            after: shrunk.map(|shrunk| shrunk.after),
        },
        dry_run: context.dry_run,
    }
}

/// What goes, in words.
fn what(commits: u64, moves: u64, records: u64) -> String {
    let mut parts = vec![counted(commits, "operation")];
    if moves > 0 {
        parts.push(format!("{} of labels", counted(moves, "move")));
    }
    if records > 0 {
        parts.push(format!("{} of records", counted(records, "earlier state")));
    }
    parts.join(", ")
}

fn write(context: &Context, view: &CompactedView, page: &mut Page) {
    if view.commits > 0 {
        let heading = style::paint(style::GOOD, format!("{}let go", context.would()));
        let what = what(view.commits, view.moves, view.records);
        page.line(format_args!("{heading}: {what} ({})", bytes(view.bytes)));
    }
    if let Some(floor) = &view.floor {
        let (name, ago) = (&view.namespace, when::ago(floor.at, context.now()));
        let begins = if context.dry_run { "would begin" } else { "begins" };
        page.line(format_args!("{name} {begins} at revision {}, {ago}", floor.revision));
    }
    let before = bytes(view.file.before);
    match view.file.after {
        Some(after) => page.line(format_args!("the file has {}; it had {before}", bytes(after))),
        // Of what is in a database, only who asks it knows.
        None if view.file.before == 0 => (),
        None => page.line(format_args!("the file has {before}")),
    }
}
