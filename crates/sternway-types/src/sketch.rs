//! Quantiles of what is measured, from counters that add up.

use serde::{Deserialize, Serialize};

use crate::{Decimal, Measure};

/// How many values lie in one bucket, and which: the number of the bucket, and the counter.
pub type SketchBucket = (u16, u64);

/// How values are spread: counters of buckets, of which thirty-two divide each doubling.
///
/// A bucket is what is left of a floating number without the lower part of its digits, so that the same value
/// falls into the same one on every machine, without a logarithm. Counters are whole numbers, and buckets are never
/// put together: sketches depend on the set of values alone, and add up to the same bits in whatever order. It is
/// the log-linear layout of the crate `histogram` (and of HDR histograms), which a test holds it against; that one
/// counts single values in 15 KB of counters only, and this one in as many as there are buckets with a value.
///
/// A quantile is known within a sixty-fourth of its value, between 10^-6 and 10^12: what is below, such as zero,
/// counts as zero, and what is above as 2^40. So there are never more than 1,922 buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<SketchBucket>", into = "Vec<SketchBucket>")]
pub struct Sketch {
    // Invariant: strictly ascending buckets up to LAST, and no counter is zero.
    buckets: Vec<SketchBucket>,
    // Invariant: the sum of the counters, as far as it fits.
    samples: u64,
}

/// A sketch that was kept elsewhere is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("buckets are counted upwards from 0 to {LAST}, each of them once and with a value")]
pub struct SketchError;

/// Into how many bits of its fraction a number falls: 2^5 buckets for each doubling.
const FRACTION: u32 = 5;
/// How many of the lower bits of a floating number say nothing of its bucket.
const DROPPED: u32 = f64::MANTISSA_DIGITS - 1 - FRACTION;
/// The least number that is not taken for zero.
const LEAST: f64 = 1.0 / (1_u64 << 20) as f64;
/// The number from which on all are taken for the same.
const MOST: f64 = (1_u64 << 40) as f64;
/// What is left of the least number.
const BASE: u64 = LEAST.to_bits() >> DROPPED;
/// The bucket of what is too large: one for what is too small, and sixty doublings in between.
const LAST: u16 = 1 + 60 * (1 << FRACTION);

impl Sketch {
    /// The bucket of a value.
    #[must_use]
    pub fn bucket(value: Decimal) -> u16 {
        let value = value.to_f64();
        if value < LEAST {
            return 0;
        }
        let above = (value.min(MOST).to_bits() >> DROPPED).saturating_sub(BASE);
        u16::try_from(above.saturating_add(1)).unwrap_or(LAST).min(LAST)
    }

    /// Where a bucket ends: what lies in it is smaller. Of the last one, where it begins.
    #[must_use]
    pub fn end(bucket: u16) -> Decimal {
        Decimal::from_f64(beginning(bucket.saturating_add(1).min(LAST))).unwrap_or_default()
    }

    /// The value that stands for a bucket: the middle of it.
    #[must_use]
    pub fn middle(bucket: u16) -> Decimal {
        let middle = match bucket {
            0 => 0.0,
            1..LAST => f64::midpoint(beginning(bucket), beginning(bucket + 1)),
            LAST.. => MOST,
        };
        Decimal::from_f64(middle).unwrap_or_default()
    }

    /// How many values there are.
    #[must_use]
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// The buckets that hold a value, the lowest first.
    #[must_use]
    pub fn buckets(&self) -> &[SketchBucket] {
        &self.buckets
    }

    /// Counts one more value.
    pub fn add(&mut self, value: Decimal) {
        self.count(Self::bucket(value), 1);
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        other.buckets.iter().for_each(|(bucket, count)| self.count(*bucket, *count));
        self
    }

    fn count(&mut self, bucket: u16, count: u64) {
        self.samples = self.samples.saturating_add(count);
        let place = self.buckets.partition_point(|(other, _)| *other < bucket);
        match self.buckets.get_mut(place) {
            Some((found, counted)) if *found == bucket => *counted = counted.saturating_add(count),
            _ => self.buckets.insert(place, (bucket, count)),
        }
    }

    /// How many values lie in buckets above this one.
    #[must_use]
    pub fn beyond(&self, bucket: u16) -> u64 {
        let above = self.buckets.iter().rev().take_while(|(other, _)| *other > bucket);
        above.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// The value that so large a share of all values does not exceed, as its rank from 1 and its bucket; nothing if
    /// there is no value. Of a share of 0.95 and 200 values it is the 190th, and of 201 the 191st.
    #[must_use]
    pub fn ranked(&self, share: Decimal) -> Option<(u64, u16)> {
        let samples = i128::from(self.samples);
        let units = share.units().clamp(0, Decimal::UNITS).saturating_mul(samples);
        let below = units / Decimal::UNITS;
        let rank = if units % Decimal::UNITS == 0 { below } else { below + 1 };
        let rank = u64::try_from(rank).unwrap_or(self.samples).max(1);
        let mut sum: u64 = 0;
        let mut buckets = self.buckets.iter();
        let found = buckets.find(|(_, count)| {
            sum = sum.saturating_add(*count);
            sum >= rank
        });
        found.map(|(bucket, _)| (rank, *bucket))
    }

    /// A quantile as a measure: as many values as there are, each of them the quantile. Nothing measured if there is
    /// no value.
    #[must_use]
    pub fn quantile(&self, share: Decimal) -> Measure {
        let Some((_, bucket)) = self.ranked(share) else { return Measure::default() };
        let units = Self::middle(bucket).units().saturating_mul(i128::from(self.samples));
        Measure { samples: self.samples, sum: Decimal::from_units(units) }
    }
}

/// Where a bucket begins.
fn beginning(bucket: u16) -> f64 {
    match bucket.checked_sub(1) {
        None => 0.0,
        Some(above) => f64::from_bits((BASE + u64::from(above)) << DROPPED),
    }
}

impl TryFrom<Vec<SketchBucket>> for Sketch {
    type Error = SketchError;

    fn try_from(buckets: Vec<SketchBucket>) -> Result<Self, SketchError> {
        let ascends = buckets.is_sorted_by(|(one, _), (other, _)| one < other);
        let ends = buckets.last().is_none_or(|(last, _)| *last <= LAST);
        if !ascends || !ends || buckets.iter().any(|(_, count)| *count == 0) {
            return Err(SketchError);
        }
        let samples = buckets.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count));
        Ok(Self { buckets, samples })
    }
}

impl From<Sketch> for Vec<SketchBucket> {
    fn from(sketch: Sketch) -> Self {
        sketch.buckets
    }
}
