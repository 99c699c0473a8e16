//! What became of several artifacts at once, for people.

use sternway::{
    api::{AppliedItemView, AppliedView},
    control::apply::AppliedAll,
    types::LabelId,
};

use super::{page::Page, style};
use crate::context::Context;

/// The view of what was applied.
pub(crate) fn view(context: &Context, applied: AppliedAll) -> AppliedView {
    let items = applied.items.into_iter().map(|item| AppliedItemView {
        artifact: item.artifact,
        version: item.number,
        added: item.added,
        went_live: item.went_live,
        from: item.from,
        labelled: item.labelled,
    });
    AppliedView {
        environment: context.environment.clone(),
        items: items.collect(),
        revision: applied.revision,
        dry_run: context.dry_run,
    }
}

/// Answers with what was applied.
///
/// # Errors
///
/// [`CliError::Output`](crate::error::CliError::Output) if the answer cannot be written.
pub(crate) fn answer(context: &Context, applied: AppliedAll) -> Result<(), crate::error::CliError> {
    let view = view(context, applied);
    let names: Vec<String> =
        view.items.iter().map(|item| format!("{}@{}", item.artifact, item.version)).collect();
    context.answer(&view, &names.join(" "), |page| write(context, &view, page))
}

fn write(context: &Context, view: &AppliedView, page: &mut Page) {
    let (would, arrow) = (context.would(), page.symbols().arrow);
    for item in &view.items {
        let name = style::paint(style::NAME, &item.artifact);
        let mut said = Vec::new();
        if item.added {
            said.push(format!("{would}published"));
        }
        if item.went_live {
            let live = style::paint(style::GOOD, format_args!("live in {}", view.environment));
            said.push(format!("{would}{live}"));
        }
        if !item.labelled.is_empty() {
            let labels: Vec<&str> = item.labelled.iter().map(LabelId::as_str).collect();
            said.push(format!("{would}labelled {}", labels.join(", ")));
        }
        let from = item.from.map(|from| format!("{from} {arrow} ")).unwrap_or_default();
        let said = if said.is_empty() { "unchanged".to_owned() } else { said.join(", ") };
        page.line(format_args!("{name}  {from}{}  {said}", item.version));
    }
    if let Some(revision) = view.revision.filter(|_| !context.dry_run) {
        page.hint(format_args!("  undo with: sternway{} undo r{revision}", context.flags()));
    }
}
