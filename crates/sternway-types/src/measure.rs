//! What measurements add up to, as a whole and by time.

use serde::{Deserialize, Serialize};

use crate::{Decimal, Timestamp};

/// Measurements of one kind: how many, and their sum. What has no measurement does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Measure {
    /// How many measurements.
    pub samples: u64,
    /// Their exact sum.
    pub sum: Decimal,
}

impl Measure {
    /// One more measurement.
    pub const fn add(&mut self, value: Decimal) {
        self.samples = self.samples.saturating_add(1);
        self.sum = self.sum.plus(value);
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { samples: self.samples.saturating_add(other.samples), sum: self.sum.plus(other.sum) }
    }

    /// The mean; nothing if there is no measurement.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a mean over 2^53 measurements is still one")]
    pub fn mean(self) -> Option<f64> {
        (self.samples > 0).then(|| self.sum.to_f64() / self.samples as f64)
    }
}

/// How finely measurements are kept by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// By minute for the last hour, and by hour for the last 7 days: how runs ended.
    Minutes,
    /// By hour for the last day, and by day for the last 7: what was measured of runs.
    Hours,
}

/// One stretch of time, in whole steps since 1970, and what was measured in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Which: the stretch begins at this many times its length after 1970.
    pub index: i64,
    /// What was measured in it.
    pub measure: Measure,
}

/// The length of a stretch in microseconds, and how many of the newest are kept: one more than fit,
/// since the oldest and the newest are cut.
#[derive(Clone, Copy)]
struct Grain {
    length: i64,
    kept: i64,
}

const MINUTES: Grain = Grain { length: 60 * 1_000_000, kept: 61 };
const HOURS_OF_A_DAY: Grain = Grain { length: 60 * MINUTES.length, kept: 25 };
const HOURS_OF_A_WEEK: Grain = Grain { kept: 169, ..HOURS_OF_A_DAY };
const DAYS: Grain = Grain { length: 24 * HOURS_OF_A_DAY.length, kept: 8 };

/// Measurements by time: the newest stretches, by the measurements' own times, relative to the
/// newest of them.
///
/// It depends on the set of measurements alone: a stretch that is kept at the end was never too old
/// before, so that nothing of it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    resolution: Resolution,
    // Invariant: strictly ascending, and no older than the newest allows.
    fine: Vec<Period>,
    coarse: Vec<Period>,
}

impl Timeline {
    /// Nothing yet.
    #[must_use]
    pub const fn new(resolution: Resolution) -> Self {
        Self { resolution, fine: Vec::new(), coarse: Vec::new() }
    }

    /// One that was kept elsewhere: brought into order, and cut to what is kept.
    #[must_use]
    pub fn from_parts(resolution: Resolution, fine: Vec<Period>, coarse: Vec<Period>) -> Self {
        let (fine_grain, coarse_grain) = grains(resolution);
        let ordered = |grain: Grain, mut periods: Vec<Period>| {
            periods.sort_by_key(|period| period.index);
            periods.dedup_by_key(|period| period.index);
            cut(grain, &mut periods);
            periods
        };
        let (fine, coarse) = (ordered(fine_grain, fine), ordered(coarse_grain, coarse));
        Self { resolution, fine, coarse }
    }

    /// The short stretches, the oldest first.
    #[must_use]
    pub fn fine(&self) -> &[Period] {
        &self.fine
    }

    /// The long stretches, the oldest first.
    #[must_use]
    pub fn coarse(&self) -> &[Period] {
        &self.coarse
    }

    /// Adds one measurement.
    pub(crate) fn add(&mut self, at: Timestamp, value: Decimal) {
        let micros = at.as_micros();
        // The lengths are constants in each arm: dividing by a constant is fast.
        let (fine, coarse) = match self.resolution {
            Resolution::Minutes => {
                (micros.div_euclid(MINUTES.length), micros.div_euclid(HOURS_OF_A_WEEK.length))
            }
            Resolution::Hours => {
                (micros.div_euclid(HOURS_OF_A_DAY.length), micros.div_euclid(DAYS.length))
            }
        };
        let (fine_grain, coarse_grain) = grains(self.resolution);
        count(fine_grain, &mut self.fine, fine, value);
        count(coarse_grain, &mut self.coarse, coarse, value);
    }

    /// What was measured since a moment, in whole stretches: the one that the moment lies in counts
    /// from its beginning. The short stretches are taken where they reach back so far, otherwise
    /// the long ones; what is older than those is not kept.
    #[must_use]
    pub fn since(&self, moment: Timestamp) -> Measure {
        let (fine, coarse) = grains(self.resolution);
        let micros = moment.as_micros();
        let first = micros.div_euclid(fine.length);
        let oldest =
            self.fine.last().map_or(first, |newest| newest.index.saturating_sub(fine.kept - 1));
        if first >= oldest {
            return sum(&self.fine, first);
        }
        sum(&self.coarse, micros.div_euclid(coarse.length))
    }
}

const fn grains(resolution: Resolution) -> (Grain, Grain) {
    match resolution {
        Resolution::Minutes => (MINUTES, HOURS_OF_A_WEEK),
        Resolution::Hours => (HOURS_OF_A_DAY, DAYS),
    }
}

fn sum(periods: &[Period], first: i64) -> Measure {
    let newer = periods.iter().rev().take_while(|period| period.index >= first);
    newer.fold(Measure::default(), |sum, period| sum.plus(period.measure))
}

fn count(grain: Grain, periods: &mut Vec<Period>, index: i64, value: Decimal) {
    let age = periods.last().map_or(0, |newest| newest.index.saturating_sub(index));
    if age >= grain.kept {
        return;
    }
    let place = place_of(periods, index, age);
    match periods.get_mut(place) {
        Some(period) if period.index == index => period.measure.add(value),
        _ => {
            let mut measure = Measure::default();
            measure.add(value);
            periods.insert(place, Period { index, measure });
            cut(grain, periods);
        }
    }
}

/// Where a stretch stands that is so much older than the newest, or where it belongs.
fn place_of(periods: &[Period], index: i64, age: i64) -> usize {
    // Where no stretch between is missing, it stands as far from the end as it is old: nothing to search.
    let dense = usize::try_from(age).ok().and_then(|age| periods.len().checked_sub(age + 1));
    let found = dense.filter(|place| periods.get(*place).is_some_and(|it| it.index == index));
    found.unwrap_or_else(|| periods.partition_point(|period| period.index < index))
}

/// Forgets what is too old beside the newest.
fn cut(grain: Grain, periods: &mut Vec<Period>) {
    let Some(newest) = periods.last().map(|newest| newest.index) else { return };
    let old = periods.partition_point(|period| newest.saturating_sub(period.index) >= grain.kept);
    periods.drain(..old);
}

/// Measurements of one kind, as a whole and by time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// All of them.
    pub total: Measure,
    /// The newest, by time.
    pub timeline: Timeline,
}

impl Series {
    pub(crate) const fn new() -> Self {
        Self {
            total: Measure { samples: 0, sum: Decimal::ZERO },
            timeline: Timeline::new(Resolution::Hours),
        }
    }

    pub(crate) fn add(&mut self, at: Timestamp, value: Decimal) {
        self.total.add(value);
        self.timeline.add(at, value);
    }
}
