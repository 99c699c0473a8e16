//! What rules that follow the order of a log go on from.

use crate::{Against, Digest, Rule};

/// The numbers that one rule goes on from, after so many outcomes.
///
/// They are the rule's own, and not what outcomes add up to: whoever judges takes them along with the tally that
/// it judged, so that the next one to judge need not read the log from its beginning. Numbers that do not stand
/// where the tally does are of no use, and are made again from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Which rule, as it was set, and what it holds the version against.
    pub rule: Digest,
    /// How many outcomes they are of, of every kind.
    pub outcomes: u64,
    /// The numbers, by their bits: they go on to the last one.
    pub bits: Vec<u64>,
}

impl Carried {
    /// Of how many rules a tally carries numbers: as many as a policy could ever have.
    pub const MAX: usize = 64;

    /// Which rule it is, as it was set, and what it holds a version against: another one has other numbers.
    #[must_use]
    pub fn name_of(rule: &Rule, against: Option<&Against>) -> Digest {
        // A rule is names and numbers, which can always be written.
        let written = serde_json::to_vec(&(rule, against)).unwrap_or_default();
        Digest::of(&written)
    }

    /// As many numbers as asked for; nothing if there are more or less.
    #[must_use]
    pub fn parts<const N: usize>(&self) -> Option<[u64; N]> {
        self.bits.as_slice().try_into().ok()
    }

    /// Goes on by one outcome, to these numbers.
    pub fn go_on(&mut self, bits: &[u64]) {
        self.bits.clear();
        self.bits.extend(bits);
        self.outcomes = self.outcomes.saturating_add(1);
    }
}
