//! What `verify` found.

use std::fmt;

use sternway_types::NamespaceId;

use crate::Floor;

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where, such as `revision 17 of namespace default` or `content sha256:…`.
    pub place: String,
    /// What is wrong there.
    pub detail: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.detail)
    }
}

/// What a verification looked at, and what it found damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a report may name damage"]
pub struct Report {
    /// How many namespaces.
    pub namespaces: u64,
    /// How many revisions, each checked against the chain.
    pub revisions: u64,
    /// How many revisions were let go by compactions: what they wrote is checked row by row, and no
    /// longer against the chain.
    pub compacted: u64,
    /// Where namespaces begin of which something was let go, by name, at most
    /// [`Report::MAX_FLOORS`] of them.
    pub floors: Vec<(NamespaceId, Floor)>,
    /// How many versions.
    pub versions: u64,
    /// How many contents, each checked against its digest.
    pub contents: u64,
    /// How many outcomes.
    pub outcomes: u64,
    /// The damage, at most [`Report::MAX_DAMAGES`] entries, the earliest revision first.
    pub damages: Vec<Damage>,
    /// How much damage there is, listed or not.
    pub damaged: u64,
}

impl Report {
    /// The most entries that are listed.
    pub const MAX_DAMAGES: usize = 100;
    /// The most floors that are listed.
    pub const MAX_FLOORS: usize = 100;

    /// Whether everything is as it was written.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.damaged == 0
    }

    /// Notes where a namespace begins.
    pub(crate) fn begins(&mut self, namespace: &NamespaceId, floor: Floor, gone: u64) {
        self.compacted = self.compacted.saturating_add(gone);
        if self.floors.len() < Self::MAX_FLOORS {
            self.floors.push((namespace.clone(), floor));
        }
    }

    /// Notes one damage.
    pub fn note(&mut self, place: impl Into<String>, detail: impl Into<String>) {
        self.damaged += 1;
        if self.damages.len() < Self::MAX_DAMAGES {
            self.damages.push(Damage { place: place.into(), detail: detail.into() });
        }
    }
}
