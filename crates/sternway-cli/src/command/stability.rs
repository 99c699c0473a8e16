//! `sternway stability`: how steady the versions of an artifact were.

use std::{process::ExitCode, time::Duration};

use sternway::{
    Missing,
    api::{StabilityView, StableVersionView},
    types::ArtifactId,
};

use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{count, counted, percent},
        when,
    },
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    standing::known_environment,
    view::stability as view,
};

const EXAMPLES: &str = "\
Examples:
  sternway stability tools/search
  sternway stability tools/search -e staging -n 5 --json

A version is unstable if a rollback ended one of its stays; else stable from 0.9 of its runs that
succeeded, acceptable from 0.7, problematic below, and unknown without runs.";

/// Show how steady the versions of an artifact were: how long each was live, how its runs went, and
/// how often one was taken back.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose versions.
    #[arg(value_name = "KEY")]
    artifact: ArtifactId,

    /// How many versions, at most.
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (artifact, environment) = (&args.artifact, &context.environment);
    let found = context.with(Missing::Refuse, async |sternway| {
        known_environment(sternway.control(), environment).await?;
        let most = usize::from(args.limit);
        Ok(sternway.control().stability(artifact, environment, most).await?)
    });
    let view = view::stability(artifact, environment, &found.await?);
    let name = view.versions.first().map_or("unknown", |version| version.stability);
    context.answer(&view, name, |page| write(&view, page))?;
    Ok(ExitCode::SUCCESS)
}

fn write(view: &StabilityView, page: &mut Page) {
    let dot = page.symbols().dot;
    let name = style::paint(style::NAME, &view.artifact);
    let (stays, rollbacks) = (counted(view.stays, "stay"), counted(view.rollbacks, "rollback"));
    let rate = view.rollback_ratio.map(|rate| format!(" ({} of those that ended)", percent(rate)));
    let rate = rate.unwrap_or_default();
    page.line(format_args!("{name} {dot} {}  {stays}, {rollbacks}{rate}", view.environment));
    let mut table = Table::new([
        Column::Left("VERSION"),
        Column::Left("STABILITY"),
        Column::Right("STAYS"),
        Column::Right("ROLLBACKS"),
        Column::Left("LIVE FOR"),
        Column::Right("RUNS"),
        Column::Right("SUCCESS"),
        Column::Right("CHANGE"),
    ]);
    for version in &view.versions {
        table.row(row(view, version));
    }
    table.write(page);
    if view.older_left_out {
        page.hint("stays before the newest 1,000 moves are left out");
    }
}

fn row(view: &StabilityView, version: &StableVersionView) -> [Cell; 8] {
    let live = if view.live == Some(version.version) { " live" } else { "" };
    let color = match version.stability {
        "stable" => style::GOOD,
        "acceptable" => style::WAITING,
        "problematic" | "unstable" => style::BAD,
        _ => style::PLAIN,
    };
    let points = |change: f64| format!("{:+.1} points", 100.0 * change);
    [
        Cell::new(format!("{}{live}", version.version)),
        Cell::styled(color, version.stability),
        Cell::new(count(version.stays)),
        Cell::new(count(version.rollbacks)),
        Cell::new(when::length(Duration::from_secs(version.live_seconds))),
        Cell::new(count(version.runs)),
        Cell::new(version.success_ratio.map_or_else(String::new, percent)),
        Cell::new(version.success_ratio_change.map_or_else(String::new, points)),
    ]
}
