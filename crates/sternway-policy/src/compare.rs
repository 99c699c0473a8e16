//! Two versions side by side, metric by metric.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use sternway_types::{Decimal, Direction, Measure, Metric, Ratio, Tally};

use crate::{contrast::Contrast, number::Short};

/// What is known of one version: the tallies of its stays, and how it was rated.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What the outcomes of its stays add up to.
    pub tallies: &'a [Tally],
    /// Its ratings, by the name that the metric is to have, such as `security_rating`. One of the
    /// name of a score takes its place.
    pub ratings: &'a BTreeMap<String, Ratio>,
}

/// How versions are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Which way metrics get better, where that is not known or another way than usual.
    pub directions: BTreeMap<Metric, Direction>,
    /// How many measurements it takes on both sides. Default 10. A rating needs one.
    pub at_least: u64,
    /// How far back from each version's own newest outcome; all of it if nothing is said. Quantiles are of all of it,
    /// and left out of a window.
    pub window: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self { directions: BTreeMap::new(), at_least: 10, window: None }
    }
}

/// What was measured of one version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// The mean, or the rating, or the quantile.
    pub mean: f64,
    /// How many measurements it is of; nothing for a rating.
    pub samples: Option<u64>,
}

/// What became of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It got better.
    Improved,
    /// It got worse.
    Degraded,
    /// It is exactly the same.
    Unchanged,
    /// It was not measured on a side.
    Missing,
    /// There are too few measurements on a side.
    TooFew,
    /// Nobody knows which way it gets better.
    NoDirection,
}

impl Change {
    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Improved => "improved",
            Self::Degraded => "degraded",
            Self::Unchanged => "unchanged",
            Self::Missing => "missing",
            Self::TooFew => "too_few",
            Self::NoDirection => "no_direction",
        }
    }
}

/// One metric of two versions.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Which metric.
    pub metric: Metric,
    /// Of the first version; nothing if it was not measured.
    pub from: Option<Value>,
    /// Of the second.
    pub to: Option<Value>,
    /// The second less the first, in the metric's unit.
    pub delta: Option<f64>,
    /// That in percent of the first; nothing if the first is 0.
    pub delta_percent: Option<f64>,
    /// That towards better: positive if it got better. Nothing if nobody knows what is better.
    pub improvement: Option<f64>,
    /// Which way it gets better.
    pub direction: Option<Direction>,
    /// What became of it.
    pub change: Change,
}

/// Compares two versions, by every metric that is measured on a side: the rates, the duration, the
/// cost, each with its quantiles, then the scores and ratings by name.
#[must_use]
pub fn compare(from: Side<'_>, to: Side<'_>, options: &Options) -> Vec<Comparison> {
    let (mut from, mut to) = (measures(from, options.window), measures(to, options.window));
    let mut metrics: Vec<Metric> = from.keys().chain(to.keys()).cloned().collect();
    metrics.sort_unstable();
    metrics.dedup();
    let compared = metrics.into_iter().map(|metric| {
        let (from, to) = (from.remove(&metric), to.remove(&metric));
        of_metric(metric, from, to, options)
    });
    compared.collect()
}

/// What was measured of one version, by metric.
#[must_use]
pub fn measured(side: Side<'_>, window: Option<Duration>) -> BTreeMap<Metric, Value> {
    let measures = measures(side, window).into_iter();
    measures.filter_map(|(metric, found)| Some((metric, found.value()?))).collect()
}

/// What was measured, and whether it is a rating.
#[derive(Clone, Copy)]
struct Reading {
    measure: Measure,
    rated: bool,
}

impl Reading {
    fn value(self) -> Option<Value> {
        let samples = (!self.rated).then_some(self.measure.samples);
        self.measure.mean().map(|mean| Value { mean, samples })
    }

    const fn is_enough(self, least: u64) -> bool {
        self.rated || self.measure.samples >= least
    }
}

fn measures(side: Side<'_>, window: Option<Duration>) -> BTreeMap<Metric, Reading> {
    let newest = side.tallies.iter().filter_map(Tally::newest).max();
    let since = window.and_then(|window| Some(newest?.saturating_sub(window)));
    // A quantile is not kept by time.
    let is_kept = |metric: &Metric| window.is_none() || metric.percentile().is_none();
    let metrics: BTreeSet<Metric> = side.tallies.iter().flat_map(Tally::metrics).collect();
    let measured = metrics.into_iter().filter(is_kept).map(|metric| {
        let measure = Tally::measure_all(side.tallies, &metric, since);
        (metric, Reading { measure, rated: false })
    });
    let mut readings: BTreeMap<_, _> =
        measured.filter(|(_, reading)| reading.measure.samples > 0).collect();
    for (name, rating) in side.ratings {
        // A ratio is always within what a decimal holds.
        let sum = Decimal::from_f64(rating.get()).unwrap_or_default();
        let reading = Reading { measure: Measure { samples: 1, sum }, rated: true };
        readings.insert(Metric::Score(name.clone()), reading);
    }
    readings
}

fn of_metric(
    metric: Metric,
    from: Option<Reading>,
    to: Option<Reading>,
    options: &Options,
) -> Comparison {
    let direction = options.directions.get(&metric).copied().or_else(|| metric.direction());
    let mut comparison = Comparison {
        metric,
        from: from.and_then(Reading::value),
        to: to.and_then(Reading::value),
        delta: None,
        delta_percent: None,
        improvement: None,
        direction,
        change: Change::Missing,
    };
    let (Some(from), Some(to)) = (from, to) else { return comparison };
    let Some(contrast) = Contrast::new(from.measure, to.measure) else { return comparison };
    let delta = contrast.delta();
    comparison.delta = Some(delta);
    let base = contrast.from();
    comparison.delta_percent = (base != 0.0).then(|| 100.0 * delta / base.abs());
    comparison.improvement = direction.map(|direction| match direction {
        Direction::Higher => delta,
        // Adding zero turns −0.0 into 0.0.
        Direction::Lower => -delta + 0.0,
    });
    let enough = from.is_enough(options.at_least) && to.is_enough(options.at_least);
    comparison.change =
        match (direction, contrast.order()) {
            _ if !enough => Change::TooFew,
            (None, _) => Change::NoDirection,
            (Some(_), Ordering::Equal) => Change::Unchanged,
            (Some(Direction::Higher), Ordering::Greater)
            | (Some(Direction::Lower), Ordering::Less) => Change::Improved,
            (Some(Direction::Higher), Ordering::Less)
            | (Some(Direction::Lower), Ordering::Greater) => Change::Degraded,
        };
    comparison
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.samples {
            Some(samples) => write!(f, "{} (of {samples})", Short(self.mean)),
            None => write!(f, "{} (rated)", Short(self.mean)),
        }
    }
}

impl fmt::Display for Comparison {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |value: Option<Value>| match value {
            Some(value) => value.to_string(),
            None => "not measured".into(),
        };
        write!(f, "{}: {} → {}", self.metric, side(self.from), side(self.to))?;
        if let Some(delta) = self.delta {
            let unit = self.metric.unit().map(|unit| format!(" {unit}")).unwrap_or_default();
            let sign = if delta > 0.0 { "+" } else { "" };
            write!(f, ", {sign}{}{unit}", Short(delta))?;
        }
        if let Some(percent) = self.delta_percent {
            let sign = if percent > 0.0 { "+" } else { "" };
            write!(f, " ({sign}{percent:.1} %)")?;
        }
        let said = match self.change {
            Change::Improved => "improved",
            Change::Degraded => "degraded",
            Change::Unchanged => "unchanged",
            Change::Missing => "cannot be compared: it is missing on a side",
            Change::TooFew => "cannot be compared: too few measurements",
            Change::NoDirection => "cannot be judged: nobody said which way it gets better",
        };
        write!(f, ", {said}")
    }
}
