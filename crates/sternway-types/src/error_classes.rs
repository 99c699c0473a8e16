//! How often runs failed with which error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ErrorClass;

/// Of how many classes of errors it is kept how often they came: of those whose names come first in the
/// order of bytes.
pub const CLASSES_KEPT: usize = 64;

/// How many runs failed with an error of each class. Which classes are kept depends on the failures
/// alone, and not on their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RawErrorClasses")]
pub struct ErrorClasses {
    // Invariant: at most CLASSES_KEPT.
    counts: BTreeMap<ErrorClass, u64>,
    left_out: u64,
}

#[derive(Deserialize)]
struct RawErrorClasses {
    counts: BTreeMap<ErrorClass, u64>,
    left_out: u64,
}

impl From<RawErrorClasses> for ErrorClasses {
    fn from(raw: RawErrorClasses) -> Self {
        Self::from_parts(raw.counts, raw.left_out)
    }
}

impl ErrorClasses {
    /// Counts that were kept elsewhere, and how many failures are of further classes.
    #[must_use]
    pub fn from_parts(counts: BTreeMap<ErrorClass, u64>, left_out: u64) -> Self {
        let mut classes = Self { counts, left_out };
        classes.cut();
        classes
    }

    /// How many runs failed with each class.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<ErrorClass, u64> {
        &self.counts
    }

    /// How many runs failed with an error of a class that is not kept. If there are any, nobody can say
    /// that a class never came.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether no run failed with an error of a known class.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.left_out == 0
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (class, count) in &other.counts {
            let sum = self.counts.entry(class.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
        self.left_out = self.left_out.saturating_add(other.left_out);
        self.cut();
        self
    }

    pub(crate) fn add(&mut self, class: &ErrorClass) {
        if let Some(count) = self.counts.get_mut(class) {
            *count = count.saturating_add(1);
            return;
        }
        // A class that has to go never comes back, since those before it stay.
        let last = self.counts.last_key_value().map(|(last, _)| last);
        if self.counts.len() >= CLASSES_KEPT && last < Some(class) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.counts.insert(class.clone(), 1);
        self.cut();
    }

    fn cut(&mut self) {
        while self.counts.len() > CLASSES_KEPT {
            let Some((_, count)) = self.counts.pop_last() else { return };
            self.left_out = self.left_out.saturating_add(count);
        }
    }
}
