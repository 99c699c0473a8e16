//! What is measured of a version, and which way is better.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Which way a metric gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        })
    }
}

/// Something that is measured of a version.
///
/// Written as its name. A score whose name is that of another metric is written `score:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Metric {
    /// How many runs succeeded of those whose end is known, from 0 to 1.
    SuccessRate,
    /// How many failed of those, from 0 to 1.
    ErrorRate,
    /// How long a run takes on average, in milliseconds.
    Duration,
    /// What a run costs on average, in the user's own unit.
    Cost,
    /// The average of a score, or a rating, by its name.
    Score(String),
}

/// The scores that have a direction where nobody gives them one.
const KNOWN: [(&str, Direction); 5] = [
    ("accuracy", Direction::Higher),
    ("security_rating", Direction::Higher),
    ("rating", Direction::Higher),
    ("avg_execution_time", Direction::Lower),
    ("avg_duration_ms", Direction::Lower),
];

impl Metric {
    /// The names that have a meaning, or a direction, where nobody gives them one.
    pub fn known_names() -> impl Iterator<Item = &'static str> {
        let scores = KNOWN.iter().map(|(name, _)| *name);
        ["success_rate", "error_rate", "duration", "cost"].into_iter().chain(scores)
    }

    /// The metrics that are no scores.
    const BUILT_IN: [Self; 4] = [Self::SuccessRate, Self::ErrorRate, Self::Duration, Self::Cost];

    /// The name; of a score, its own.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::SuccessRate => "success_rate",
            Self::ErrorRate => "error_rate",
            Self::Duration => "duration",
            Self::Cost => "cost",
            Self::Score(name) => name,
        }
    }

    /// Which way it gets better, where nobody says so. A score that is not known has none.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        match self {
            Self::SuccessRate => Some(Direction::Higher),
            Self::ErrorRate | Self::Duration | Self::Cost => Some(Direction::Lower),
            Self::Score(name) => {
                KNOWN.iter().find(|(known, _)| known == name).map(|(_, direction)| *direction)
            }
        }
    }

    /// The unit of a difference of two values, as it is written behind one: of rates, points on
    /// their scale from 0 to 1. Costs and scores have no unit that is known.
    #[must_use]
    pub const fn unit(&self) -> Option<&'static str> {
        match self {
            Self::SuccessRate | Self::ErrorRate => Some("points"),
            Self::Duration => Some("ms"),
            Self::Cost | Self::Score(_) => None,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ambiguous = match self {
            Self::Score(name) => {
                name.starts_with("score:") || Self::BUILT_IN.iter().any(|it| it.name() == name)
            }
            Self::SuccessRate | Self::ErrorRate | Self::Duration | Self::Cost => false,
        };
        if ambiguous {
            return f.pad(&format!("score:{}", self.name()));
        }
        f.pad(self.name())
    }
}

impl From<String> for Metric {
    fn from(text: String) -> Self {
        if let Some(name) = text.strip_prefix("score:") {
            return Self::Score(name.to_owned());
        }
        let built_in = Self::BUILT_IN.into_iter().find(|it| it.name() == text);
        built_in.unwrap_or(Self::Score(text))
    }
}

impl FromStr for Metric {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned().into())
    }
}

impl From<Metric> for String {
    fn from(metric: Metric) -> Self {
        metric.to_string()
    }
}
