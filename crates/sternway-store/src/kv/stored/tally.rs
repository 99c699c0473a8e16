//! What outcomes add up to, as it is stored.

use serde::{Deserialize, Serialize};
use sternway_types::{
    Block, Blocks, Decimal, ErrorClasses, Measure, Measurements, OutcomeId, Period, Recent,
    Resolution, Series, Tally, Timeline, Timestamp,
};
use uuid::Uuid;

use super::{Decoded, more::StoredMore, outcome::read_class, spread::StoredSpread};
use crate::{Tallies, kv::codec};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredRecent {
    id: [u8; 16],
    at: i64,
    failed: bool,
    class: Option<String>,
}

/// A sum without the zeros at its end: most of what is measured has few decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredMeasure {
    samples: u64,
    digits: i128,
    zeros: u8,
}

/// How many zeros are looked for at the end of a sum.
const ZEROS: [u8; 4] = [12, 9, 6, 3];

impl StoredMeasure {
    fn new(measure: Measure) -> Self {
        let (samples, units) = (measure.samples, measure.sum.units());
        // Nearly every sum is small, and small numbers are divided much faster.
        let ends_in = |zeros: u32| match i64::try_from(units) {
            Ok(units) => units % 10_i64.pow(zeros) == 0,
            Err(_) => units % 10_i128.pow(zeros) == 0,
        };
        let zeros = ZEROS.into_iter().find(|zeros| ends_in(u32::from(*zeros))).unwrap_or_default();
        Self { samples, digits: units / 10_i128.pow(u32::from(zeros)), zeros }
    }

    fn into_measure(self) -> Decoded<Measure> {
        let factor = 10_i128.checked_pow(u32::from(self.zeros));
        let units = factor.and_then(|factor| self.digits.checked_mul(factor));
        let units = units.ok_or("a sum of it is too large")?;
        Ok(Measure { samples: self.samples, sum: Decimal::from_units(units) })
    }
}

/// Stretches of time: how far each is from the one before, and what was measured in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredPeriods(Vec<(i64, StoredMeasure)>);

impl StoredPeriods {
    fn new(periods: &[Period]) -> Self {
        let mut before = 0;
        let stored = periods.iter().map(|period| {
            let step = period.index - before;
            before = period.index;
            (step, StoredMeasure::new(period.measure))
        });
        Self(stored.collect())
    }

    fn into_periods(self) -> Decoded<Vec<Period>> {
        let mut index: i64 = 0;
        let periods = self.0.into_iter().map(|(step, measure)| {
            index = index.checked_add(step).ok_or("a stretch of time of it is out of range")?;
            Ok(Period { index, measure: measure.into_measure()? })
        });
        periods.collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredTimeline {
    fine: StoredPeriods,
    coarse: StoredPeriods,
}

impl StoredTimeline {
    fn new(timeline: &Timeline) -> Self {
        Self {
            fine: StoredPeriods::new(timeline.fine()),
            coarse: StoredPeriods::new(timeline.coarse()),
        }
    }

    fn into_timeline(self, resolution: Resolution) -> Decoded<Timeline> {
        let (fine, coarse) = (self.fine.into_periods()?, self.coarse.into_periods()?);
        Ok(Timeline::from_parts(resolution, fine, coarse))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredSeries {
    total: StoredMeasure,
    timeline: StoredTimeline,
}

impl StoredSeries {
    fn new(series: &Series) -> Self {
        Self {
            total: StoredMeasure::new(series.total),
            timeline: StoredTimeline::new(&series.timeline),
        }
    }

    fn into_series(self) -> Decoded<Series> {
        Ok(Series {
            total: self.total.into_measure()?,
            timeline: self.timeline.into_timeline(Resolution::Hours)?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredTally {
    succeeded: u64,
    failed: u64,
    unknown: u64,
    recent: Vec<StoredRecent>,
    ends: StoredTimeline,
    duration: Option<StoredSeries>,
    cost: Option<StoredSeries>,
    scores: Vec<(String, StoredSeries)>,
    left_out: u64,
}

impl StoredTally {
    fn new(tally: &Tally) -> Self {
        let recent = tally.recent().iter().map(|one| StoredRecent {
            id: *one.id.as_uuid().as_bytes(),
            at: one.at.as_micros(),
            failed: one.failed,
            class: one.class.as_ref().map(ToString::to_string),
        });
        let measured = tally.measurements();
        let scores = measured.scores.iter();
        Self {
            succeeded: tally.succeeded,
            failed: tally.failed,
            unknown: tally.unknown,
            recent: recent.collect(),
            ends: StoredTimeline::new(tally.ends()),
            duration: measured.duration.as_ref().map(StoredSeries::new),
            cost: measured.cost.as_ref().map(StoredSeries::new),
            scores: scores.map(|(name, it)| (name.clone(), StoredSeries::new(it))).collect(),
            left_out: measured.left_out,
        }
    }

    fn into_tally(self) -> Decoded<Tally> {
        let recent = self.recent.into_iter().map(|one| {
            Ok(Recent {
                id: OutcomeId::from_uuid(Uuid::from_bytes(one.id)),
                at: Timestamp::from_micros(one.at),
                failed: one.failed,
                class: read_class(one.class)?,
            })
        });
        let recent = recent.collect::<Decoded<_>>()?;
        let ends = self.ends.into_timeline(Resolution::Minutes)?;
        let scores = self.scores.into_iter().map(|(name, it)| Ok((name, it.into_series()?)));
        let measurements = Measurements {
            duration: self.duration.map(StoredSeries::into_series).transpose()?,
            cost: self.cost.map(StoredSeries::into_series).transpose()?,
            scores: scores.collect::<Decoded<_>>()?,
            left_out: self.left_out,
        };
        let tally = Tally::from_parts(self.succeeded, self.failed, self.unknown, recent);
        Ok(tally.with_measurements(ends, measurements))
    }
}

/// What the outcomes of one subject were like beyond sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredHistory {
    errors: Vec<(String, u64)>,
    errors_left_out: u64,
    /// Of each block how many outcomes, in blocks of the least length, and how many of them failed.
    blocks: Vec<(u64, u64)>,
}

impl StoredHistory {
    fn new(tally: &Tally) -> Self {
        let errors = tally.errors().counts().iter();
        let blocks = tally.blocks().closed().iter();
        Self {
            errors: errors.map(|(class, count)| (class.to_string(), *count)).collect(),
            errors_left_out: tally.errors().left_out(),
            blocks: blocks.map(|it| (it.outcomes / Blocks::LENGTH, it.failed)).collect(),
        }
    }

    fn add_to(self, tally: Tally) -> Decoded<Tally> {
        let errors = self.errors.into_iter().map(|(class, count)| {
            let class = read_class(Some(class))?.ok_or("an error of it has no class")?;
            Ok((class, count))
        });
        let errors =
            ErrorClasses::from_parts(errors.collect::<Decoded<_>>()?, self.errors_left_out);
        let blocks = self.blocks.into_iter().map(|(length, failed)| Block {
            outcomes: length.saturating_mul(Blocks::LENGTH),
            failed,
        });
        let blocks = Blocks::from_parts(blocks.collect()).ok_or("its blocks are none")?;
        if blocks.covered().outcomes > tally.known() {
            return Err("its blocks hold more than all outcomes".into());
        }
        Ok(tally.with_history(errors, blocks))
    }
}

fn more(more: Option<StoredMore>, tally: Tally) -> Decoded<Tally> {
    match more {
        Some(more) => more.add_to(tally),
        None => Ok(tally),
    }
}

fn spread_of(spread: Option<StoredSpread>, tally: Tally) -> Decoded<Tally> {
    match spread {
        Some(spread) => spread.add_to(tally),
        None => Ok(tally),
    }
}

/// A tally with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredWhole(StoredTally, StoredHistory);

impl StoredWhole {
    pub(in crate::kv) fn new(tally: &Tally) -> Self {
        Self(StoredTally::new(tally), StoredHistory::new(tally))
    }

    pub(in crate::kv) fn into_tally(self) -> Decoded<Tally> {
        self.1.add_to(self.0.into_tally()?)
    }
}

/// What layout 4 kept of a subject, and what newer ones begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredSums {
    tally: StoredTally,
    judged: Option<StoredTally>,
}

impl StoredSums {
    /// How many outcomes were judged.
    pub(in crate::kv) fn judged(&self) -> u64 {
        let judged = self.judged.as_ref().unwrap_or(&self.tally);
        judged.succeeded.saturating_add(judged.failed).saturating_add(judged.unknown)
    }
}

/// What is known of a subject. When everything was judged, the tally is stored once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredTallies {
    sums: StoredSums,
    history: StoredHistory,
    rest: StoredRest,
}

/// What a subject's row ends with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum StoredRest {
    /// Everything was judged.
    Judged,
    /// Less was: what that was like.
    Behind(StoredHistory),
    /// One of both, and what the first format has no place for: of the tally, and of what was judged if that is
    /// less. Since format 2.
    More(Box<Beyond>),
    /// The same, and how what was measured is spread, likewise. Since format 3.
    Spread(Box<(Beyond, [Option<StoredSpread>; 2])>),
}

/// What was judged, if that is less, and what the first format has no place for.
type Beyond = (Option<StoredHistory>, [Option<StoredMore>; 2]);

impl StoredRest {
    fn new(tallies: &Tallies, behind: bool) -> Self {
        let history = behind.then(|| StoredHistory::new(&tallies.judged));
        // What is carried is what was judged, also where that is everything.
        let [of_tally, of_judged] = [&tallies.tally, &tallies.judged].map(StoredMore::new);
        let of_judged = of_judged.filter(|more| behind || !more.carried.is_empty());
        let [spread, judged_spread] = [&tallies.tally, &tallies.judged].map(StoredSpread::new);
        let spreads = [spread, judged_spread.filter(|_| behind)];
        match (history, [of_tally, of_judged], spreads) {
            (None, [None, None], [None, None]) => Self::Judged,
            (Some(history), [None, None], [None, None]) => Self::Behind(history),
            (history, both, [None, None]) => Self::More(Box::new((history, both))),
            (history, both, spreads) => Self::Spread(Box::new(((history, both), spreads))),
        }
    }
}

impl StoredTallies {
    /// The format that holds it.
    pub(in crate::kv) const fn format(&self) -> u8 {
        match self.rest {
            StoredRest::Judged | StoredRest::Behind(_) => codec::FIRST,
            StoredRest::More(..) => codec::SECOND,
            StoredRest::Spread(..) => codec::SPREAD,
        }
    }

    pub(in crate::kv) fn new(tallies: &Tallies) -> Self {
        let behind = tallies.judged != tallies.tally;
        Self {
            sums: StoredSums {
                tally: StoredTally::new(&tallies.tally),
                judged: behind.then(|| StoredTally::new(&tallies.judged)),
            },
            history: StoredHistory::new(&tallies.tally),
            rest: StoredRest::new(tallies, behind),
        }
    }

    pub(in crate::kv) fn into_tallies(self) -> Decoded<Tallies> {
        let ((judged_history, [of_tally, of_judged]), [spread, judged_spread]) = match self.rest {
            StoredRest::Judged => ((None, [None, None]), [None, None]),
            StoredRest::Behind(history) => ((Some(history), [None, None]), [None, None]),
            StoredRest::More(both) => (*both, [None, None]),
            StoredRest::Spread(all) => *all,
        };
        let tally = more(of_tally, self.history.add_to(self.sums.tally.into_tally()?)?)?;
        let tally = spread_of(spread, tally)?;
        let judged = match (self.sums.judged, judged_history) {
            (Some(judged), Some(history)) => {
                let judged = more(of_judged, history.add_to(judged.into_tally()?)?)?;
                spread_of(judged_spread, judged)?
            }
            (None, None) => more(of_judged, tally.clone())?,
            _ => return Err("half of what was judged is missing".into()),
        };
        Ok(Tallies { tally, judged })
    }
}
