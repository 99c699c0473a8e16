//! What the outcomes of one subject add up to: counters, and the newest few in order.
//!
//! A tally depends on the *set* of outcomes alone, not on the order in which they arrived: the
//! newest ones are newest by their own time, and outcomes of the same moment stand in the order of
//! their ids. Rules that need more state than this get it here, so that every store keeps it.

use crate::{ErrorClass, Outcome, OutcomeId, OutcomeStatus, Timestamp};

/// How many of the newest outcomes a tally remembers one by one.
pub const RECENT_OUTCOMES: usize = 32;

/// One of the newest outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// When it ended.
    pub at: Timestamp,
    /// Which outcome it is.
    pub id: OutcomeId,
    /// Whether it failed.
    pub failed: bool,
    /// The class of the error, if it failed with a known one.
    pub class: Option<ErrorClass>,
}

/// What the outcomes of one subject add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// Of how many nobody knows how they ended.
    pub unknown: u64,
    // Invariant: at most RECENT_OUTCOMES, strictly ascending by time and id.
    recent: Vec<Recent>,
}

impl Tally {
    /// A tally that was kept elsewhere. The newest outcomes are brought into order and cut.
    #[must_use]
    pub fn from_parts(succeeded: u64, failed: u64, unknown: u64, mut recent: Vec<Recent>) -> Self {
        recent.sort_unstable_by_key(|one| (one.at, one.id));
        recent.dedup_by_key(|one| one.id);
        let surplus = recent.len().saturating_sub(RECENT_OUTCOMES);
        recent.drain(..surplus);
        Self { succeeded, failed, unknown, recent }
    }

    /// How many outcomes there are, of every kind.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.succeeded.saturating_add(self.failed).saturating_add(self.unknown)
    }

    /// The newest outcomes whose end is known, the oldest of them first.
    #[must_use]
    pub fn recent(&self) -> &[Recent] {
        &self.recent
    }

    /// Counts one more outcome. It is the caller's duty to count each outcome once.
    pub fn add(&mut self, outcome: &Outcome) {
        let (failed, class) = match &outcome.status {
            OutcomeStatus::Succeeded => {
                self.succeeded = self.succeeded.saturating_add(1);
                (false, None)
            }
            OutcomeStatus::Failed(failure) => {
                self.failed = self.failed.saturating_add(1);
                (true, failure.class().cloned())
            }
            OutcomeStatus::Unknown => {
                self.unknown = self.unknown.saturating_add(1);
                return;
            }
        };
        self.remember(Recent { at: outcome.at, id: outcome.id, failed, class });
    }

    fn remember(&mut self, one: Recent) {
        let key = |recent: &Recent| (recent.at, recent.id);
        // Nearly always the newest: look from the end.
        let after = self.recent.iter().rposition(|other| key(other) < key(&one));
        let place = after.map_or(0, |index| index + 1);
        if self.recent.len() < RECENT_OUTCOMES {
            self.recent.reserve_exact(RECENT_OUTCOMES - self.recent.len());
            self.recent.insert(place, one);
        } else if place > 0 {
            self.recent.remove(0);
            self.recent.insert(place - 1, one);
        }
    }
}
