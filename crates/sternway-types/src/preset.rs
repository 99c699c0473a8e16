//! Policies that have a name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Action, Degradation, Metric, Mode, Rule, Threshold, Worse,
    rule::{fast_tier, immediate_tier, signature_errors},
};

/// A policy that has a name: its rules, and what they lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// What holds where nothing is set: fewer runs succeed than those of the last good version did, or
    /// errors come that it never had, each tested after every failure. They take a version that is not
    /// worse back in at most 1 of 100 stays. Beside them, without a stated error rate: 2 signature
    /// errors among the last 10 runs.
    Sound,
    /// The same tests at 1 of 1,000, and nothing without a stated error rate.
    Cautious,
    /// The same as `sound`, at 5 of 100: faster, and wrong more often.
    Twitchy,
    /// 2 signature errors among the last 10 runs, all of 5 or more failed, or 3 failures in a row
    /// within 5 minutes.
    Immediate,
    /// The three fixed tiers: what [`Preset::Immediate`] says, more than 0.8 of at least 5 runs
    /// failed within 30 minutes, or the success rate is 0.15 points lower than that of the last
    /// good version over at least 10 runs each.
    Tiers,
    /// The success rate, the accuracy, the error rate or the duration is worse by 0.15 of what the
    /// last good version has, over at least 10 runs each.
    Artifact,
    /// The rules of `sound`, which say what they found and change nothing.
    #[serde(rename = "notify-only")]
    NotifyOnly,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 7] = [
        Self::Sound,
        Self::Cautious,
        Self::Twitchy,
        Self::Immediate,
        Self::Tiers,
        Self::Artifact,
        Self::NotifyOnly,
    ];

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Cautious => "cautious",
            Self::Twitchy => "twitchy",
            Self::Immediate => "immediate",
            Self::Tiers => "tiers",
            Self::Artifact => "artifact",
            Self::NotifyOnly => "notify-only",
        }
    }

    /// How often it is wrong, as far as that is known.
    #[must_use]
    pub const fn note(self) -> &'static str {
        match self {
            Self::Sound | Self::NotifyOnly => {
                "finds at most 1 in 100 healthy versions worse; signature errors are a rule without \
                 a stated error rate"
            }
            Self::Cautious => "finds at most 1 in 1,000 healthy versions worse",
            Self::Twitchy => {
                "finds at most 5 in 100 healthy versions worse; signature errors are a rule without \
                 a stated error rate"
            }
            Self::Immediate | Self::Tiers => {
                "rules of thumb, without a stated error rate: within 10,000 runs they find most \
                 healthy versions worse whose success rate is 0.95, and all below 0.9"
            }
            Self::Artifact => "rules of thumb, without a stated error rate",
        }
    }

    /// The rules.
    #[must_use]
    pub fn rules(self) -> Vec<Rule> {
        match self {
            Self::Sound | Self::NotifyOnly => sequential(Some(signature_errors()), 10),
            Self::Cautious => sequential(None, 1),
            Self::Twitchy => sequential(Some(signature_errors()), 50),
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

    /// What a regression leads to.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::NotifyOnly => Action::Notify,
            Self::Sound
            | Self::Cautious
            | Self::Twitchy
            | Self::Immediate
            | Self::Tiers
            | Self::Artifact => Action::RollBack,
        }
    }
}

/// The tests, which together are wrong in so many of a thousand healthy versions: one part of ten goes
/// to new errors.
fn sequential(beside: Option<Rule>, of_a_thousand: u32) -> Vec<Rule> {
    let new_error = Rule::NewError { alpha: Threshold::ten_thousandths(of_a_thousand) };
    let worse = Worse::at(Threshold::ten_thousandths(of_a_thousand * 9));
    beside.into_iter().chain([new_error, Rule::Worse(Box::new(worse))]).collect()
}

fn degraded(metric: Metric, mode: Mode) -> Rule {
    let limit = Threshold::FIFTEEN_HUNDREDTHS;
    Rule::Degraded(Box::new(Degradation::new(metric, mode, limit)))
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text names no preset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no preset: expected sound, cautious, twitchy, immediate, tiers, artifact or \
     notify-only"
)]
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
