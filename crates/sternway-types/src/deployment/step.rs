//! One step of a plan.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::Consent;
use crate::{ArtifactId, Match, ProbeId, Weight, window};

/// What a step waits for: so many outcomes of the candidate, and so long a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// How many outcomes of each candidate must have been judged since the step began.
    #[serde(default)]
    pub outcomes: u32,
    /// How long it lasts at least.
    #[serde(default, with = "window")]
    pub length: Duration,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.outcomes, self.length.is_zero()) {
            (0, true) => f.write_str("nothing"),
            (0, false) => f.write_str(&window::show(&self.length)),
            (outcomes, true) => write!(f, "{outcomes} outcomes"),
            (outcomes, false) => {
                write!(f, "{outcomes} outcomes and {}", window::show(&self.length))
            }
        }
    }
}

/// One step of a plan. It is done once its effect was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Gives the candidates this share of the runs, less than all.
    SetWeight(Weight),
    /// Gives each candidate of an experiment a share of its own, in their order, and leaves some to what is
    /// live.
    Split(Vec<Weight>),
    /// Waits until somebody has said which candidate of an experiment goes on.
    Choose,
    /// Gives the candidates copies of this share of the runs, and none to answer.
    Shadow(Weight),
    /// Gives the candidates the runs that carry this, and no share of the others. The next step that gives
    /// them a share ends it.
    HeaderRoute(Match),
    /// Waits for evidence. A regression takes the candidates back in every step; here nothing else
    /// happens until there was time for one to be seen.
    Analyze(Wait),
    /// Waits until a person says so.
    Pause,
    /// Waits until people have agreed.
    Approve(Consent),
    /// Waits until something of the host says that all is well, such as an address that answers. If it says
    /// that it is not, the candidates go back.
    Probe(ProbeId),
    /// Waits until the newest deployment of another artifact in the same environment is completed. If that one
    /// ends otherwise, it pauses.
    After(ArtifactId),
    /// Makes the candidates live, all of them in one commit.
    GoLive,
    /// Watches the candidates while they are live, until they are proven.
    Bake(Wait),
}

impl Step {
    /// Whose consent it asks for, if it asks for any.
    #[must_use]
    pub const fn asks(&self) -> Option<&Consent> {
        match self {
            Self::Approve(consent) => Some(consent),
            Self::SetWeight(_)
            | Self::Split(_)
            | Self::Choose
            | Self::Shadow(_)
            | Self::HeaderRoute(_)
            | Self::Analyze(_)
            | Self::Pause
            | Self::Probe(_)
            | Self::After(_)
            | Self::GoLive
            | Self::Bake(_) => None,
        }
    }

    /// The share of each candidate, if it gives them shares of their own.
    #[must_use]
    pub fn split(&self) -> Option<&[Weight]> {
        match self {
            Self::Split(weights) => Some(weights),
            Self::SetWeight(_)
            | Self::Choose
            | Self::Shadow(_)
            | Self::HeaderRoute(_)
            | Self::Analyze(_)
            | Self::Pause
            | Self::Approve(_)
            | Self::Probe(_)
            | Self::After(_)
            | Self::GoLive
            | Self::Bake(_) => None,
        }
    }

    /// The artifact whose deployment it waits for, if it waits for one.
    #[must_use]
    pub const fn awaits(&self) -> Option<&ArtifactId> {
        match self {
            Self::After(other) => Some(other),
            Self::SetWeight(_)
            | Self::Split(_)
            | Self::Choose
            | Self::Shadow(_)
            | Self::HeaderRoute(_)
            | Self::Analyze(_)
            | Self::Pause
            | Self::Approve { .. }
            | Self::Probe(_)
            | Self::GoLive
            | Self::Bake(_) => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetWeight(weight) => write!(f, "weight {weight}"),
            Self::Split(weights) => {
                f.write_str("split ")?;
                for (place, weight) in weights.iter().enumerate() {
                    let sign = if place == 0 { "" } else { ", " };
                    write!(f, "{sign}{weight}")?;
                }
                Ok(())
            }
            Self::Choose => f.write_str("choose a candidate"),
            Self::Shadow(weight) => write!(f, "shadow {weight}"),
            Self::HeaderRoute(by) => write!(f, "header {by}"),
            Self::Analyze(wait) => write!(f, "analyze {wait}"),
            Self::Pause => f.write_str("pause"),
            Self::Approve(consent) => write!(f, "approve by {consent}"),
            Self::Probe(probe) => write!(f, "check health by {probe}"),
            Self::After(other) => write!(f, "wait for {other}"),
            Self::GoLive => f.write_str("go live"),
            Self::Bake(wait) => write!(f, "bake {wait}"),
        }
    }
}
