//! What outcomes add up to, as it is shown.

use serde::Serialize;
use sternway_types::Tally;

/// What the outcomes of one stay add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TallyView {
    /// How many there are.
    pub total: u64,
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// Of how many nobody knows how they ended.
    pub unknown: u64,
    /// How many succeeded of those whose end is known, from 0 to 1; nothing if there is none.
    pub success_ratio: Option<f64>,
}

impl TallyView {
    /// From counts.
    #[must_use]
    pub fn new(succeeded: u64, failed: u64, unknown: u64) -> Self {
        let known = succeeded.saturating_add(failed);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a ratio of counts beyond 2^53 is still one"
        )]
        let ratio = |known: u64| succeeded as f64 / known as f64;
        Self {
            total: known.saturating_add(unknown),
            succeeded,
            failed,
            unknown,
            success_ratio: (known > 0).then(|| ratio(known)),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(
            self.succeeded.saturating_add(other.succeeded),
            self.failed.saturating_add(other.failed),
            self.unknown.saturating_add(other.unknown),
        )
    }
}

impl From<&Tally> for TallyView {
    fn from(tally: &Tally) -> Self {
        Self::new(tally.succeeded, tally.failed, tally.unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_is_no_failure() {
        let view = TallyView::new(3, 1, 6);
        assert_eq!((view.total, view.success_ratio), (10, Some(0.75)));
    }

    #[test]
    fn no_outcomes_have_no_ratio() {
        assert_eq!(TallyView::new(0, 0, 2).success_ratio, None);
    }

    #[test]
    fn tallies_add_up() {
        assert_eq!(TallyView::new(1, 2, 3).plus(TallyView::new(1, 0, 0)), TallyView::new(2, 2, 3));
    }
}
