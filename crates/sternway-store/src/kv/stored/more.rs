//! What outcomes add up to that the first format has no place for.

use serde::{Deserialize, Serialize};
use sternway_types::{Begun, Bucket, Carried, Digest, Failing, Pairs, Tally};

use super::{Decoded, part};

/// What the first format has no place for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredMore {
    /// How many copies failed alone, how many of what answered did, and how many ended alike.
    pairs: [u64; 3],
    /// What rules go on from: which, after how many outcomes, and the bits of its numbers.
    pub(super) carried: Vec<([u8; 32], u64, Vec<u64>)>,
    failing: Option<StoredFailing>,
}

/// Whose runs failed, and when those began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredFailing {
    keyed: u64,
    /// How far each bucket is from the one before: those of what began earlier.
    earlier: Vec<u16>,
    /// How far each stretch is from the one before, how many failed, how many of them with a key, and the
    /// buckets of these.
    begun: Vec<(i64, u64, u64, Vec<u16>)>,
}

impl StoredFailing {
    /// Nothing if nothing says how it was assigned.
    fn new(failing: &Failing) -> Option<Self> {
        let mut before = 0;
        let begun = failing.begun().iter().map(|it| {
            let step = it.index - before;
            before = it.index;
            (step, it.failed, it.keyed, steps(it.buckets.iter().copied()))
        });
        let stored = Self {
            keyed: failing.keyed(),
            earlier: steps(failing.earlier().iter()),
            begun: begun.collect(),
        };
        (!failing.is_empty()).then_some(stored)
    }

    fn into_failing(self) -> Decoded<Failing> {
        let mut index: i64 = 0;
        let begun = self.begun.into_iter().map(|(step, failed, keyed, buckets)| {
            index = index.checked_add(step).ok_or("a stretch of time of it is out of range")?;
            Ok(Begun { index, failed, keyed, buckets: buckets_of(buckets)? })
        });
        let begun = begun.collect::<Decoded<_>>()?;
        let earlier = buckets_of(self.earlier)?.into_iter().collect();
        Ok(Failing::from_parts(self.keyed, earlier, begun))
    }
}

/// Ascending buckets, each as how far it is from the one before.
fn steps(buckets: impl Iterator<Item = Bucket>) -> Vec<u16> {
    let mut before = 0;
    let steps = buckets.map(|bucket| {
        let step = bucket.get().saturating_sub(before);
        before = bucket.get();
        step
    });
    steps.collect()
}

fn buckets_of(steps: Vec<u16>) -> Decoded<Vec<Bucket>> {
    let mut number: u32 = 0;
    let buckets = steps.into_iter().map(|step| {
        number = number.saturating_add(step.into());
        part("buckets", Bucket::new(number))
    });
    buckets.collect()
}

impl StoredMore {
    /// Nothing if there is none.
    pub(in crate::kv) fn new(tally: &Tally) -> Option<Self> {
        let Pairs { alone, other_alone, alike } = tally.pairs();
        let carried = tally.carried().iter();
        let carried = carried.map(|it| (*it.rule.as_bytes(), it.outcomes, it.bits.clone()));
        let more = Self {
            pairs: [alone, other_alone, alike],
            carried: carried.collect(),
            failing: StoredFailing::new(tally.failing()),
        };
        let nothing = tally.pairs().is_empty() && more.carried.is_empty() && more.failing.is_none();
        (!nothing).then_some(more)
    }

    /// What holds nothing, where something has to stand.
    pub(in crate::kv) const fn none() -> Self {
        Self { pairs: [0; 3], carried: Vec::new(), failing: None }
    }

    pub(in crate::kv) fn add_to(self, tally: Tally) -> Decoded<Tally> {
        let [alone, other_alone, alike] = self.pairs;
        let pairs = Pairs { alone, other_alone, alike };
        if pairs.total() > tally.known() {
            return Err("it has more pairs than outcomes".into());
        }
        let carried = self.carried.into_iter().map(|(rule, outcomes, bits)| Carried {
            rule: Digest::from_bytes(rule),
            outcomes,
            bits,
        });
        let failing = self.failing.map(StoredFailing::into_failing).transpose()?;
        let tally = tally.with_pairs(pairs).with_carried(carried.collect());
        Ok(tally.with_failing(failing.unwrap_or_default()))
    }
}
