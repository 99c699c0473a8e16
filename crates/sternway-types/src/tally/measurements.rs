//! What was measured of runs: sums, altogether and by time.

use std::{collections::BTreeMap, time::Duration};

use crate::{Decimal, Metric, Outcome, Series, Timestamp};

/// Of how many scores a tally keeps sums: of those whose names come first in the order of bytes.
pub const SCORES_KEPT: usize = 64;

/// What was measured of the runs whose end is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measurements {
    /// How long they took, in milliseconds.
    pub duration: Option<Series>,
    /// What they cost.
    pub cost: Option<Series>,
    /// The scores, by name. At most [`SCORES_KEPT`].
    pub scores: BTreeMap<String, Series>,
    /// How many measurements are in none of these: scores of further names, and numbers beyond
    /// ±10^15.
    pub left_out: u64,
}

impl Measurements {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        let at = outcome.at;
        let [duration, cost] = values(outcome);
        if outcome.duration.is_some() {
            add_to(self.duration.get_or_insert_with(Series::new), at, duration, &mut self.left_out);
        }
        if outcome.cost.is_some() {
            add_to(self.cost.get_or_insert_with(Series::new), at, cost, &mut self.left_out);
        }
        for (name, score) in &outcome.scores {
            let value = Decimal::from_f64(score.get());
            match self.scores.get_mut(name) {
                Some(series) => add_to(series, at, value, &mut self.left_out),
                None => self.add_score(name, at, value),
            }
        }
    }

    /// Adds to a score that is not kept yet. Which names are kept depends on the names alone: those
    /// that come first. A name that has to go never comes back, since the names before it stay.
    fn add_score(&mut self, name: &str, at: Timestamp, value: Option<Decimal>) {
        let last = self.scores.last_key_value().map(|(last, _)| last.as_str());
        if self.scores.len() >= SCORES_KEPT && last < Some(name) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        let mut series = Series::new();
        add_to(&mut series, at, value, &mut self.left_out);
        self.scores.insert(name.to_owned(), series);
        self.cut();
    }

    pub(super) fn cut(&mut self) {
        while self.scores.len() > SCORES_KEPT {
            let Some((_, series)) = self.scores.pop_last() else { return };
            self.left_out = self.left_out.saturating_add(series.total.samples);
        }
    }

    /// How many durations and costs there are.
    pub(super) fn samples(&self) -> [u64; 2] {
        [&self.duration, &self.cost].map(|it| it.as_ref().map_or(0, |series| series.total.samples))
    }

    pub(super) fn series(&self, metric: &Metric) -> Option<&Series> {
        match metric {
            Metric::SuccessRate | Metric::ErrorRate | Metric::DurationAt(_) | Metric::CostAt(_) => {
                None
            }
            Metric::Duration => self.duration.as_ref(),
            Metric::Cost => self.cost.as_ref(),
            Metric::Score(name) => self.scores.get(name),
        }
    }
}

/// The duration and the cost of an outcome, as they are added up.
pub(super) fn values(outcome: &Outcome) -> [Option<Decimal>; 2] {
    let cost = outcome.cost.and_then(|cost| Decimal::from_f64(cost.get()));
    [outcome.duration.and_then(millis), cost]
}

fn add_to(series: &mut Series, at: Timestamp, value: Option<Decimal>, left_out: &mut u64) {
    match value {
        Some(value) => series.add(at, value),
        None => *left_out = left_out.saturating_add(1),
    }
}

/// A length of time in milliseconds, exactly; nothing beyond 10^15 of them.
fn millis(duration: Duration) -> Option<Decimal> {
    const NANOS: i128 = Decimal::UNITS / 1_000_000;
    let nanos = i128::try_from(duration.as_nanos()).ok()?;
    (nanos <= 1_000_000 * 1_000_000_000_000_000).then(|| Decimal::from_units(nanos * NANOS))
}
