//! `sternway list`: which artifacts there are.

use std::{ffi::OsStr, process::ExitCode};

use sternway::{
    Missing, Sternway,
    api::{ArtifactView, ListView, LiveView},
    store::Limit,
    types::{Artifact, ArtifactId, At, CollectionId, PointerName},
};

use crate::{
    context::Context,
    error::CliError,
    format::{shell, when},
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    standing::known_environment,
};

const EXAMPLES: &str = "\
Examples:
  sternway list                              everything
  sternway list prompts/                     the prompts
  sternway list '*/search'                   of every kind, by name
  sternway list --kind tool                  of one kind; the same as: sternway list tools/
  sternway list -o name                      names only, for scripts";

/// List artifacts: what is live of each, and which version is the newest.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What the names begin with, or a pattern with `*` for any letters.
    #[arg(value_name = "PATTERN", default_value = "")]
    pattern: String,

    /// Only those of a kind: a collection, such as tools, or one of its kind, such as tool.
    #[arg(long, value_name = "KIND", conflicts_with = "pattern")]
    kind: Option<CollectionId>,

    /// How many, at most.
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// Only those that come after this one: where the page before ended.
    #[arg(long, value_name = "KEY")]
    after: Option<ArtifactId>,
}

impl Args {
    /// What the names begin with, or the pattern that they fit.
    fn pattern(&self) -> String {
        match self.kind.as_ref().map(CollectionId::as_str) {
            None => self.pattern.clone(),
            Some(kind @ ("prompt" | "tool" | "agent" | "config" | "plan")) => format!("{kind}s/"),
            Some(collection) => format!("{collection}/"),
        }
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let list = context.with(Missing::Refuse, async |sternway| page(context, sternway, &args).await);
    let list = list.await?;
    context.answer_list(
        &list,
        |artifact| artifact.id.to_string(),
        |page| {
            write(context, &list, &args, page);
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn page(
    context: &Context,
    sternway: &Sternway,
    args: &Args,
) -> Result<ListView<ArtifactView>, CliError> {
    let control = sternway.control();
    known_environment(control, &context.environment).await?;
    let (store, namespace) = (control.store(), control.namespace());
    let pattern = args.pattern();
    let prefix = pattern.split('*').next().unwrap_or_default();
    let (mut items, mut after) = (Vec::new(), args.after.clone());
    loop {
        let found =
            store.artifacts(namespace, prefix, At::Head, after.as_ref(), Limit::MAX).await?;
        let Some(last) = found.last() else { return Ok(ListView::whole(items)) };
        after = Some(last.id.clone());
        for artifact in found.iter().filter(|artifact| fits(&pattern, artifact.id.as_str())) {
            if items.len() == usize::from(args.limit) {
                let next = items.last().map(|item: &ArtifactView| item.id.to_string());
                return Ok(ListView { items, next });
            }
            items.push(with_live(context, sternway, artifact).await?);
        }
    }
}

async fn with_live(
    context: &Context,
    sternway: &Sternway,
    artifact: &Artifact,
) -> Result<ArtifactView, CliError> {
    let control = sternway.control();
    let name = PointerName::Environment(context.environment.clone());
    let pointer = control.store().pointer(control.namespace(), &artifact.id, &name, At::Head);
    let live = pointer.await?.as_ref().and_then(LiveView::of);
    Ok(ArtifactView::from(artifact).with_live(live))
}

/// Whether a name fits a pattern. Without a `*` the pattern is how the name begins.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return name.starts_with(pattern) };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let Some((_, after)) = name.split_once(part) else { return false };
        name = after;
    }
    name.ends_with(last)
}

fn write(context: &Context, list: &ListView<ArtifactView>, args: &Args, page: &mut Page) {
    if list.items.is_empty() {
        if args.pattern().is_empty() && args.after.is_none() {
            page.line("there is no artifact yet");
            page.next(&["sternway publish prompts/hello hello.md -m \"first version\"".into()]);
        } else {
            page.line("there is no artifact like that");
        }
        return;
    }
    let now = context.now();
    let mut table = Table::new([
        Column::Symbol,
        Column::Left("ARTIFACT"),
        Column::Left("LIVE"),
        Column::Left("LATEST"),
        Column::Left("CREATED"),
        Column::Left("BY"),
    ]);
    let symbols = page.symbols();
    for item in &list.items {
        let live = item.live.as_ref().map(|live| live.version);
        let (symbol, color) = match live {
            Some(live) if live == item.latest => (symbols.live, style::GOOD),
            Some(_) | None => (symbols.staged, style::WAITING),
        };
        table.row([
            Cell::styled(color, symbol),
            Cell::styled(style::NAME, item.id.as_str()),
            Cell::new(live.map_or_else(|| "-".to_owned(), |live| live.to_string())),
            Cell::new(item.latest.to_string()),
            Cell::new(when::ago(item.created_at, now)),
            Cell::new(item.created_by.to_string()),
        ]);
    }
    table.write(page);
    if let Some(next) = &list.next {
        let (flags, pattern) = (context.flags(), args.pattern());
        let pattern = Some(shell::quoted(OsStr::new(&pattern))).filter(|_| !pattern.is_empty());
        let pattern = pattern.map(|pattern| format!(" {pattern}")).unwrap_or_default();
        page.hint(format_args!("more: sternway{flags} list{pattern} --after {next}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_a_star_is_a_beginning() {
        assert!(fits("", "prompts/greeting"));
        assert!(fits("prompts/", "prompts/greeting"));
        assert!(!fits("prompts/", "tools/search"));
    }

    #[test]
    fn a_star_stands_for_any_letters() {
        assert!(fits("*/search", "tools/search"));
        assert!(!fits("*/search", "tools/search-2"));
        assert!(fits("prompts/*", "prompts/greeting"));
        assert!(fits("*ee*n*", "prompts/greeting"));
        assert!(!fits("*x*", "prompts/greeting"));
        assert!(fits("*", "a/b"));
    }
}
