//! Where a deployment is, and why it goes no further.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Waiting for its turn, behind others that came before: nothing of it began.
    Queued,
    /// In one of its steps.
    Running,
    /// On its way back: the candidates get no runs any more.
    RollingBack,
    /// The candidates are live, and proven or waived.
    Completed,
    /// What was live before is live alone.
    RolledBack,
    /// Somebody moved what is live by hand, or another deployment took its place.
    Superseded,
    /// Those who were asked said no.
    Rejected,
    /// Nobody could see that it went back: a person must look.
    Halted,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::RollingBack,
        Self::Completed,
        Self::RolledBack,
        Self::Superseded,
        Self::Rejected,
        Self::Halted,
    ];

    /// Whether it is over: nothing leads out of such a phase.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running | Self::RollingBack)
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::RollingBack => "rolling_back",
            Self::Completed => "completed",
            Self::RolledBack => "rolled_back",
            Self::Superseded => "superseded",
            Self::Rejected => "rejected",
            Self::Halted => "halted",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a deployment goes no further for now. Each is taken away by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// A person asked for it.
    Asked,
    /// The step takes longer than it may.
    Deadline,
    /// The router did not do as asked.
    Unrouted,
    /// Nothing goes forward in the environment.
    Frozen,
    /// A candidate was found to be worse, and its policy leaves it to a person.
    Regressed,
    /// The deployment that it waits for did not end well.
    Unmet,
    /// Somebody who was asked said no, and did not take that back.
    Rejected,
    /// Who agreed did so too long ago, and the candidates had no runs yet.
    Expired,
}

impl Pause {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Deadline => "deadline",
            Self::Unrouted => "unrouted",
            Self::Frozen => "frozen",
            Self::Regressed => "regressed",
            Self::Unmet => "unmet",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}
