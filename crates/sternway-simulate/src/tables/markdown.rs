//! A table as a page shows it.

use std::fmt::Write as _;

use super::{Row, Table};
use crate::reference::Reference;

impl Table {
    /// In Markdown: each cell, and in parentheses that of the reference.
    #[must_use]
    pub fn markdown(&self) -> String {
        let reference = Reference::of(self.name);
        let mut page = format!(
            "## {}\n\n{}\n\n{} deployments per cell",
            self.title,
            self.note,
            grouped(self.runs)
        );
        if let Some(reference) = &reference {
            let runs = grouped(reference.runs());
            // A `String` takes every write.
            write!(page, "; in parentheses the reference, {runs}").unwrap_or_default();
        }
        page.push_str(".\n\n");
        let heads: Vec<_> = self.labels.iter().chain(self.columns).copied().collect();
        line(&mut page, &heads);
        line(&mut page, &vec!["---"; heads.len()]);
        for row in &self.rows {
            line(&mut page, &cells(row, reference.as_ref()));
        }
        page
    }
}

fn cells(row: &Row, reference: Option<&Reference>) -> Vec<String> {
    let found = row.cells.iter().enumerate().map(|(column, cell)| {
        match reference.and_then(|reference| reference.cell(&row.labels, column)) {
            Some(printed) => format!("{} ({printed})", cell.text()),
            None => cell.text(),
        }
    });
    row.labels.iter().cloned().chain(found).collect()
}

fn line<T: AsRef<str>>(page: &mut String, cells: &[T]) {
    for cell in cells {
        page.push_str("| ");
        page.push_str(cell.as_ref());
        page.push(' ');
    }
    page.push_str("|\n");
}

/// 20,000 of 20000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
