//! Everything that is live, or needs a person, for people.

use sternway::{
    api::{
        EnvironmentHealthView, EnvironmentStatusView, LiveStatusView, RollbackEventView, StatusView,
    },
    types::Timestamp,
};

use super::{
    page::Page,
    style,
    table::{Cell, Column, Table},
};
use crate::{
    command::deploy,
    format::{number::counted, visible, when},
    view::why_it_stays,
};

/// Writes everything that is live, or needs a person.
pub(crate) fn write(view: &StatusView, now: Timestamp, page: &mut Page) {
    let dot = page.symbols().dot;
    let (namespace, revision) = (style::paint(style::NAME, &view.namespace), view.revision);
    let ago = when::ago(view.at, now);
    let begins = view.floor.as_ref().map_or_else(String::new, |floor| {
        format!(" {dot} begins at {}, {}", floor.revision, when::ago(floor.at, now))
    });
    page.line(format_args!("{namespace} {dot} revision {revision}, {ago}{begins}"));
    match view.attention {
        0 => page.line(style::paint(style::GOOD, "nothing needs you")),
        things => {
            let warning = page.symbols().warning;
            let need = if things == 1 { "needs" } else { "need" };
            let things = counted(things as u64, "thing");
            page.line(style::paint(style::BAD, format_args!("{warning} {things} {need} you")));
        }
    }
    for environment in &view.environments {
        page.blank();
        write_environment(environment, now, page);
    }
    if !view.deployments.is_empty() {
        page.blank();
        page.line(style::paint(style::NAME, "deployments"));
    }
    for deployment in &view.deployments {
        page.line(format_args!("  {}", deploy::line(deployment, page)));
    }
    if !view.recent_rollbacks.is_empty() {
        page.blank();
        write_rollbacks(&view.recent_rollbacks, now, page);
    }
}

fn write_environment(environment: &EnvironmentStatusView, now: Timestamp, page: &mut Page) {
    let description = visible::line(&environment.description);
    let name = style::paint(style::NAME, &environment.id);
    let health = match environment.health {
        EnvironmentHealthView::Healthy => String::new(),
        health @ EnvironmentHealthView::Degraded => ailing(style::WAITING, health),
        health @ EnvironmentHealthView::Unhealthy => ailing(style::BAD, health),
    };
    page.line(format_args!("{name}  {health}{description}"));
    if environment.live.is_empty() {
        page.hint("  nothing is live in it");
        return;
    }
    let mut table = Table::new([
        Column::Symbol,
        Column::Left("ARTIFACT"),
        Column::Left("LIVE"),
        Column::Left("SINCE"),
        Column::Left("NEWER"),
        Column::Left("NOTE"),
    ]);
    for live in &environment.live {
        let (symbol, color, note) = note(live, page);
        let staged =
            if live.staged == 0 { String::new() } else { format!("{} staged", live.staged) };
        table.row([
            Cell::styled(color, symbol),
            Cell::styled(style::NAME, live.live.artifact.as_str()),
            Cell::new(live.live.version.to_string()),
            Cell::new(when::ago(live.live.since, now)),
            Cell::styled(style::WAITING, staged),
            Cell::styled(color, note),
        ]);
    }
    table.write(page);
}

fn ailing(color: anstyle::Style, health: EnvironmentHealthView) -> String {
    format!("{}  ", style::paint(color, health.as_str()))
}

fn note(live: &LiveStatusView, page: &Page) -> (&'static str, anstyle::Style, String) {
    let symbols = page.symbols();
    match (&live.halted, &live.condemned) {
        (Some(halted), _) => {
            let (why, rule) = (why_it_stays(halted.action), &halted.regression.description);
            let note = format!("regressed, and {why}: {rule}");
            (symbols.warning, style::BAD, note)
        }
        (None, Some(condemned)) => {
            let reason = Some(&condemned.reason).filter(|reason| !reason.is_empty());
            let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            (symbols.warning, style::BAD, format!("condemned{reason}"))
        }
        (None, None) => match &live.noticed {
            Some(noticed) => {
                let note = format!("found to be worse: {}", noticed.regression.description);
                (symbols.warning, style::WAITING, note)
            }
            None => (symbols.live, style::GOOD, String::new()),
        },
    }
}

fn write_rollbacks(rollbacks: &[RollbackEventView], now: Timestamp, page: &mut Page) {
    page.line(style::paint(style::NAME, "rollbacks"));
    let arrow = page.symbols().arrow;
    let mut table = Table::new([
        Column::Left("WHEN"),
        Column::Left("ARTIFACT"),
        Column::Left("WHERE"),
        Column::Left("MOVE"),
        Column::Left("BY"),
        Column::Left("WHY"),
    ]);
    for rollback in rollbacks {
        let moved = &rollback.moved;
        let version = |version: Option<_>| {
            version.map_or_else(String::new, |version: sternway::types::VersionNumber| {
                version.to_string()
            })
        };
        table.row([
            Cell::new(when::ago(moved.at, now)),
            Cell::styled(style::NAME, moved.artifact.as_str()),
            Cell::new(&moved.name),
            Cell::new(format!("{} {arrow} {}", version(moved.from), version(moved.to))),
            Cell::new(rollback.actor.to_string()),
            Cell::new(&rollback.reason),
        ]);
    }
    table.write(page);
}
