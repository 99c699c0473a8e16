//! What stands in a cell of a table.

use sternway_policy::evidence::Alpha;

use crate::{number::percent, summary::Summary};

/// Which numbers of a summary are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The share that was stopped.
    Stopped,
    /// The share that was stopped before the candidate became worse.
    Early,
    /// The share that was stopped after.
    Late,
    /// The median delay.
    Median,
    /// The delay that nine in ten stay below.
    NineInTen,
}

/// What share of deployments may be stopped, at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Promise {
    /// This share falsely.
    Falsely(Alpha),
    /// This share at all.
    AtAll(Alpha),
}

impl Promise {
    /// The share.
    #[must_use]
    pub const fn alpha(self) -> Alpha {
        match self {
            Self::Falsely(alpha) | Self::AtAll(alpha) => alpha,
        }
    }

    /// How many deployments count against it.
    #[must_use]
    pub const fn broken_by(self, summary: &Summary) -> u64 {
        match self {
            Self::Falsely(_) => summary.falsely_stopped(),
            Self::AtAll(_) => summary.stopped(),
        }
    }
}

/// A number of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure<'a> {
    /// So many of so many deployments.
    Share {
        /// How many.
        count: u64,
        /// Of how many.
        of: u64,
    },
    /// The delay that a part of the deployments that were stopped stays below.
    Delay {
        /// All of their delays, in their order.
        delays: &'a [u64],
        /// Which part.
        part: f64,
        /// The delay, if there is any.
        value: Option<f64>,
    },
    /// A number that does not depend on chance.
    Exact(Option<u64>),
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// What became of many deployments.
    Simulated {
        /// All of it.
        summary: Summary,
        /// What is shown of it.
        shown: &'static [Shown],
        /// What is promised of it, if anything is.
        promise: Option<Promise>,
    },
    /// A number that does not depend on chance.
    Exact(Option<u64>),
}

impl Cell {
    /// Its numbers, in their order.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure<'_>> {
        match self {
            Self::Simulated { summary, shown, .. } => {
                shown.iter().map(|shown| figure(summary, *shown)).collect()
            }
            Self::Exact(number) => vec![Figure::Exact(*number)],
        }
    }

    /// Its numbers, as they are written.
    #[must_use]
    pub fn text(&self) -> String {
        let figures: Vec<_> = self.figures().iter().map(Figure::text).collect();
        figures.join(" / ")
    }
}

fn figure(summary: &Summary, shown: Shown) -> Figure<'_> {
    let share = |count| Figure::Share { count, of: summary.runs() };
    let delay = |part| {
        let (delays, value) = (summary.delays(), summary.quantile(part));
        Figure::Delay { delays, part, value }
    };
    match shown {
        Shown::Stopped => share(summary.stopped()),
        Shown::Early => share(summary.stopped() - summary.late()),
        Shown::Late => share(summary.late()),
        Shown::Median => delay(0.5),
        Shown::NineInTen => delay(0.9),
    }
}

impl Figure<'_> {
    /// As it is written.
    #[must_use]
    pub fn text(&self) -> String {
        const NOTHING: &str = "–";
        match self {
            Self::Share { count, of } => percent(*count, *of),
            Self::Delay { value, .. } => {
                value.map_or_else(|| NOTHING.to_owned(), |delay| format!("{delay:.0}"))
            }
            Self::Exact(number) => {
                number.map_or_else(|| NOTHING.to_owned(), |number| number.to_string())
            }
        }
    }
}
