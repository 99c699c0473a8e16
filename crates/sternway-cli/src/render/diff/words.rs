//! Changed lines below each other, with the changed words marked: in color they are inverted,
//! without it they stand in brackets.

use anstyle::Style;
use sternway::diff::text::{Hunk, Line, MarkedLine, Row, Side, Span, TextDiff};

use super::shown;
use crate::render::{page::Page, style};

/// How many unchanged lines surround a change.
const CONTEXT: usize = 3;

const NO_NEWLINE: &str = "\\ No newline at end of file";

/// Writes a unified diff for a person.
pub(crate) fn write_exactly(unified: &str, page: &mut Page) {
    for line in unified.split_inclusive('\n') {
        let color = match line.get(..1) {
            Some("+") => style::GOOD,
            Some("-") => style::BAD,
            Some("@") => style::PLACE,
            _ => style::PLAIN,
        };
        page.raw(&style::paint(color, shown(line)));
        page.blank();
    }
}

/// Writes the changed places with the changed words marked.
pub(crate) fn write_marked(diff: &TextDiff<'_>, page: &mut Page) {
    for hunk in diff.hunks(CONTEXT) {
        write_place(&hunk, page);
        for MarkedLine { line, spans } in hunk.marked_lines() {
            let (sign, color, marks) = match line {
                Line::Unchanged { .. } => (" ", style::PLAIN, Marks::REMOVED),
                Line::Removed { .. } => ("-", style::BAD, Marks::REMOVED),
                Line::Added { .. } => ("+", style::GOOD, Marks::ADDED),
            };
            let text: String =
                spans.iter().map(|span| marks.mark(*span, color, page.is_colored())).collect();
            page.line(format_args!("{} {text}", style::paint(color, sign)));
            write_end(line.text(), page);
        }
    }
}

/// Writes the changed places with what was removed and added in one line.
pub(crate) fn write_merged(diff: &TextDiff<'_>, page: &mut Page) {
    let mut gap = false;
    for row in near_changes(diff) {
        let Some(row) = row else {
            gap = true;
            continue;
        };
        if std::mem::take(&mut gap) {
            page.line(style::paint(style::PLACE, page.symbols().more));
        }
        page.line(merged(&row, page.is_colored()));
    }
}

fn write_place(hunk: &Hunk<'_, '_>, page: &mut Page) {
    page.line(style::paint(style::PLACE, hunk.header()));
}

fn write_end(line: &str, page: &mut Page) {
    if !line.ends_with('\n') {
        page.line(style::paint(style::DIM, NO_NEWLINE));
    }
}

/// The rows that changed and those around them; nothing in place of the others.
fn near_changes<'a>(diff: &TextDiff<'a>) -> impl Iterator<Item = Option<Row<'a>>> {
    let rows: Vec<Row<'a>> = diff.rows().collect();
    let changed: Vec<bool> = rows.iter().map(|row| !matches!(row, Row::Unchanged { .. })).collect();
    rows.into_iter().enumerate().map(move |(index, row)| {
        let around = index.saturating_sub(CONTEXT)..=index.saturating_add(CONTEXT);
        let near = around.clone().any(|near| changed.get(near).copied().unwrap_or(false));
        near.then_some(row)
    })
}

fn merged(row: &Row<'_>, colored: bool) -> String {
    let whole = |marks: Marks, color, side: &Side<'_>| {
        marks.mark(Span { text: side.text, emphasized: true }, color, colored)
    };
    match row {
        Row::Unchanged { text, .. } => format!("  {}", shown(text)),
        Row::Removed { left } => format!("  {}", whole(Marks::REMOVED, style::BAD, left)),
        Row::Added { right } => format!("  {}", whole(Marks::ADDED, style::GOOD, right)),
        Row::Changed { left, right } => {
            let words = merge(&left.spans, &right.spans, colored);
            words.map_or_else(
                || {
                    let removed = whole(Marks::REMOVED, style::BAD, left);
                    format!("  {removed}\n  {}", whole(Marks::ADDED, style::GOOD, right))
                },
                |words| format!("  {words}"),
            )
        }
    }
}

/// One line out of two, if they have words in common.
fn merge(left: &[Span<'_>], right: &[Span<'_>], colored: bool) -> Option<String> {
    if !left.iter().chain(right).any(|span| span.emphasized) {
        return None;
    }
    let (mut merged, mut rest) = (String::new(), right.iter().copied().peekable());
    let add = |span: Span<'_>| Marks::ADDED.mark(span, style::GOOD, colored);
    // What both have in common stands in both, cut at other places: it is taken from the left, and
    // skipped on the right.
    let mut ahead = 0;
    for span in left {
        if span.emphasized {
            merged += &Marks::REMOVED.mark(*span, style::BAD, colored);
            continue;
        }
        let mut text = span.text;
        while !text.is_empty() {
            while let Some(added) = rest.next_if(|next| next.emphasized && ahead == 0) {
                merged += &add(added);
            }
            let common = rest.peek()?.text.get(ahead..)?;
            let length = common.len().min(text.len());
            let (piece, after) = text.split_at_checked(length)?;
            if common.get(..length) != Some(piece) {
                return None;
            }
            merged += &shown(piece);
            (text, ahead) = (after, ahead + length);
            if ahead == rest.peek()?.text.len() {
                rest.next();
                ahead = 0;
            }
        }
    }
    rest.filter(|span| span.emphasized).for_each(|span| merged += &add(span));
    Some(merged)
}

/// What stands around a changed word where there is no color.
#[derive(Clone, Copy)]
struct Marks(&'static str, &'static str);

impl Marks {
    const ADDED: Self = Self("{+", "+}");
    const REMOVED: Self = Self("[-", "-]");

    fn mark(self, span: Span<'_>, color: Style, colored: bool) -> String {
        let text = shown(span.text);
        match (span.emphasized, colored) {
            (false, _) => style::paint(color, text),
            (true, true) => style::paint(color.invert(), text),
            (true, false) => format!("{}{text}{}", self.0, self.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::symbols::Symbols;

    const OLD: &str = "You are a helpful bot.\nAnswer briefly.\n";
    const NEW: &str = "You are a careful bot.\nAnswer briefly.\nCite sources.\n";

    fn written(write: fn(&TextDiff<'_>, &mut Page), old: &str, new: &str) -> String {
        let mut page = Page::new(Symbols::of_locale(), false, true);
        write(&TextDiff::new(old, new), &mut page);
        anstream::adapter::strip_str(page.text()).to_string()
    }

    #[test]
    fn changed_words_stand_in_brackets() {
        assert_eq!(
            written(write_marked, OLD, NEW),
            "@@ -1,2 +1,3 @@\n\
             - You are a [-helpful-] bot.\n\
             + You are a {+careful+} bot.\n  \
               Answer briefly.\n\
             + Cite sources.\n"
        );
    }

    #[test]
    fn words_are_merged_into_one_line() {
        assert_eq!(
            written(write_merged, OLD, NEW),
            "  You are a [-helpful-]{+careful+} bot.\n  Answer briefly.\n  {+Cite sources.+}\n"
        );
    }

    #[test]
    fn a_word_that_was_put_in_is_merged_where_it_stands() {
        assert_eq!(
            written(write_merged, "one two three four\n", "one two and three four five\n"),
            "  one two {+and +}three four{+ five+}\n"
        );
    }

    #[test]
    fn lines_without_a_common_word_stand_below_each_other() {
        let diff = written(write_merged, "abc,def,ghi\n", "uvw xyz\n");
        assert_eq!(diff, "  [-abc,def,ghi-]\n  {+uvw xyz+}\n");
    }

    #[test]
    fn what_hides_is_shown() {
        let diff = written(write_marked, "if admin {\n", "if \u{202e}admin {\r\n");
        assert!(diff.contains("\\u{202e}"), "{diff}");
        assert!(diff.contains("\\r"), "{diff}");
    }
}
