//! Examples of a page of the documentation: each block of SQL, and the table that follows it.

use std::fmt::Write as _;

use sqlx::{Column as _, Row as _, ValueRef as _, postgres::PgRow};

/// Lines of a page.
pub(crate) enum Part<'a> {
    /// What is only read.
    Prose(&'a str),
    /// A block of SQL, and what it is said to answer.
    Example { sql: String, answer: Option<String> },
}

const SQL: &str = "```sql";
const ANSWER: &str = "```text";
const END: &str = "```";

/// The page in order.
pub(crate) fn parts(page: &str) -> Vec<Part<'_>> {
    let mut lines = page.lines().peekable();
    let mut parts = Vec::new();
    while let Some(line) = lines.next() {
        if line != SQL {
            parts.push(Part::Prose(line));
            continue;
        }
        let block = |lines: &mut dyn Iterator<Item = &str>| -> String {
            lines.take_while(|line| *line != END).flat_map(|line| [line, "\n"]).collect()
        };
        let sql = block(&mut lines);
        // One empty line is between a question and its answer.
        let mut ahead = lines.clone();
        let answered = ahead.next() == Some("") && ahead.next() == Some(ANSWER);
        let answer = answered.then(|| {
            lines = ahead;
            block(&mut lines)
        });
        parts.push(Part::Example { sql, answer });
    }
    parts
}

/// The page again.
pub(crate) fn page(parts: &[Part<'_>]) -> String {
    let mut page = String::new();
    for part in parts {
        match part {
            Part::Prose(line) => writeln!(page, "{line}"),
            Part::Example { sql, answer: None } => writeln!(page, "{SQL}\n{sql}{END}"),
            Part::Example { sql, answer: Some(answer) } => {
                writeln!(page, "{SQL}\n{sql}{END}\n\n{ANSWER}\n{answer}{END}")
            }
        }
        .expect("a text grows");
    }
    page
}

/// Rows as people read them: a line of names, a rule, and a line for each row.
pub(crate) fn table(rows: &[PgRow]) -> String {
    let Some(first) = rows.first() else { return "(no rows)\n".into() };
    let names = first.columns().iter().map(|column| column.name().to_owned()).collect();
    let cells =
        |row: &PgRow| -> Vec<String> { (0..row.len()).map(|index| cell(row, index)).collect() };
    let lines: Vec<Vec<String>> = std::iter::once(names).chain(rows.iter().map(cells)).collect();
    let widths: Vec<usize> = (0..first.len())
        .map(|index| {
            let cells = lines.iter().filter_map(|line| line.get(index));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        })
        .collect();
    let mut table = String::new();
    for (number, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} "));
        let line = cells.collect::<Vec<_>>().join("|");
        writeln!(table, "{}", line.trim_end()).expect("a text grows");
        if number == 0 {
            let rules = widths.iter().map(|width| "-".repeat(width + 2));
            writeln!(table, "{}", rules.collect::<Vec<_>>().join("+")).expect("a text grows");
        }
    }
    table
}

fn cell(row: &PgRow, index: usize) -> String {
    let value = row.try_get_raw(index).expect("the column is there");
    if value.is_null() {
        return String::new();
    }
    value.as_str().expect("what is asked for in plain words is answered in text").to_owned()
}
