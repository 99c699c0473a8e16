//! `sternway log`: the versions of an artifact.

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{HistoryEntryView, ListView, TallyView},
    control::ControlError,
    store::Limit,
    types::{ArtifactId, At, Version, VersionNumber},
};

use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{count, percent},
        person::by,
        when,
    },
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    standing::{Standing, State, known_environment},
};

const EXAMPLES: &str = "\
Examples:
  sternway log prompts/greeting
  sternway log prompts/greeting -n 50 --before v120
  sternway log prompts/greeting -e staging --json

RUNS and SUCCESS count the runs of a version in the environment of --env, over all its stays there.";

/// List the versions of an artifact, newest first, and how their runs went.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose versions.
    #[arg(value_name = "KEY")]
    artifact: ArtifactId,

    /// How many, at most.
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// Only those before this one.
    #[arg(long, value_name = "vN")]
    before: Option<VersionNumber>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let list = context.with(Missing::Refuse, async |sternway| load(context, sternway, &args).await);
    let list = list.await?;
    let name = |entry: &HistoryEntryView| format!("{}@{}", args.artifact, entry.version.version);
    context.answer_list(&list, name, |page| write(context, &args, &list, page))?;
    Ok(ExitCode::SUCCESS)
}

async fn load(
    context: &Context,
    sternway: &Sternway,
    args: &Args,
) -> Result<ListView<HistoryEntryView>, CliError> {
    let control = sternway.control();
    let (store, namespace) = (control.store(), control.namespace());
    known_environment(control, &context.environment).await?;
    if store.artifact(namespace, &args.artifact, At::Head).await?.is_none() {
        return Err(ControlError::NoArtifact(args.artifact.clone()).into());
    }
    let limit = Limit::new(usize::from(args.limit));
    let versions = store.history(namespace, &args.artifact, At::Head, args.before, limit).await?;
    let standing = Standing::load(control, &args.artifact, &context.environment).await?;
    let mut items = Vec::new();
    for version in &versions {
        items.push(entry(sternway, &standing, version).await?);
    }
    let oldest = versions.last().map(|version| version.number);
    let next = oldest.filter(|oldest| *oldest > VersionNumber::FIRST);
    Ok(ListView { items, next: next.map(|next| next.to_string()) })
}

async fn entry(
    sternway: &Sternway,
    standing: &Standing,
    version: &Version,
) -> Result<HistoryEntryView, CliError> {
    Ok(HistoryEntryView {
        version: version.into(),
        state: standing.state(version).word(),
        condemned: standing.condemnation(version).map(Into::into),
        labels: standing.labels_at(version.number),
        tally: standing.tally(sternway.control(), version.number).await?,
    })
}

fn write(context: &Context, args: &Args, list: &ListView<HistoryEntryView>, page: &mut Page) {
    let dot = page.symbols().dot;
    let name = style::paint(style::NAME, &args.artifact);
    page.line(format_args!("{name} {dot} {}", context.environment));
    if list.items.is_empty() {
        page.hint("  there is no version before that one");
        return;
    }
    let now = context.now();
    let mut table = Table::new([
        Column::Symbol,
        Column::Left("VERSION"),
        Column::Left("WHEN"),
        Column::Left("BY"),
        Column::Right("RUNS"),
        Column::Right("SUCCESS"),
        Column::Left("MESSAGE"),
    ]);
    for entry in &list.items {
        let (symbol, word, color) = state(entry).mark(page.symbols());
        let version = &entry.version;
        table.row([
            Cell::styled(color, symbol),
            Cell::styled(color, format!("{} {word}", version.version)),
            Cell::new(when::ago(version.created_at, now)),
            Cell::new(by(&version.author)),
            Cell::new(entry.tally.map_or_else(String::new, |tally| count(tally.total))),
            Cell::new(success(entry.tally)),
            Cell::new(message(entry, dot)),
        ]);
    }
    table.write(page);
    if let Some(next) = &list.next {
        let (flags, limit) = (context.flags(), args.limit);
        page.hint(format_args!(
            "more: sternway{flags} log {} -n {limit} --before {next}",
            args.artifact
        ));
    }
}

fn state(entry: &HistoryEntryView) -> State {
    match (entry.state, entry.condemned.is_some()) {
        ("live", true) => State::LiveCondemned,
        ("live", false) => State::Live,
        ("condemned", _) => State::Condemned,
        ("staged", _) => State::Staged,
        _ => State::Old,
    }
}

/// The success of runs in percent, if any is known.
fn success(tally: Option<TallyView>) -> String {
    tally.and_then(|tally| tally.success_ratio).map_or_else(String::new, percent)
}

fn message(entry: &HistoryEntryView, dot: &str) -> String {
    let version = &entry.version;
    let words = if version.reason.is_empty() { &version.changelog } else { &version.reason };
    let mut parts = Vec::new();
    parts.extend(words.lines().next().filter(|line| !line.is_empty()).map(ToOwned::to_owned));
    parts.extend(version.semver.as_ref().map(|semver| format!("version {semver}")));
    parts.extend(entry.labels.iter().map(|label| format!("label: {label}")));
    // The word stands beside the version; here is why.
    let condemned = entry.condemned.as_ref().filter(|condemned| !condemned.reason.is_empty());
    parts.extend(condemned.map(|condemned| format!("condemned: {}", condemned.reason)));
    parts.join(&format!(" {dot} "))
}
