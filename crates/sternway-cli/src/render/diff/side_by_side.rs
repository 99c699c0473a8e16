//! Two texts side by side. A line that is longer than its half of the screen is cut, and says so.

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, Row as Cells, Width, presets,
};
use sternway::diff::text::{Row, TextDiff};

use super::shown;
use crate::render::{page::Page, style};

/// How wide both halves are where nobody says.
const WIDTH: u16 = 120;
/// What a number and the space around the middle take.
const TAKEN: u16 = 10;

/// Writes both texts side by side.
pub(crate) fn write(diff: &TextDiff<'_>, page: &mut Page) {
    let rows: Vec<Row<'_>> = diff.rows().collect();
    let (left, right): (Vec<_>, Vec<_>) = rows.iter().map(cells).unzip();
    let width = comfy_table::Table::new().width().unwrap_or(WIDTH).max(2 * TAKEN + 20) / 2;
    let (left, right) = (half(&left, width, page), half(&right, width, page));
    let bar = page.symbols().bar;
    for ((row, left), right) in rows.iter().zip(left).zip(right) {
        let (sign, old, new) = match row {
            Row::Unchanged { .. } => (bar, style::PLAIN, style::PLAIN),
            Row::Changed { .. } => ("!", style::BAD, style::GOOD),
            Row::Removed { .. } => ("-", style::BAD, style::PLAIN),
            Row::Added { .. } => ("+", style::PLAIN, style::GOOD),
        };
        let (left, right) = (style::paint(old, left), style::paint(new, right.trim_end()));
        page.line(format_args!("{left} {sign} {right}"));
    }
}

/// The number and the text of a line; empty where there is none.
type Half = (String, String);

fn cells(row: &Row<'_>) -> (Half, Half) {
    let half = |number: &dyn ToString, text: &str| (number.to_string(), shown(text).into_owned());
    match row {
        Row::Unchanged { left, right, text } => (half(left, text), half(right, text)),
        Row::Changed { left, right } => {
            (half(&left.number, left.text), half(&right.number, right.text))
        }
        Row::Removed { left } => (half(&left.number, left.text), Half::default()),
        Row::Added { right } => (Half::default(), half(&right.number, right.text)),
    }
}

/// The lines of one half, each as wide as the half.
fn half(cells: &[Half], width: u16, page: &Page) -> Vec<String> {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_truncation_indicator(page.symbols().more);
    for (number, text) in cells {
        // A tab has no width of its own; four spaces do.
        let text = text.replace('\t', "    ");
        let mut row = Cells::from([number.as_str(), text.as_str()]);
        row.max_height(1);
        table.add_row(row);
    }
    for (column, taken) in table.column_iter_mut().zip([true, false]) {
        column.set_padding((0, if taken { 1 } else { 0 }));
        if taken {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let width = if taken { 6 } else { width.saturating_sub(TAKEN) };
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    table.lines().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::symbols::Symbols;

    #[test]
    fn every_row_is_one_line() {
        let mut page = Page::new(Symbols::of_locale(), false, true);
        let long = format!("{}\nsame\n", "word ".repeat(100));
        write(&TextDiff::new(&long, "short\nsame\nnew\n"), &mut page);
        let text = anstream::adapter::strip_str(page.text()).to_string();
        let signs: Vec<Option<char>> =
            text.lines().map(|line| line.chars().find(|c| "!-+│|".contains(*c))).collect();
        assert_eq!(signs.len(), 3, "{text}");
        assert_eq!((signs[0], signs[2]), (Some('!'), Some('+')), "{text}");
    }
}
