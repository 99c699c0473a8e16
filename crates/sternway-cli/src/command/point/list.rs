//! Lists rollback points.

use sternway::{
    Missing,
    api::{ListView, PointUsedView, PointView},
    types::Timestamp,
};

use crate::{
    context::Context,
    error::CliError,
    format::{visible, when},
    render::{
        style,
        table::{Cell, Column, Table},
    },
};

pub(super) async fn run(context: &Context) -> Result<(), CliError> {
    let environment = &context.environment;
    let points = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().newest_points(environment).await?)
    });
    let points = points.await?;
    let list = ListView::whole(points.iter().map(|it| PointView::from(&it.point)).collect());
    context.answer_list(
        &list,
        |view| view.id.to_string(),
        |page| {
            if list.items.is_empty() {
                page.hint(format_args!("no rollback point of {environment} was taken"));
                page.next(&[format!("sternway{} point create", context.flags())]);
                return;
            }
            let mut table = Table::new([
                Column::Left("POINT"),
                Column::Left("TAKEN"),
                Column::Left("BY"),
                Column::Left("USED"),
                Column::Left("WHAT FOR"),
            ]);
            let now = context.now();
            for view in &list.items {
                table.row([
                    Cell::styled(style::NAME, format!("r{}", view.revision)),
                    Cell::new(when::ago(view.at, now)),
                    Cell::new(view.by.to_string()),
                    Cell::new(used(view.used.as_ref(), now)),
                    Cell::new(what_for(view)),
                ]);
            }
            table.write(page);
        },
    )
}

/// A point in one line.
pub(in crate::command) fn line(view: &PointView) -> String {
    let (environment, name) = (&view.environment, format!("r{}", view.revision));
    let what = what_for(view);
    let what = if what.is_empty() { String::new() } else { format!("  {}", visible::line(&what)) };
    format!("rollback point {} of {environment}{what}", style::paint(style::NAME, name))
}

fn used(used: Option<&PointUsedView>, now: Timestamp) -> String {
    used.map(|it| format!("{} {}", it.how, when::ago(it.at, now))).unwrap_or_default()
}

fn what_for(view: &PointView) -> String {
    let by_itself = view.deployment.map(|_| "before a deployment");
    let said = Some(view.description.as_str()).filter(|it| !it.is_empty());
    by_itself.into_iter().chain(said).collect::<Vec<_>>().join(": ")
}
