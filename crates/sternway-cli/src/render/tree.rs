//! Folders as one content, for people.

use sternway::api::{EntryKind, TreeEntryView, TreeSizeView, TreeStatView, TreeView};

use super::{
    page::Page,
    symbols::Symbols,
    table::{Cell, Column, Table},
};
use crate::format::number::{bytes, count, counted, digest};

/// How many paths are shown; who wants all of them asks for the listing.
const SHOWN: usize = 50;

/// How much is in a folder: `12 files, 34.5 KiB`.
pub(crate) fn total(total: &TreeSizeView) -> String {
    let links = match total.links {
        0 => String::new(),
        links => format!(", {}", counted(links, "link")),
    };
    format!("{}{links}, {}", counted(total.files, "file"), bytes(total.size))
}

/// How many paths differ: `+1 −2 files, 3 changed`.
pub(crate) fn stat(stat: &TreeStatView, symbols: &Symbols) -> String {
    let mut said = Vec::new();
    if stat.added > 0 {
        said.push(format!("+{}", counted(stat.added, "file")));
    }
    if stat.removed > 0 {
        said.push(format!("{}{}", symbols.minus, counted(stat.removed, "file")));
    }
    if stat.changed > 0 {
        said.push(format!("{} changed", counted(stat.changed, "file")));
    }
    if said.is_empty() { "no file changed".into() } else { said.join(", ") }
}

/// Writes what is at each path.
pub(crate) fn write(view: &TreeView, page: &mut Page) {
    page.blank();
    let mut table =
        Table::new([Column::Left("PATH"), Column::Right("BYTES"), Column::Left("CONTENT")]);
    for path in view.entries.iter().take(SHOWN) {
        let size = path.entry.size.map(count).unwrap_or_default();
        table.row([Cell::new(&path.path), Cell::new(size), Cell::new(entry(&path.entry))]);
    }
    table.write(page);
    let more = view.entries.len().saturating_sub(SHOWN) as u64;
    if more > 0 {
        page.line(format_args!("{} {} more", page.symbols().more, count(more)));
    }
}

/// What is at a path, in a few words.
pub(crate) fn entry(entry: &TreeEntryView) -> String {
    let name = entry.digest.as_ref().map(digest).unwrap_or_default();
    match entry.kind {
        EntryKind::Executable => format!("{name} executable"),
        EntryKind::Link => format!("link to {}", entry.target.as_deref().unwrap_or_default()),
        EntryKind::File | _ => name,
    }
}
