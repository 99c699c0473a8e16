//! Copies of runs: how a version fared beside the one that answered the same run.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How a run ended for the version that answered it, as the outcome of a copy of the run says it.
///
/// It stands with the outcome of the copy, so that both ends of a pair are counted together or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// Well.
    Succeeded,
    /// Not well.
    Failed,
}

impl Answered {
    /// The word, as outcomes are written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Answered {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "succeeded" | "success" => Ok(Self::Succeeded),
            "failed" | "failure" => Ok(Self::Failed),
            _ => Err(format!("{text:?} is no end of a run: expected \"success\" or \"failure\"")),
        }
    }
}

/// What became of runs that two versions had, of which one answered and the other one got a copy. Counters
/// of parts add up to those of the whole, in whatever order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// How many the copy alone failed.
    pub alone: u64,
    /// How many the version alone failed that answered.
    pub other_alone: u64,
    /// How many both failed, or neither did: they say nothing.
    pub alike: u64,
}

impl Pairs {
    /// How many there are.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.alone.saturating_add(self.other_alone).saturating_add(self.alike)
    }

    /// On how many the two disagree.
    #[must_use]
    pub const fn discordant(self) -> u64 {
        self.alone.saturating_add(self.other_alone)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// Both together, held within what fits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            alone: self.alone.saturating_add(other.alone),
            other_alone: self.other_alone.saturating_add(other.other_alone),
            alike: self.alike.saturating_add(other.alike),
        }
    }

    /// Counts one more pair.
    pub(crate) const fn add(&mut self, copy: Answered, other: Answered) {
        let counter = match (copy, other) {
            (Answered::Failed, Answered::Succeeded) => &mut self.alone,
            (Answered::Succeeded, Answered::Failed) => &mut self.other_alone,
            (Answered::Succeeded, Answered::Succeeded) | (Answered::Failed, Answered::Failed) => {
                &mut self.alike
            }
        };
        *counter = counter.saturating_add(1);
    }
}

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { alone, other_alone, .. } = self;
        write!(f, "{alone} of {} runs that one of both failed", alone.saturating_add(*other_alone))
    }
}
