//! What the reference simulation found, and whether ours agrees.
//!
//! Both were drawn by chance, so that a cell of ours may differ from one of theirs. It disagrees if the
//! exact limits of both do not touch: then one of them has drawn what is as improbable as the level, or
//! they do not simulate the same.

use std::fmt;

use sternway_policy::evidence::Alpha;

use crate::{
    limits::{Limits, limits, ranks},
    number::{float, floor},
    tables::{Cell, Figure, Promise, Table},
};

/// The numbers, as they were printed.
const PRINTED: &str = include_str!("../reference/tables.txt");

/// Something that a table shows and should not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which table.
    pub table: &'static str,
    /// In which row.
    pub row: String,
    /// In which column.
    pub column: &'static str,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table {}, {}, {}: {}", self.table, self.row, self.column, self.what)
    }
}

/// A table of the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    runs: u64,
    rows: Vec<Vec<&'static str>>,
}

impl Reference {
    /// The table of that name, if the reference has one.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let mut lines = PRINTED.lines();
        let runs = lines.find_map(|line| line.strip_prefix(&format!("[{name}] ")))?;
        let rows = lines.take_while(|line| !line.is_empty());
        let rows = rows.map(|row| row.split('|').map(str::trim).collect()).collect();
        Some(Self { runs: runs.parse().ok()?, rows })
    }

    /// How many deployments are behind each of its cells.
    #[must_use]
    pub const fn runs(&self) -> u64 {
        self.runs
    }

    /// How many rows it has.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The cell of a row with these labels and of a column, counted from 0, as it was printed.
    #[must_use]
    pub fn cell(&self, labels: &[String], column: usize) -> Option<&'static str> {
        let row =
            self.rows.iter().find(|row| row.iter().zip(labels).all(|(one, other)| one == other));
        row?.get(labels.len() + column).copied().filter(|cell| *cell != "–")
    }
}

/// What a table shows and should not: promises that are not kept, and cells that disagree with the
/// reference. Each finding is wrong with a probability of at most twice the level.
#[must_use]
pub fn findings(table: &Table, level: Alpha) -> Vec<Finding> {
    let reference = Reference::of(table.name);
    let mut findings = Vec::new();
    for row in &table.rows {
        for (index, (cell, column)) in row.cells.iter().zip(table.columns).enumerate() {
            let printed = reference.as_ref().and_then(|reference| {
                Some((reference.cell(&row.labels, index)?, reference.runs()))
            });
            let disagreements = printed
                .map(|(printed, runs)| disagreements(cell, printed, runs, level))
                .unwrap_or_default();
            findings.extend(broken(cell, level).into_iter().chain(disagreements).map(|what| {
                Finding { table: table.name, row: row.labels.join(" "), column, what }
            }));
        }
    }
    findings
}

/// Whether more are stopped than was promised, as far as chance leaves no other reason.
fn broken(cell: &Cell, level: Alpha) -> Option<String> {
    let Cell::Simulated { summary, promise: Some(promise), .. } = cell else { return None };
    let (count, runs) = (promise.broken_by(summary), summary.runs());
    let lower = limits(count, runs, level).lower;
    let stopped = match promise {
        Promise::Falsely(_) => "stopped falsely",
        Promise::AtAll(_) => "stopped",
    };
    let alpha = promise.alpha();
    (lower > alpha.get()).then(|| {
        format!("{count} of {runs} are {stopped}, which is more than {alpha}: at least {lower:.5}")
    })
}

/// Which numbers of a cell disagree with what was printed.
fn disagreements(cell: &Cell, printed: &str, runs: u64, level: Alpha) -> Vec<String> {
    let printed: Vec<Option<Printed>> = printed.split(" / ").map(Printed::parse).collect();
    // Of a cell, the share that was stopped says how many delays there were.
    let stopped = printed.iter().flatten().rfind(|number| number.percent);
    let delays = stopped.map_or(runs, |share| floor(share.value / 100.0 * float(runs) + 0.5));
    let figures = cell.figures();
    let pairs =
        figures.iter().zip(&printed).filter_map(|(figure, printed)| Some((figure, (*printed)?)));
    pairs
        .filter(|(figure, printed)| !agree(figure, *printed, runs, delays, level))
        .map(|(figure, printed)| {
            format!("{} here, and {} in the reference", figure.text(), printed.text())
        })
        .collect()
}

fn agree(figure: &Figure<'_>, printed: Printed, runs: u64, stopped: u64, level: Alpha) -> bool {
    match *figure {
        Figure::Exact(number) => number.is_some_and(|number| printed.around().holds(float(number))),
        Figure::Share { count, of } => {
            let (ours, around) = (limits(count, of, level), printed.around());
            // What was printed was rounded: the count is one of these.
            let at = |percent: f64| (percent / 100.0).clamp(0.0, 1.0) * float(runs);
            let (least, most) = (floor(at(around.lower)), floor(at(around.upper).ceil()));
            let lower = limits(least, runs, level).lower;
            let upper = limits(most, runs, level).upper;
            ours.lower <= upper && lower <= ours.upper
        }
        Figure::Delay { delays, part, .. } => {
            let of_theirs = limits(floor(part * float(stopped) + 0.5), stopped, level);
            let between =
                Limits { lower: of_theirs.lower.min(part), upper: of_theirs.upper.max(part) };
            let (least, most) = ranks(between, delays.len() as u64, level);
            let at = |rank: u64| {
                let index = usize::try_from(rank).ok()?;
                delays.get(index).copied().map(float)
            };
            let (least, most) = (least.and_then(at), most.and_then(at));
            // Half of one is rounded away.
            least.is_none_or(|least| printed.value >= least - 0.5)
                && most.is_none_or(|most| printed.value <= most + 0.5)
        }
    }
}

/// A number as it was printed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Printed {
    value: f64,
    digits: usize,
    percent: bool,
}

impl Printed {
    /// Nothing if there is none.
    fn parse(text: &str) -> Option<Self> {
        let number = text.trim_end_matches(" %");
        let digits = number.split_once('.').map_or(0, |(_, digits)| digits.len());
        Some(Self { value: number.parse().ok()?, digits, percent: number != text })
    }

    fn text(self) -> String {
        let unit = if self.percent { " %" } else { "" };
        format!("{:.*}{unit}", self.digits, self.value)
    }

    /// Between what it was before it was rounded.
    fn around(self) -> Limits {
        let half = (0..self.digits).fold(0.5, |half, _| half / 10.0);
        Limits { lower: self.value - half, upper: self.value + half }
    }
}

impl Limits {
    fn holds(self, value: f64) -> bool {
        (self.lower..=self.upper).contains(&value)
    }
}
