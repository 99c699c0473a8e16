//! What a publish leads to, and what is done about a version that regressed.

use serde::{Deserialize, Serialize};

/// What happens to a version when it is published, beyond an artifact's first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// It waits to be promoted.
    #[default]
    Staged,
    /// It goes live in the default environment at once.
    Immediate,
}

/// What is done about a version that regressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It goes back to the last known good version, and its content is condemned.
    #[default]
    RollBack,
    /// The deployment that has it as its candidate goes no further until a person lets it, and leaves it
    /// the runs that it has. Without a deployment on its way it is said, and a person decides.
    Pause,
    /// It is said, and a person decides.
    Notify,
    /// Nothing: the policy is on trial, and what it would have done is kept.
    Shadow,
}

impl Action {
    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RollBack => "roll_back",
            Self::Pause => "pause",
            Self::Notify => "notify",
            Self::Shadow => "shadow",
        }
    }

    /// How much of a version's runs it takes away, to be compared.
    pub(super) const fn reach(self) -> u8 {
        match self {
            Self::Shadow => 0,
            Self::Notify => 1,
            Self::Pause => 2,
            Self::RollBack => 3,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub(super) const fn is_roll_back(&self) -> bool {
        matches!(self, Self::RollBack)
    }
}
