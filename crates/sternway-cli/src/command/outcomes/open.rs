//! Runs that were opened, and of which nobody said yet how they ended.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{ListView, OpenRunView},
    store::Limit,
    types::{OpenRun, Reference, Selector, Timestamp},
};

use crate::{
    context::Context,
    error::CliError,
    format::{duration, when},
    render::{
        page::Page,
        table::{Cell, Column, Table},
    },
};

pub(super) async fn run(
    context: &Context,
    reference: Option<&Reference>,
    limit: u16,
) -> Result<ExitCode, CliError> {
    let list = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let number = match reference {
            // What is live may be another one than what was when they began.
            None | Some(Reference { selector: Selector::Live, .. }) => None,
            Some(reference) => Some(control.resolve(reference, &context.environment).await?.number),
        };
        let limit = usize::from(limit);
        let looked_at = if reference.is_some() { Limit::MAX } else { Limit::new(limit) };
        let (store, namespace) = (control.store(), control.namespace());
        let open = store.open_runs(namespace, Timestamp::MAX, None, looked_at).await?;
        let wanted = |run: &&OpenRun| {
            reference.is_none_or(|it| it.artifact == run.subject.artifact)
                && number.is_none_or(|it| it == run.subject.version)
        };
        let open = open.iter().filter(wanted).take(limit);
        Ok(ListView::whole(open.map(OpenRunView::from).collect()))
    });
    let list = list.await?;
    let name = |run: &OpenRunView| run.outcome.to_string();
    context.answer_list(&list, name, |page| write(context, &list, page))?;
    Ok(ExitCode::SUCCESS)
}

fn write(context: &Context, list: &ListView<OpenRunView>, page: &mut Page) {
    if list.items.is_empty() {
        page.hint("no run is open");
        return;
    }
    let now = context.now();
    let mut table = Table::new([
        Column::Left("VERSION"),
        Column::Left("ENVIRONMENT"),
        Column::Left("BEGAN"),
        Column::Right("FAILS IN"),
        Column::Left("OUTCOME"),
    ]);
    for run in &list.items {
        let subject = &run.subject;
        table.row([
            Cell::new(format!("{} {}", subject.artifact, subject.version)),
            Cell::new(subject.environment.to_string()),
            Cell::new(when::ago(run.opened_at, now)),
            Cell::new(duration::shown(run.due_at.since(now))),
            Cell::new(run.outcome.to_string()),
        ]);
    }
    table.write(page);
}
