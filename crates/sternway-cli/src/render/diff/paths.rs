//! What changed between two folders, path by path, for people.

use sternway::api::{EntryKind, PathDiffView, TreeDiffView, TreeEntryView};

use crate::{
    format::{
        number::{bytes, count},
        visible,
    },
    render::{page::Page, style, symbols::Symbols, tree},
};

/// How many paths are shown; who wants all of them asks for JSON.
const SHOWN: usize = 200;

/// Writes a line for each path.
pub(crate) fn write(view: &TreeDiffView, page: &mut Page) {
    for path in view.paths.iter().take(SHOWN) {
        let line = line(path, page.symbols());
        page.line(format_args!("  {line}"));
    }
    let more = view.paths.len().saturating_sub(SHOWN) as u64;
    if more > 0 {
        page.line(format_args!("  {} {} more", page.symbols().more, count(more)));
    }
    if view.unopened > 0 {
        let unopened = count(view.unopened);
        page.hint(format_args!("  the lines of {unopened} more changed files were not compared"));
    }
}

fn line(path: &PathDiffView, symbols: &Symbols) -> String {
    let name = visible::line(&path.path);
    match (&path.from, &path.to) {
        (None, Some(to)) => {
            format!("{} {name}  {}", style::paint(style::GOOD, "+"), what(to))
        }
        (Some(_), None) => format!("{} {name}", style::paint(style::BAD, symbols.minus)),
        (Some(from), Some(to)) => {
            let changed = changed(path, from, to, symbols);
            format!("{} {name}  {changed}", style::paint(style::WAITING, "~"))
        }
        (None, None) => name.into_owned(),
    }
}

/// What a path has, in a few words.
fn what(entry: &TreeEntryView) -> String {
    match (entry.kind, entry.size) {
        (EntryKind::Executable, Some(size)) => format!("{}, executable", bytes(size)),
        (_, Some(size)) => bytes(size),
        (_, None) => tree::entry(entry),
    }
}

fn changed(
    path: &PathDiffView,
    from: &TreeEntryView,
    to: &TreeEntryView,
    symbols: &Symbols,
) -> String {
    let arrow = symbols.arrow;
    let mut said = Vec::new();
    if from.kind != to.kind {
        said.push(format!("{} {arrow} {}", kind(from.kind), kind(to.kind)));
    }
    match (&path.stat, from.size.zip(to.size)) {
        (Some(stat), _) => {
            said.push(format!("+{} {}{} lines", stat.added, symbols.minus, stat.removed));
        }
        (None, Some((old, new))) if from.digest != to.digest => {
            said.push(format!("{} {arrow} {}", bytes(old), bytes(new)));
        }
        (None, None) if from.kind == to.kind => {
            said.push(format!("{} {arrow} {}", tree::entry(from), tree::entry(to)));
        }
        (None, _) => (),
    }
    said.join(", ")
}

const fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Executable => "executable",
        EntryKind::Link => "link",
        EntryKind::File | _ => "file",
    }
}
