//! What is measured of a version, and which way is better.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Decimal;

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

/// Which of a hundred equal parts of all values a quantile ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Percentile {
    /// Half of the values are no larger: the median.
    P50,
    /// 95 of 100 are no larger.
    P95,
    /// 99 of 100 are no larger.
    P99,
}

impl Percentile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::P50, Self::P95, Self::P99];

    /// How large the share of the values is that are no larger.
    #[must_use]
    pub const fn share(self) -> Decimal {
        let hundredths = match self {
            Self::P50 => 50,
            Self::P95 => 95,
            Self::P99 => 99,
        };
        Decimal::from_units(hundredths * (Decimal::UNITS / 100))
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
    /// How long a run takes that is slower than so many others, in milliseconds: `duration.p95`.
    DurationAt(Percentile),
    /// What a run costs on average, in the user's own unit.
    Cost,
    /// What a run costs that is dearer than so many others: `cost.p95`.
    CostAt(Percentile),
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
        Self::BUILT_IN.iter().map(Self::built_in).chain(scores)
    }

    /// The metrics that are no scores.
    const BUILT_IN: [Self; 10] = [
        Self::SuccessRate,
        Self::ErrorRate,
        Self::Duration,
        Self::DurationAt(Percentile::P50),
        Self::DurationAt(Percentile::P95),
        Self::DurationAt(Percentile::P99),
        Self::Cost,
        Self::CostAt(Percentile::P50),
        Self::CostAt(Percentile::P95),
        Self::CostAt(Percentile::P99),
    ];

    /// The name; of a score, its own.
    #[must_use]
    pub fn name(&self) -> &str {
        if let Self::Score(name) = self { name } else { self.built_in() }
    }

    /// The name of what is no score; of one, nothing.
    const fn built_in(&self) -> &'static str {
        match self {
            Self::SuccessRate => "success_rate",
            Self::ErrorRate => "error_rate",
            Self::Duration => "duration",
            Self::DurationAt(Percentile::P50) => "duration.p50",
            Self::DurationAt(Percentile::P95) => "duration.p95",
            Self::DurationAt(Percentile::P99) => "duration.p99",
            Self::Cost => "cost",
            Self::CostAt(Percentile::P50) => "cost.p50",
            Self::CostAt(Percentile::P95) => "cost.p95",
            Self::CostAt(Percentile::P99) => "cost.p99",
            Self::Score(_) => "",
        }
    }

    /// Of which share of the values it is the quantile, if it is one. A quantile is of the whole of what was measured,
    /// and is not kept by time.
    #[must_use]
    pub const fn percentile(&self) -> Option<Percentile> {
        match self {
            Self::DurationAt(percentile) | Self::CostAt(percentile) => Some(*percentile),
            Self::SuccessRate | Self::ErrorRate | Self::Duration | Self::Cost | Self::Score(_) => {
                None
            }
        }
    }

    /// Which way it gets better, where nobody says so. A score that is not known has none.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        match self {
            Self::SuccessRate => Some(Direction::Higher),
            Self::ErrorRate
            | Self::Duration
            | Self::DurationAt(_)
            | Self::Cost
            | Self::CostAt(_) => Some(Direction::Lower),
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
            Self::Duration | Self::DurationAt(_) => Some("ms"),
            Self::Cost | Self::CostAt(_) | Self::Score(_) => None,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ambiguous = match self {
            Self::Score(name) => {
                name.starts_with("score:") || Self::BUILT_IN.iter().any(|it| it.name() == name)
            }
            Self::SuccessRate
            | Self::ErrorRate
            | Self::Duration
            | Self::DurationAt(_)
            | Self::Cost
            | Self::CostAt(_) => false,
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
