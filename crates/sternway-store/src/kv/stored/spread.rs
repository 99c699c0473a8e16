//! How what was measured is spread, as it is stored since format 3.

use serde::{Deserialize, Serialize};
use sternway_types::{Quantiles, Sketch, SketchBucket, Tally};

use super::{Decoded, part};

/// The sketches of a tally: of durations, and of costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredSpread([StoredSketch; 2]);

/// How far each bucket is from the one before, and how many values it holds: mostly two bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredSketch(Vec<SketchBucket>);

impl StoredSketch {
    fn new(sketch: &Sketch) -> Self {
        let mut before = 0;
        let steps = sketch.buckets().iter().map(|(bucket, count)| {
            let step = bucket - before;
            before = *bucket;
            (step, *count)
        });
        Self(steps.collect())
    }

    fn into_sketch(self) -> Decoded<Sketch> {
        let mut bucket: u16 = 0;
        let buckets = self.0.into_iter().map(|(step, count)| {
            bucket = bucket.checked_add(step).ok_or("a bucket of it is out of range")?;
            Ok((bucket, count))
        });
        part("sketch", Sketch::try_from(buckets.collect::<Decoded<Vec<_>>>()?))
    }
}

impl StoredSpread {
    /// Nothing if there is none.
    pub(in crate::kv) fn new(tally: &Tally) -> Option<Self> {
        let Quantiles { duration, cost } = tally.quantiles();
        let stored = || Self([duration, cost].map(StoredSketch::new));
        (!tally.quantiles().is_empty()).then(stored)
    }

    pub(in crate::kv) fn add_to(self, tally: Tally) -> Decoded<Tally> {
        let [duration, cost] = self.0.map(StoredSketch::into_sketch);
        let (duration, cost) = (duration?, cost?);
        let samples = [duration.samples(), cost.samples()];
        if samples.into_iter().any(|samples| samples > tally.known()) {
            return Err("its sketches hold more than all outcomes".into());
        }
        Ok(tally.with_quantiles(Quantiles { duration, cost }))
    }
}
