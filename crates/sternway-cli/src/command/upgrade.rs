//! `sternway upgrade`: bring the store to the layout that this Sternway works on.

use std::{fs, process::ExitCode, time::Duration};

use sternway::{
    api::{RepackedView, UpgradedView},
    provider::Stopwatch,
    store::{Upgrade, UpgradeProgress, Upgraded, upgrade},
};

use crate::{
    context::Context,
    error::CliError,
    format::number::{bytes, counted},
    render::{page::Page, style},
};

/// How often is said how far it has come.
const PAUSE: Duration = Duration::from_secs(1);

const EXAMPLES: &str = "\
Examples:
  sternway upgrade --dry-run                 what is to be done?
  sternway upgrade                           nothing to do, if it is up to date
  sternway upgrade --repack                  also keep contents smaller that are there in full

No other process may use the store meanwhile. It may be interrupted at any moment: type it again, and it
goes on. An older Sternway refuses the store afterwards. The file does not shrink: what becomes free in
it is used again.";

/// Bring the store to the newest layout.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Also keep contents smaller that were written in full: as deltas against the version before
    /// them, and, if they are large, in chunks that are shared.
    #[arg(long)]
    repack: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (file, map) = context.open_map().await?;
    let how = Upgrade::default().with_repack(args.repack).with_dry_run(context.dry_run);
    let mut told = Stopwatch::start();
    let upgraded = upgrade(&map, how, &mut |progress| {
        if told.elapsed() >= PAUSE {
            context.console.note(&said(progress));
            told = Stopwatch::start();
        }
    });
    let upgraded = upgraded.map_err(|err| context.at(Context::shown(&file), err))?;
    drop(map);
    let file_bytes = fs::metadata(&file).map_err(|err| CliError::file(&file, err))?.len();
    let view = view(&upgraded, file_bytes, context.dry_run);
    context.answer(&view, &view.to.to_string(), |page| write(context, &view, page))?;
    Ok(ExitCode::SUCCESS)
}

fn said(progress: UpgradeProgress) -> String {
    match progress {
        UpgradeProgress::Contents(number) => format!("looked at {}", counted(number, "content")),
        UpgradeProgress::Subjects(number) => format!("added up {}", counted(number, "stay")),
        UpgradeProgress::Versions(number) => format!("looked at {}", counted(number, "version")),
        _ => "going on".into(),
    }
}

fn view(upgraded: &Upgraded, file_bytes: u64, dry_run: bool) -> UpgradedView {
    UpgradedView {
        // An empty file becomes a store of the newest layout when it is first used.
        from: upgraded.from.unwrap_or(upgraded.to),
        to: upgraded.to,
        heads: upgraded.heads,
        tallies: upgraded.tallies,
        damaged: upgraded.damaged,
        repacked: upgraded.repacked.map(|repacked| RepackedView {
            deltas: repacked.deltas,
            chunked: repacked.chunked,
            bytes_before: repacked.before,
            bytes_after: repacked.after,
        }),
        file_bytes,
        dry_run,
    }
}

fn write(context: &Context, view: &UpgradedView, page: &mut Page) {
    let (would, arrow) = (context.would(), page.symbols().arrow);
    if view.from == view.to {
        let nothing = style::paint(style::GOOD, "nothing to do");
        page.line(format_args!("{nothing}: the store has layout {}", view.to));
    } else {
        let done_to = [counted(view.heads, "content"), counted(view.tallies, "stay")].join(", ");
        let done = style::paint(style::GOOD, format_args!("{would}upgraded"));
        page.line(format_args!("{done}: layout {} {arrow} {}, {done_to}", view.from, view.to));
    }
    if let Some(repacked) = &view.repacked {
        let (deltas, chunked) = (counted(repacked.deltas, "delta"), repacked.chunked);
        page.line(format_args!("  {deltas} {would}made, and {chunked} {would}cut into chunks"));
        let (before, after) = (bytes(repacked.bytes_before), bytes(repacked.bytes_after));
        let about = if view.dry_run { "about " } else { "" };
        page.line(format_args!("  contents: {before} {arrow} {about}{after}"));
    }
    page.line(format_args!("  the file has {}", bytes(view.file_bytes)));
    if view.damaged > 0 {
        let damaged = counted(view.damaged, "damaged content");
        page.line(format_args!("  {} left as it was", style::paint(style::BAD, damaged)));
        page.next(&[format!("sternway{} verify", context.flags())]);
    }
}
