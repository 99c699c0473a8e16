//! How a pointer moved: what was live, or what a label named, and who changed that and why.

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{ListView, MoveView, TriggerView},
    control::{Control, ControlError},
    store::{Limit, StoreError},
    types::{At, MoveCause, PointerMove, PointerName, Revision},
};

use super::Args;
use crate::{
    context::Context,
    error::CliError,
    format::{person::by, when},
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    standing::known_environment,
};

pub(super) async fn run(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let list = context.with(Missing::Refuse, async |sternway| load(context, sternway, args).await);
    let list = list.await?;
    let name = |moved: &MoveView| moved.revision.to_string();
    context.answer_list(&list, name, |page| write(context, args, &list, page))?;
    Ok(ExitCode::SUCCESS)
}

fn pointer(context: &Context, args: &Args) -> PointerName {
    match &args.label {
        Some(label) => PointerName::Label(label.clone()),
        None => PointerName::Environment(context.environment.clone()),
    }
}

async fn load(
    context: &Context,
    sternway: &Sternway,
    args: &Args,
) -> Result<ListView<MoveView>, CliError> {
    let control = sternway.control();
    let (store, namespace) = (control.store(), control.namespace());
    known_environment(control, &context.environment).await?;
    if store.artifact(namespace, &args.artifact, At::Head).await?.is_none() {
        return Err(ControlError::NoArtifact(args.artifact.clone()).into());
    }
    let (name, limit) = (pointer(context, args), usize::from(args.limit));
    let mut before = args.before_move.map(Revision::new);
    let mut items: Vec<MoveView> = Vec::new();
    // Read in pages as far as it takes.
    while items.len() < limit {
        let page = Limit::new(if args.author.is_some() { usize::MAX } else { limit });
        let page = store.moves(namespace, &args.artifact, &name, before, page).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.revision);
        // Times never go back, so that nothing before an early one is wanted.
        let is_early = |moved: &PointerMove| args.since.is_some_and(|since| moved.at < since);
        let is_last = is_early(last);
        let by = |moved: &PointerMove| args.author.as_ref().is_none_or(|by| moved.by == *by);
        let wanted = page.iter().filter(|moved| !is_early(moved) && by(moved));
        for moved in wanted.take(limit - items.len()) {
            items.push(view(control, moved).await?);
        }
        if is_last {
            break;
        }
    }
    // The first move has nothing before it.
    let oldest = items.last().filter(|oldest| items.len() == limit && oldest.from.is_some());
    let next = oldest.map(|oldest| oldest.revision.to_string());
    Ok(ListView { items, next })
}

/// A move as it is shown. What a candidate without a share gets is in the commit, which may have been let go.
async fn view(control: &Control, moved: &PointerMove) -> Result<MoveView, CliError> {
    if !matches!(&moved.cause, MoveCause::Shifted(shift) if shift.weight.is_zero()) {
        return Ok(moved.into());
    }
    match control.commit_at(moved.revision).await {
        Ok(Some(commit)) => Ok(MoveView::within(moved, &commit)),
        Ok(None) | Err(ControlError::Store(StoreError::Compacted { .. })) => Ok(moved.into()),
        Err(err) => Err(err.into()),
    }
}

fn write(context: &Context, args: &Args, list: &ListView<MoveView>, page: &mut Page) {
    let (dot, arrow) = (page.symbols().dot, page.symbols().arrow);
    let name = style::paint(style::NAME, &args.artifact);
    page.line(format_args!("{name} {dot} {}", pointer(context, args)));
    if list.items.is_empty() {
        page.hint("  it never moved like that");
        return;
    }
    let now = context.now();
    let mut table = Table::new([
        Column::Left("REVISION"),
        Column::Left("WHEN"),
        Column::Left("MOVE"),
        Column::Left("HOW"),
        Column::Left("BY"),
        Column::Left("WHY"),
    ]);
    for moved in &list.items {
        let version = |version: Option<sternway::types::VersionNumber>| {
            version.map_or_else(|| "-".to_owned(), |version| version.to_string())
        };
        let color = if moved.cause == "rolled_back" { style::BAD } else { style::PLAIN };
        table.row([
            Cell::new(format!("r{}", moved.revision)),
            Cell::new(when::ago(moved.at, now)),
            Cell::new(format!("{} {arrow} {}", version(moved.from), version(moved.to))),
            Cell::styled(color, how(moved)),
            Cell::new(by(&moved.by)),
            Cell::new(why(moved, dot)),
        ]);
    }
    table.write(page);
    if let Some(next) = &list.next {
        let (flags, limit, narrowed) = (context.flags(), args.limit, args.narrowed());
        let label = args.label.as_ref().map(|label| format!(" --label {label}"));
        let label = label.unwrap_or_default();
        page.hint(format_args!(
            "more: sternway{flags} log {} --moves{label} -n {limit}{narrowed} --before-move {next}",
            args.artifact
        ));
    }
}

fn how(moved: &MoveView) -> String {
    let matched = moved.matched.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
    format!("{}{matched}", moved.cause.replace('_', " "))
}

/// Why it moved, and on which evidence.
fn why(moved: &MoveView, dot: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(Some(moved.reason.to_string()).filter(|reason| !reason.is_empty()));
    if let Some(TriggerView::Policy(found)) = &moved.trigger {
        let evidence = &found.evidence;
        let (tier, severity) = (&found.tier, found.severity);
        let severity = severity.map(|severity| format!(", {severity}")).unwrap_or_default();
        let (failed, runs) = (evidence.failed, evidence.succeeded + evidence.failed);
        parts.push(format!("{tier} tier{severity}: {failed} of {runs} runs failed"));
    }
    parts.extend(moved.forced.then(|| "forced".to_owned()));
    parts.join(&format!(" {dot} "))
}
