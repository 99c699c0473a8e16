//! What was asked of a store, and what it said is done.

use std::collections::{BTreeMap, BTreeSet};

use sternway::types::{ChangesetId, OutcomeId, Receipt, Revision};

/// See the module.
#[derive(Debug, Default)]
pub struct Journal {
    /// Every changeset that was tried, whatever came of it.
    pub asked: BTreeSet<ChangesetId>,
    /// What the store answered.
    pub committed: BTreeMap<ChangesetId, Receipt>,
    /// Every outcome that was reported.
    pub reported: BTreeSet<OutcomeId>,
    /// Those of which the store said that they count.
    pub counted: BTreeSet<OutcomeId>,
    /// How many of them were new when it said so.
    pub new: usize,
    /// What each watcher saw, in order.
    pub seen: Vec<Vec<Revision>>,
    /// How often the store asked to be asked again.
    pub again: usize,
}

impl Journal {
    /// How many writes were acknowledged.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        self.committed.len() + self.counted.len()
    }

    /// Takes over what another one holds.
    pub(super) fn take(&mut self, other: Self) {
        self.asked.extend(other.asked);
        self.committed.extend(other.committed);
        self.reported.extend(other.reported);
        self.counted.extend(other.counted);
        self.new += other.new;
        self.seen.extend(other.seen);
        self.again += other.again;
    }
}

impl std::fmt::Display for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (commits, outcomes) = (self.committed.len(), self.counted.len());
        write!(f, "{commits} commits, {outcomes} outcomes, asked again {} times", self.again)
    }
}
