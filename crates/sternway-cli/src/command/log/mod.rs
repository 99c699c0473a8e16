//! `sternway log`: the versions of an artifact, or how what is live moved.

mod moves;

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{HistoryEntryView, ListView, TallyView},
    control::{Control, ControlError},
    store::Limit,
    types::{
        Actor, Applied, ArtifactId, At, Commit, LabelId, Revision, Timestamp, Version,
        VersionNumber,
    },
};

use super::watch;
use crate::{
    cli::Output,
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
  sternway log prompts/greeting --since 2026-11-01T00:00:00Z --author agent:planner-7
  sternway log prompts/greeting --watch      and every version that comes
  sternway log prompts/greeting -e staging --json
  sternway log prompts/greeting --moves      what was live, who changed that, why, on which evidence
  sternway log prompts/greeting --moves --label reviewed

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

    /// Only those published at this time or later.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,

    /// Only those by this author.
    #[arg(long, value_name = "NAME")]
    author: Option<Actor>,

    /// And then every version that comes, until Ctrl-C.
    #[arg(short, long, conflicts_with_all = ["before", "since", "author"])]
    watch: bool,

    /// Not the versions: how what is live moved, newest first.
    #[arg(long, conflicts_with_all = ["before", "watch"])]
    moves: bool,

    /// How this label moved, and not what is live.
    #[arg(long, value_name = "NAME", requires = "moves")]
    label: Option<LabelId>,

    /// Only the moves before the one of this revision.
    #[arg(long, value_name = "REV", requires = "moves")]
    before_move: Option<u64>,
}

impl Args {
    /// The flags that say which are wanted, for the next page.
    fn narrowed(&self) -> String {
        let since = self.since.map(|since| format!(" --since {since}"));
        let author = self.author.as_ref().map(|author| format!(" --author {author}"));
        since.into_iter().chain(author).collect()
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    if args.moves {
        return moves::run(context, &args).await;
    }
    if args.watch {
        return follow(context, &args).await;
    }
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
    let versions = found(control, args).await?;
    let standing = Standing::load(control, &args.artifact, &context.environment).await?;
    let mut items = Vec::new();
    for version in &versions {
        items.push(entry(sternway, &standing, version).await?);
    }
    let is_full = versions.len() == usize::from(args.limit);
    let oldest = versions.last().filter(|_| is_full).map(|version| version.number);
    let next = oldest.filter(|oldest| *oldest > VersionNumber::FIRST);
    Ok(ListView { items, next: next.map(|next| next.to_string()) })
}

/// The versions that are asked for, newest first, read in pages as far as it takes.
async fn found(control: &Control, args: &Args) -> Result<Vec<Version>, CliError> {
    let (store, namespace) = (control.store(), control.namespace());
    let limit = usize::from(args.limit);
    let (mut versions, mut before) = (Vec::new(), args.before);
    while versions.len() < limit {
        let page = Limit::new(if args.author.is_some() { usize::MAX } else { limit });
        let page = store.history(namespace, &args.artifact, At::Head, before, page).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.number);
        let is_early = |version: &Version| args.since.is_some_and(|since| version.at < since);
        let is_last = is_early(last);
        let by = |version: &Version| args.author.as_ref().is_none_or(|by| version.author == *by);
        let wanted = page.into_iter().filter(|version| !is_early(version) && by(version));
        versions.extend(wanted.take(limit - versions.len()));
        // Versions come in the order of their times.
        if is_last {
            break;
        }
    }
    Ok(versions)
}

/// Shows the versions, and then each that is published.
async fn follow(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (list, newest) = context
        .with(Missing::Refuse, async |sternway| {
            // Looked at first: what comes in between is shown twice rather than not at all.
            let newest = sternway.control().operations(None, Limit::new(1)).await?;
            let newest = newest.first().map_or(Revision::ZERO, |commit| commit.revision);
            Ok((load(context, sternway, args).await?, newest))
        })
        .await?;
    let name = |entry: &HistoryEntryView| format!("{}@{}", args.artifact, entry.version.version);
    match context.output {
        Output::Table | Output::Name => {
            context.answer_list(&list, name, |page| write(context, args, &list, page))?;
        }
        Output::Json | Output::Jsonl => {
            list.items.iter().rev().try_for_each(|it| context.console.print_json_line(it))?;
        }
    }
    watch::on(context, newest, async |commit| added(context, args, commit).await).await
}

/// Prints the versions of the artifact that a commit added.
async fn added(context: &Context, args: &Args, commit: &Commit) -> Result<(), CliError> {
    for applied in &commit.applied {
        let Applied::VersionAdded(version) = applied else { continue };
        if version.artifact != args.artifact {
            continue;
        }
        let entry = context.with(Missing::Refuse, async |sternway| {
            let (control, environment) = (sternway.control(), &context.environment);
            let standing = Standing::load(control, &args.artifact, environment).await?;
            entry(sternway, &standing, version).await
        });
        print(context, &entry.await?)?;
    }
    Ok(())
}

/// One version that came.
fn print(context: &Context, entry: &HistoryEntryView) -> Result<(), CliError> {
    let version = &entry.version;
    let mut page = context.console.page();
    match context.output {
        Output::Json | Output::Jsonl => return context.console.print_json_line(entry),
        Output::Name => page.line(format_args!("{}@{}", version.artifact, version.version)),
        Output::Table => {
            let (symbol, word, color) = state(entry).mark(page.symbols());
            let what = style::paint(color, format_args!("{symbol} {} {word}", version.version));
            let (who, why) = (by(&version.author), message(entry, page.symbols().dot));
            page.line(format_args!("{what}  {}  {who}  {why}", version.created_at));
        }
    }
    context.console.print(&page)
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
        page.hint("  there is no version like that");
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
        let (flags, limit, narrowed) = (context.flags(), args.limit, args.narrowed());
        page.hint(format_args!(
            "more: sternway{flags} log {} -n {limit}{narrowed} --before {next}",
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
