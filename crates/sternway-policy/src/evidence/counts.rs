//! How many runs ended well, and how many did not.

/// The outcomes of one version, or of a part of them. Counters of parts add up to those of the whole,
/// in whatever order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
}

impl Counts {
    /// So many successes and failures.
    #[must_use]
    pub const fn new(succeeded: u64, failed: u64) -> Self {
        Self { succeeded, failed }
    }

    /// Both together, held within what fits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            succeeded: self.succeeded.saturating_add(other.succeeded),
            failed: self.failed.saturating_add(other.failed),
        }
    }

    /// The share of failures; nothing if nothing was counted.
    #[must_use]
    pub fn failure_rate(self) -> Option<f64> {
        let total = self.succeeded.saturating_add(self.failed);
        (total > 0).then(|| float(self.failed) / float(total))
    }

    /// With failures for successes.
    pub(super) const fn mirrored(self) -> Self {
        Self { succeeded: self.failed, failed: self.succeeded }
    }
}

/// The nearest float. Up to 2^53 it is the count itself; what a larger one loses is far below what
/// any decision rests on.
#[expect(clippy::cast_precision_loss, reason = "the nearest float is what was asked for")]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}
