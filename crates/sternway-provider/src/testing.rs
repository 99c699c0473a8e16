//! Fakes for tests.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use sternway_types::{ChangesetId, OutcomeId, Timestamp};
use uuid::Uuid;

use crate::{Clock, Ids};

/// A clock that is set by hand.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this time until it is told otherwise.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_micros()))
    }

    /// Sets the clock, also back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().saturating_add(by));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Ids that count up from 1, the same in every run.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl CountingIds {
    fn draw(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Uuid::from_u64_pair(0, number)
    }
}

impl Ids for CountingIds {
    fn changeset(&self) -> ChangesetId {
        ChangesetId::from_uuid(self.draw())
    }

    fn outcome(&self) -> OutcomeId {
        OutcomeId::from_uuid(self.draw())
    }
}
