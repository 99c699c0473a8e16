//! The parts that keys fall into: what is given to one version or another is a part, with all its keys.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a number is no bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no bucket: expected 0 to 9,999")]
pub struct BucketError(u32);

/// One of 10,000 equal parts that the keys of runs fall into, such as users or sessions.
///
/// Runs of one key take the same version, so their ends are no independent draws: a user whose every run fails is
/// one piece of evidence, and not a thousand. The bucket that an outcome names lets it be counted so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Bucket(u16);

impl Bucket {
    /// How many there are.
    pub const COUNT: u16 = 10_000;

    /// Takes the number of one, from 0.
    ///
    /// # Errors
    ///
    /// [`BucketError`] if it is 10,000 or more.
    pub fn new(number: u32) -> Result<Self, BucketError> {
        let bucket = u16::try_from(number).ok().filter(|number| *number < Self::COUNT);
        bucket.map(Self).ok_or(BucketError(number))
    }

    /// The one that a number falls into that any may be: so each is as likely as the others.
    #[must_use]
    pub fn of(number: u64) -> Self {
        // Below 10,000.
        Self(u16::try_from(number % u64::from(Self::COUNT)).unwrap_or_default())
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u32> for Bucket {
    type Error = BucketError;

    fn try_from(number: u32) -> Result<Self, BucketError> {
        Self::new(number)
    }
}

impl From<Bucket> for u32 {
    fn from(bucket: Bucket) -> Self {
        bucket.0.into()
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many buckets one word holds.
const BITS: u16 = 64;
const WORDS: usize = Bucket::COUNT.div_ceil(BITS) as usize;

/// A set of buckets. It is a union of its parts, in whatever order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Buckets {
    // Invariant: none while it is empty, else as many as all buckets need.
    words: Vec<u64>,
}

impl Buckets {
    /// Adds one.
    pub fn insert(&mut self, bucket: Bucket) {
        self.words.resize(WORDS, 0);
        if let Some(word) = self.words.get_mut(usize::from(bucket.0 / BITS)) {
            *word |= 1 << (bucket.0 % BITS);
        }
    }

    /// Adds all of another set.
    pub fn extend(&mut self, others: &Self) {
        if self.words.is_empty() {
            self.words.clone_from(&others.words);
            return;
        }
        self.words.iter_mut().zip(&others.words).for_each(|(word, other)| *word |= other);
    }

    /// Whether there is none in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many are in it that are not in another set.
    #[must_use]
    pub fn beyond(&self, others: &Self) -> u64 {
        let words = self.words.iter().enumerate();
        words
            .map(|(place, word)| {
                let other = others.words.get(place).copied().unwrap_or_default();
                u64::from((word & !other).count_ones())
            })
            .sum()
    }

    /// All that are in it, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Bucket> + '_ {
        (0..Bucket::COUNT).map(Bucket).filter(|bucket| self.contains(*bucket))
    }

    /// Whether one is in it.
    #[must_use]
    pub fn contains(&self, bucket: Bucket) -> bool {
        let word = self.words.get(usize::from(bucket.0 / BITS)).copied().unwrap_or_default();
        word & (1 << (bucket.0 % BITS)) != 0
    }
}

impl FromIterator<Bucket> for Buckets {
    fn from_iter<T: IntoIterator<Item = Bucket>>(buckets: T) -> Self {
        let mut all = Self::default();
        buckets.into_iter().for_each(|bucket| all.insert(bucket));
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_bucket_is_refused() {
        assert_eq!(Bucket::new(9_999).unwrap().get(), 9_999);
        assert_eq!(Bucket::new(10_000), Err(BucketError(10_000)));
        assert!(serde_json::from_str::<Bucket>("70000").is_err());
    }

    fn some() -> impl Strategy<Value = BTreeSet<u16>> {
        prop::collection::btree_set(0..Bucket::COUNT, 0..40)
    }

    proptest! {
        #[test]
        fn a_set_is_what_was_put_into_it(one in some(), other in some()) {
            let set = |of: &BTreeSet<u16>| of.iter().copied().map(Bucket).collect::<Buckets>();
            let mut both = set(&one);
            both.extend(&set(&other));
            let found: BTreeSet<u16> = both.iter().map(Bucket::get).collect();
            prop_assert_eq!(&found, &one.union(&other).copied().collect());
            let beyond = one.difference(&other).count();
            prop_assert_eq!(set(&one).beyond(&set(&other)), beyond as u64);
            prop_assert_eq!(set(&one).is_empty(), one.is_empty());
        }
    }
}
