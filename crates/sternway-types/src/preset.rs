//! Policies that have a name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Degradation, Metric, Mode, Rule, Threshold,
    rule::{fast_tier, immediate_tier},
};

/// The rules of a policy that has a name.
///
/// All of these are rules of thumb: nobody states how often they are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// What holds where nothing is set: 2 signature errors among the last 10 runs, all of 5 or more
    /// failed, or 3 failures in a row within 5 minutes.
    Immediate,
    /// The three fixed tiers: what [`Preset::Immediate`] says, more than 0.8 of at least 5 runs
    /// failed within 30 minutes, or the success rate is 0.15 points lower than that of the last
    /// good version over at least 10 runs each.
    Tiers,
    /// The success rate, the accuracy, the error rate or the duration is worse by 0.15 of what the
    /// last good version has, over at least 10 runs each.
    Artifact,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::Immediate, Self::Tiers, Self::Artifact];

    /// What all of them have in common.
    pub const NOTE: &str = "rules of thumb, without a stated error rate";

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::Tiers => "tiers",
            Self::Artifact => "artifact",
        }
    }

    /// The rules.
    #[must_use]
    pub fn rules(self) -> Vec<Rule> {
        let degraded = |metric, mode| {
            let limit = Threshold::FIFTEEN_HUNDREDTHS;
            Rule::Degraded(Box::new(Degradation::new(metric, mode, limit)))
        };
        match self {
            Self::Immediate => immediate_tier(),
            Self::Tiers => {
                let mut rules = immediate_tier();
                rules.push(fast_tier());
                rules.push(degraded(Metric::SuccessRate, Mode::Points));
                rules
            }
            Self::Artifact => {
                let accuracy = Metric::Score("accuracy".into());
                [Metric::SuccessRate, accuracy, Metric::ErrorRate, Metric::Duration]
                    .map(|metric| degraded(metric, Mode::Relative))
                    .to_vec()
            }
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text names no preset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no preset: expected immediate, tiers or artifact")]
pub struct PresetError {
    given: String,
}

impl FromStr for Preset {
    type Err = PresetError;

    fn from_str(text: &str) -> Result<Self, PresetError> {
        let named = Self::ALL.into_iter().find(|preset| preset.as_str() == text);
        named.ok_or_else(|| PresetError { given: text.chars().take(40).collect() })
    }
}
