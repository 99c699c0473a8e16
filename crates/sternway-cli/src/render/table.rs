//! Tables without lines.
//!
//! The layout is done on plain text, and styles are put on the words afterwards: a style has no
//! width, and is never broken by a line end. On a terminal only the last column is wrapped.

use anstyle::Style;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Row, Width, presets};

use super::{page::Page, style};
use crate::format::visible;

/// How wide the last column is at least.
const LAST: u16 = 24;

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// At the left.
    Left(&'static str),
    /// At the right, as numbers do.
    Right(&'static str),
    /// A symbol right before the next column.
    Symbol,
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A text, on one line, with nothing hidden in it.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self::styled(style::PLAIN, text)
    }

    /// A text in a style.
    pub(crate) fn styled(style: Style, text: impl AsRef<str>) -> Self {
        Self { text: visible::line(text.as_ref().trim()).into_owned(), style }
    }
}

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Writes it.
    pub(crate) fn write(&self, page: &mut Page) {
        let mut rows = self.rows.iter();
        let mut row: Option<Painter<'_>> = None;
        for (index, line) in self.layout().lines().enumerate() {
            if index == 0 {
                page.line(style::paint(style::DIM, line.trim_end()));
                continue;
            }
            // The last column alone is wrapped, so a line that begins with space goes on with it.
            let begins = self.begins_row(&line);
            if begins || row.is_none() {
                row = rows.next().map(|cells| Painter { cells });
            }
            page.line(row.as_ref().map_or_else(|| line.clone(), |row| row.paint(&line)));
        }
    }

    /// Whether a line is the first of a row: something stands where the first text column begins.
    fn begins_row(&self, line: &str) -> bool {
        let symbol = self.columns.first() == Some(&Column::Symbol);
        let start = if symbol { 2 } else { 0 };
        line.chars().nth(start).is_some_and(|c| c != ' ')
    }

    fn layout(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(Row::from(self.columns.iter().map(|column| column.title())));
        for row in &self.rows {
            table.add_row(Row::from(row.iter().map(|cell| cell.text.as_str())));
        }
        let last = self.columns.len().saturating_sub(1);
        for (index, (column, layout)) in
            self.columns.iter().zip(table.column_iter_mut()).enumerate()
        {
            layout.set_padding((0, if *column == Column::Symbol { 1 } else { 2 }));
            if matches!(column, Column::Right(_)) {
                layout.set_cell_alignment(CellAlignment::Right);
            }
            layout.set_constraint(if index == last {
                // Narrower than this, a text is harder to read than one that the terminal breaks.
                ColumnConstraint::LowerBoundary(Width::Fixed(LAST))
            } else {
                ColumnConstraint::ContentWidth
            });
        }
        table
    }
}

impl Column {
    const fn title(self) -> &'static str {
        match self {
            Self::Left(title) | Self::Right(title) => title,
            Self::Symbol => "",
        }
    }
}

/// Puts the styles of a row on its line.
struct Painter<'a> {
    cells: &'a [Cell],
}

impl Painter<'_> {
    fn paint(&self, line: &str) -> String {
        let mut painted = String::new();
        let mut rest = line;
        for cell in self.cells.iter().filter(|cell| !cell.text.is_empty()) {
            // Only space stands between two cells, so the first place where it fits is its own.
            let Some(at) = rest.find(cell.text.as_str()) else { continue };
            let (before, found) = rest.split_at(at);
            painted.push_str(before);
            painted.push_str(&style::paint(cell.style, &cell.text));
            rest = found.get(cell.text.len()..).unwrap_or_default();
        }
        painted + rest
    }
}

#[cfg(test)]
mod tests {
    use super::{super::symbols::Symbols, *};

    fn written(table: &Table) -> String {
        let mut page = Page::new(Symbols::of_locale(), false, true);
        table.write(&mut page);
        anstream::adapter::strip_str(page.text()).to_string()
    }

    #[test]
    fn columns_stand_below_each_other() {
        let mut table = Table::new([
            Column::Symbol,
            Column::Left("VERSION"),
            Column::Right("RUNS"),
            Column::Left("MESSAGE"),
        ]);
        table.row([
            Cell::new("*"),
            Cell::new("v10 live"),
            Cell::new("7"),
            Cell::new("first\nline"),
        ]);
        table.row([Cell::new("-"), Cell::new("v9"), Cell::new("4 210"), Cell::new("")]);
        assert_eq!(
            written(&table),
            "  VERSION    RUNS  MESSAGE\n\
             * v10 live      7  first\\nline\n\
             - v9        4 210\n"
        );
    }

    #[test]
    fn a_style_covers_its_own_cell() {
        let mut table = Table::new([Column::Left("A"), Column::Left("B")]);
        table.row([Cell::new("a b"), Cell::styled(style::GOOD, "b")]);
        let mut page = Page::new(Symbols::of_locale(), true, true);
        table.write(&mut page);
        assert!(page.text().contains(&format!("a b  {}", style::paint(style::GOOD, "b"))));
    }
}
