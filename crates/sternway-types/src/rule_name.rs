//! How rules are named, and how fast they are.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Metric, TriggerId};

/// The names of the rules, in the order of their weight: of several rules that hold, the first
/// decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleName {
    /// [`Rule::SignatureErrors`](crate::Rule::SignatureErrors).
    SignatureErrors,
    /// [`Rule::AllFailed`](crate::Rule::AllFailed).
    AllFailed,
    /// [`Rule::ConsecutiveFailures`](crate::Rule::ConsecutiveFailures).
    ConsecutiveFailures,
    /// [`Rule::NewError`](crate::Rule::NewError).
    NewError,
    /// [`Rule::Worse`](crate::Rule::Worse).
    Worse,
    /// [`Rule::Mean`](crate::Rule::Mean).
    Mean,
    /// [`Rule::Breach`](crate::Rule::Breach).
    Breach,
    /// [`Rule::FailureRate`](crate::Rule::FailureRate).
    FailureRate,
    /// [`Rule::Degraded`](crate::Rule::Degraded).
    Degraded,
    /// [`Rule::Custom`](crate::Rule::Custom).
    Custom,
    /// [`Rule::Decline`](crate::Rule::Decline): last, since what only says so is in the way of nothing that acts.
    Decline,
}

impl RuleName {
    /// Every name, by weight.
    pub const ALL: [Self; 11] = [
        Self::SignatureErrors,
        Self::AllFailed,
        Self::ConsecutiveFailures,
        Self::NewError,
        Self::Worse,
        Self::Mean,
        Self::Breach,
        Self::FailureRate,
        Self::Degraded,
        Self::Custom,
        Self::Decline,
    ];

    /// The name, as policy files write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignatureErrors => "signature_errors",
            Self::AllFailed => "all_failed",
            Self::ConsecutiveFailures => "consecutive_failures",
            Self::NewError => "new_error",
            Self::Worse => "worse",
            Self::Mean => "mean",
            Self::Breach => "breach",
            Self::FailureRate => "failure_rate",
            Self::Degraded => "degraded",
            Self::Custom => "custom",
            Self::Decline => "decline",
        }
    }

    /// Whether it is stated how often the rule is wrong.
    #[must_use]
    pub const fn has_stated_error_rate(self) -> bool {
        matches!(self, Self::NewError | Self::Worse | Self::Mean | Self::Breach | Self::Decline)
    }

    /// How fast the rule sees what it looks for.
    #[must_use]
    pub const fn tier(self) -> Tier {
        match self {
            Self::SignatureErrors | Self::AllFailed | Self::ConsecutiveFailures => Tier::Immediate,
            Self::NewError | Self::Worse | Self::Mean | Self::Breach | Self::Decline => {
                Tier::Sequential
            }
            Self::FailureRate => Tier::Fast,
            Self::Degraded | Self::Custom => Tier::Standard,
        }
    }
}

/// Names a rule of a policy: what kind it is, and of which metric or trigger if there may be several.
///
/// Written `all_failed`, `degraded:duration`, `custom:latency-budget`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleId {
    /// What kind of rule.
    pub name: RuleName,
    /// Which metric it looks at, if it was given one.
    pub metric: Option<Metric>,
    /// Which trigger it asks, if it is a rule of somebody's own.
    pub trigger: Option<TriggerId>,
}

impl From<RuleName> for RuleId {
    fn from(name: RuleName) -> Self {
        Self { name, metric: None, trigger: None }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.metric, &self.trigger) {
            (Some(metric), _) => f.pad(&format!("{}:{metric}", self.name)),
            (None, Some(trigger)) => f.pad(&format!("{}:{trigger}", self.name)),
            (None, None) => self.name.fmt(f),
        }
    }
}

impl TryFrom<String> for RuleId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let none = || format!("{text:?} names no rule");
        let (name, of) = match text.split_once(':') {
            Some((name, of)) => (name, Some(of)),
            None => (text.as_str(), None),
        };
        let name = RuleName::ALL.into_iter().find(|known| known.as_str() == name);
        let mut id = Self::from(name.ok_or_else(none)?);
        match (id.name, of) {
            (RuleName::Custom, Some(of)) => id.trigger = Some(of.parse().map_err(|_| none())?),
            (_, Some(of)) => id.metric = Some(of.to_owned().into()),
            (_, None) => (),
        }
        Ok(id)
    }
}

impl From<RuleId> for String {
    fn from(id: RuleId) -> Self {
        id.to_string()
    }
}

/// How fast a rule sees what it looks for. The faster one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Within minutes, on a few failures.
    Immediate,
    /// As soon as the evidence suffices, at the third run or at the ten thousandth.
    Sequential,
    /// Within half an hour, on a rate of failures.
    Fast,
    /// Within hours, against the last good version.
    Standard,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Immediate => "immediate",
            Self::Sequential => "sequential",
            Self::Fast => "fast",
            Self::Standard => "standard",
        })
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
