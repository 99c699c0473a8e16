//! Whose runs failed, and when those began: what a comparison of two versions that run beside each other counts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Bucket, Buckets, Timestamp};

/// Why something does not say how a run was assigned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} does not say how a run was assigned: expected \"chance\", or a bucket from 0 to 9999"
)]
pub struct AssignedError {
    given: String,
}

/// How a run came to its version while several shared the runs. An outcome that says so can be counted for what it
/// is worth as evidence. Written `chance`, or as the number of the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Assigned {
    /// It was drawn for this run alone.
    Chance,
    /// All runs of its key go there, such as those of a user: of the keys of this bucket.
    Key(Bucket),
}

impl Assigned {
    /// The bucket of its key, if it has one.
    #[must_use]
    pub const fn bucket(self) -> Option<Bucket> {
        match self {
            Self::Chance => None,
            Self::Key(bucket) => Some(bucket),
        }
    }

    /// The same as a number, for stores: that of the bucket, or -1 for chance.
    #[must_use]
    pub fn code(self) -> i16 {
        self.bucket().and_then(|bucket| i16::try_from(bucket.get()).ok()).unwrap_or(-1)
    }

    /// What a number stands for; nothing if it stands for nothing.
    #[must_use]
    pub fn of_code(code: i16) -> Option<Self> {
        match u32::try_from(code) {
            Ok(number) => Bucket::new(number).ok().map(Self::Key),
            Err(_) => (code == -1).then_some(Self::Chance),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected \"chance\", or a bucket from 0 to 9999")]
enum Written {
    Bucket(u32),
    Word(String),
}

impl TryFrom<Written> for Assigned {
    type Error = AssignedError;

    fn try_from(written: Written) -> Result<Self, AssignedError> {
        match written {
            Written::Bucket(number) => number.to_string().parse(),
            Written::Word(word) => word.parse(),
        }
    }
}

impl From<Assigned> for Written {
    fn from(assigned: Assigned) -> Self {
        match assigned {
            Assigned::Chance => Self::Word(assigned.to_string()),
            Assigned::Key(bucket) => Self::Bucket(bucket.into()),
        }
    }
}

impl FromStr for Assigned {
    type Err = AssignedError;

    fn from_str(text: &str) -> Result<Self, AssignedError> {
        if text == "chance" {
            return Ok(Self::Chance);
        }
        let bucket = text.parse().ok().and_then(|number| Bucket::new(number).ok());
        bucket
            .map(Self::Key)
            .ok_or_else(|| AssignedError { given: text.chars().take(80).collect() })
    }
}

impl fmt::Display for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chance => f.pad("chance"),
            Self::Key(bucket) => bucket.fmt(f),
        }
    }
}

/// Ten seconds in which runs began that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Which ten seconds, counted from the epoch.
    pub index: i64,
    /// How many of the runs failed.
    pub failed: u64,
    /// How many of these belong to a bucket.
    pub keyed: u64,
    /// Which buckets those are: ascending, each once.
    pub buckets: Vec<Bucket>,
}

impl Begun {
    const LENGTH: i64 = 10_000_000;
    /// For how many of them it is known when runs began: a little longer than any run may be waited for.
    const KEPT: i64 = 32;

    const fn index_of(moment: Timestamp) -> i64 {
        moment.as_micros().div_euclid(Self::LENGTH)
    }
}

/// Whose runs failed, by bucket, and when the newest of those runs began: of the outcomes that say how they were
/// [`Assigned`].
///
/// It depends on the set of outcomes alone. When runs began is kept in stretches of ten seconds, of the last
/// five minutes before the newest of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failing {
    keyed: u64,
    /// The buckets of what began earlier.
    earlier: Buckets,
    // Invariant: strictly ascending, and none as old as KEPT before the newest.
    begun: Vec<Begun>,
}

/// What failed, as a comparison counts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedRuns {
    /// How many runs, whoever they belong to.
    pub all: u64,
    /// How many runs that belong to no bucket.
    pub by_chance: u64,
    /// The buckets of which a run failed.
    pub buckets: Buckets,
}

impl Failing {
    /// One that was kept elsewhere: brought into order, and cut to what is kept.
    #[must_use]
    pub fn from_parts(keyed: u64, earlier: Buckets, mut begun: Vec<Begun>) -> Self {
        begun.sort_by_key(|one| one.index);
        begun.dedup_by_key(|one| one.index);
        let mut failing = Self { keyed, earlier, begun };
        failing.cut();
        failing
    }

    /// How many of the runs that failed belong to a bucket.
    #[must_use]
    pub const fn keyed(&self) -> u64 {
        self.keyed
    }

    /// The buckets of what began earlier than what is known by time.
    #[must_use]
    pub const fn earlier(&self) -> &Buckets {
        &self.earlier
    }

    /// When the newest began.
    #[must_use]
    pub fn begun(&self) -> &[Begun] {
        &self.begun
    }

    /// Counts one more run that failed.
    pub(crate) fn add(&mut self, began: Timestamp, assigned: Assigned) {
        let bucket = assigned.bucket();
        let index = Begun::index_of(began);
        self.keyed = self.keyed.saturating_add(bucket.is_some().into());
        let newest = self.begun.last().map_or(index, |newest| newest.index);
        if index <= newest.saturating_sub(Begun::KEPT) {
            self.earlier_too(bucket);
            return;
        }
        // Nearly always the newest: look from the end.
        let after = self.begun.iter().rposition(|one| one.index <= index);
        let place = match after {
            Some(place) if self.begun.get(place).is_some_and(|one| one.index == index) => place,
            found => {
                let place = found.map_or(0, |place| place + 1);
                let (failed, keyed, buckets) = (0, 0, Vec::new());
                self.begun.insert(place, Begun { index, failed, keyed, buckets });
                place
            }
        };
        if let Some(one) = self.begun.get_mut(place) {
            one.failed = one.failed.saturating_add(1);
            one.keyed = one.keyed.saturating_add(bucket.is_some().into());
            let new = bucket.and_then(|it| one.buckets.binary_search(&it).err().map(|at| (at, it)));
            if let Some((at, bucket)) = new {
                one.buckets.insert(at, bucket);
            }
        }
        self.cut();
    }

    fn earlier_too(&mut self, bucket: impl IntoIterator<Item = Bucket>) {
        bucket.into_iter().for_each(|bucket| self.earlier.insert(bucket));
    }

    fn cut(&mut self) {
        let Some(oldest) = self.begun.last().map(|it| it.index.saturating_sub(Begun::KEPT)) else {
            return;
        };
        while self.begun.first().is_some_and(|first| first.index <= oldest) {
            let gone = self.begun.remove(0);
            self.earlier_too(gone.buckets);
        }
    }

    /// Whether nothing says how it was assigned.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.begun.is_empty()
    }

    /// What failed of so many failures, of the runs that began in whole stretches before a moment; of all of
    /// them, if there is none. Who does not say how it was assigned began before.
    pub(crate) fn until(&self, failed: u64, moment: Option<Timestamp>) -> FailedRuns {
        let end = moment.map_or(i64::MAX, Begun::index_of);
        let mut found = FailedRuns {
            all: failed,
            by_chance: failed.saturating_sub(self.keyed),
            ..FailedRuns::default()
        };
        if self.keyed > 0 {
            found.buckets = self.earlier.clone();
        }
        for one in &self.begun {
            if one.index < end {
                one.buckets.iter().for_each(|bucket| found.buckets.insert(*bucket));
            } else {
                found.all = found.all.saturating_sub(one.failed);
                let by_chance = one.failed.saturating_sub(one.keyed);
                found.by_chance = found.by_chance.saturating_sub(by_chance);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn of(runs: &[(i64, Option<Bucket>)]) -> Failing {
        let mut failing = Failing::default();
        for (seconds, bucket) in runs {
            failing.add(at(*seconds), bucket.map_or(Assigned::Chance, Assigned::Key));
        }
        failing
    }

    #[test]
    fn how_a_run_was_assigned_is_a_word_or_a_bucket() {
        for text in ["\"chance\"", "0", "9999"] {
            let assigned: Assigned = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&assigned).unwrap(), text);
        }
        for text in ["10000", "-1", "\"luck\"", "true"] {
            assert!(serde_json::from_str::<Assigned>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bucket_is_counted_once_and_what_began_late_not_at_all() {
        let bucket = |number| Some(Bucket::new(number).unwrap());
        let failing =
            of(&[(5, bucket(7)), (12, bucket(7)), (13, None), (29, bucket(8)), (31, None)]);
        let all = failing.until(5, None);
        assert_eq!((all.all, all.by_chance, all.buckets.iter().count()), (5, 2, 2));
        let early = failing.until(5, Some(at(25)));
        assert_eq!((early.all, early.by_chance, early.buckets.iter().count()), (3, 1, 1));
    }

    proptest! {
        #[test]
        fn the_order_in_which_runs_are_counted_does_not_matter(
            runs in prop::collection::vec((0..900_i64, prop::option::of(0..50_u64)), 0..60),
            swaps in prop::collection::vec((0..60_usize, 0..60_usize), 0..60),
            back in 0..300_i64,
        ) {
            let mut runs: Vec<_> =
                runs.into_iter().map(|(began, key)| (began, key.map(Bucket::of))).collect();
            let one = of(&runs);
            for (from, to) in swaps {
                if from < runs.len() && to < runs.len() {
                    runs.swap(from, to);
                }
            }
            let other = of(&runs);
            prop_assert_eq!(&one, &other);
            let again = Failing::from_parts(one.keyed(), one.earlier().clone(), one.begun().to_vec());
            prop_assert_eq!(&again, &one);
            // What it says is what a look at every run says.
            let newest = runs.iter().map(|it| it.0).max().unwrap_or_default();
            let end = (newest - back).div_euclid(10) * 10;
            let early: Vec<_> = runs.iter().filter(|it| it.0 < end).collect();
            let buckets: Buckets = early.iter().filter_map(|it| it.1).collect();
            let by_chance = early.iter().filter(|it| it.1.is_none()).count() as u64;
            let (all, failed) = (early.len() as u64, runs.len() as u64);
            let found = one.until(failed, Some(at(newest - back)));
            prop_assert_eq!(found, FailedRuns { all, by_chance, buckets });
        }
    }
}
