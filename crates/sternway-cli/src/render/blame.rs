//! Who wrote each line or leaf, for people.
//!
//! Each line of the answer is one line or leaf, with who wrote it and when, and is never wrapped, so
//! that a text looks as it is. Why each version was published stands once, below.

use std::collections::HashMap;

use sternway::{
    api::{BlameKind, BlameView, VersionView, WrittenView},
    types::{Timestamp, VersionNumber},
};

use super::{
    page::Page,
    style,
    table::{Cell, Column, Table},
};
use crate::format::{number::count, person::by, visible, when};

/// Writes who wrote each line or leaf, and why.
pub(crate) fn write(view: &BlameView, now: Timestamp, page: &mut Page) {
    let dot = page.symbols().dot;
    let name = style::paint(style::NAME, format_args!("{}@{}", view.artifact, view.version));
    page.line(format_args!("{name} {dot} {}", size(view)));
    write_written(view, now, page);
    page.blank();
    write_versions(view, page);
}

fn size(view: &BlameView) -> String {
    let (one, many) = match view.kind {
        BlameKind::Leaves => ("leaf", "leaves"),
        BlameKind::Lines | _ => ("line", "lines"),
    };
    let found = view.written.len();
    format!("{} {}", count(found as u64), if found == 1 { one } else { many })
}

fn write_written(view: &BlameView, now: Timestamp, page: &mut Page) {
    let writers = Writers::new(&view.versions, now);
    let last = view.written.last().and_then(line_of).unwrap_or_default();
    let width = last.to_string().len();
    let mut before = None;
    for written in &view.written {
        let version = written.version();
        // Who wrote several lines in a row is pointed out once.
        let first = before.replace(version) != Some(version);
        let writer =
            style::paint(if first { style::NAME } else { style::DIM }, writers.of(version));
        match written {
            WrittenView::Line { line, text, .. } => {
                let line = style::paint(style::DIM, format_args!("{line:>width$}"));
                page.line(format_args!("{writer}  {line}  {}", visible::block(text)));
            }
            WrittenView::Leaf { pointer, value, .. } => {
                let pointer = style::paint(style::PLACE, visible::line(pointer));
                let value = value.to_string();
                page.line(format_args!("{writer}  {pointer}  {}", visible::line(&value)));
            }
            _ => page.line(writer),
        }
    }
}

const fn line_of(written: &WrittenView) -> Option<usize> {
    match written {
        WrittenView::Line { line, .. } => Some(*line),
        WrittenView::Leaf { .. } | _ => None,
    }
}

/// The versions that wrote something: number, who and when, all equally wide.
struct Writers(HashMap<VersionNumber, String>);

impl Writers {
    fn new(versions: &[VersionView], now: Timestamp) -> Self {
        let facts = |version: &VersionView| {
            let who = visible::line(&by(&version.author)).into_owned();
            [version.version.to_string(), who, when::ago(version.authored_at, now)]
        };
        let facts: Vec<_> = versions.iter().map(|it| (it.version, facts(it))).collect();
        let mut widths = [0; 3];
        for (_, facts) in &facts {
            for (width, fact) in widths.iter_mut().zip(facts) {
                *width = fact.chars().count().max(*width);
            }
        }
        let padded = |facts: [String; 3]| {
            let cells = facts.iter().zip(widths).map(|(fact, width)| format!("{fact:<width$}"));
            cells.collect::<Vec<String>>().join("  ")
        };
        Self(facts.into_iter().map(|(version, facts)| (version, padded(facts))).collect())
    }

    fn of(&self, version: VersionNumber) -> &str {
        self.0.get(&version).map(String::as_str).unwrap_or_default()
    }
}

fn write_versions(view: &BlameView, page: &mut Page) {
    let mut sizes: HashMap<VersionNumber, u64> = HashMap::new();
    for written in &view.written {
        *sizes.entry(written.version()).or_default() += 1;
    }
    let title = if view.kind == BlameKind::Leaves { "LEAVES" } else { "LINES" };
    let mut table =
        Table::new([Column::Left("VERSION"), Column::Right(title), Column::Left("MESSAGE")]);
    for version in &view.versions {
        let words = Some(&version.reason).filter(|reason| !reason.is_empty());
        let words = words.unwrap_or(&version.changelog).lines().next().unwrap_or_default();
        table.row([
            Cell::styled(style::NAME, version.version.to_string()),
            Cell::new(count(sizes.get(&version.version).copied().unwrap_or_default())),
            Cell::new(words),
        ]);
    }
    table.write(page);
}
