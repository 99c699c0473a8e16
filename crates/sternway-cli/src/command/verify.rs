//! `sternway verify`: is everything as it was written?

use std::process::ExitCode;

use sternway::{
    api::{ProblemCode, ReportView},
    store::Store as _,
};

use crate::{
    context::Context,
    error::CliError,
    format::{number::counted, visible},
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway verify                            exit code 0: sound, 9: damaged
  sternway verify --json | jq .damages";

/// Check everything that is stored: the chain of revisions, every version, content and outcome.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) async fn run(context: &Context, _: Args) -> Result<ExitCode, CliError> {
    let report = context.look(async |store| Ok(view::report(&store.verify().await?))).await?;
    let name = if report.sound { "sound" } else { "damaged" };
    context.answer(&report, name, |page| write(&report, page))?;
    let damaged = ExitCode::from(ProblemCode::IntegrityMismatch.exit_code());
    Ok(if report.sound { ExitCode::SUCCESS } else { damaged })
}

/// What was looked at, in one line.
pub(super) fn looked_at(report: &ReportView) -> String {
    [
        counted(report.revisions, "revision"),
        counted(report.versions, "version"),
        counted(report.contents, "content"),
        counted(report.outcomes, "outcome"),
    ]
    .join(", ")
}

fn write(report: &ReportView, page: &mut Page) {
    let looked_at = looked_at(report);
    if report.sound {
        let sound = style::paint(style::GOOD, "sound");
        page.line(format_args!("{sound}: {looked_at}"));
        return;
    }
    let damages = counted(report.damaged, "damage");
    let damaged = style::paint(style::BAD, format_args!("{damages} found"));
    page.line(format_args!("{damaged} in {looked_at}"));
    let symbol = page.symbols().condemned;
    for damage in &report.damages {
        let (place, detail) = (visible::line(&damage.place), visible::line(&damage.detail));
        page.line(format_args!("  {} {place}: {detail}", style::paint(style::BAD, symbol)));
    }
    let unlisted = report.damaged.saturating_sub(report.damages.len() as u64);
    if unlisted > 0 {
        page.line(format_args!("  and {} more", counted(unlisted, "damage")));
    }
}
