//! How steady versions are: how their runs went, and how often one was taken back.

use std::fmt;

use sternway_types::Measure;

/// From which success rate on a version is stable, in hundredths.
const STABLE: u64 = 90;
/// From which on it is acceptable.
const ACCEPTABLE: u64 = 70;

/// How steady a version is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stability {
    /// It was taken back.
    Unstable,
    /// At least 0.9 of its runs succeeded.
    Stable,
    /// At least 0.7 of them did.
    Acceptable,
    /// Fewer did.
    Problematic,
    /// It had no run whose end is known.
    Unknown,
}

impl Stability {
    /// What a version is that had so many stays ended by a rollback, and this success rate.
    #[must_use]
    pub fn of(rollbacks: u64, success: Measure) -> Self {
        let at_least = |hundredths: u64| {
            let succeeded = success.sum.units().checked_mul(100);
            let limit = sternway_types::Decimal::UNITS
                .checked_mul(i128::from(success.samples))
                .and_then(|all| all.checked_mul(i128::from(hundredths)));
            succeeded >= limit
        };
        match success.samples {
            _ if rollbacks > 0 => Self::Unstable,
            0 => Self::Unknown,
            _ if at_least(STABLE) => Self::Stable,
            _ if at_least(ACCEPTABLE) => Self::Acceptable,
            _ => Self::Problematic,
        }
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unstable => "unstable",
            Self::Stable => "stable",
            Self::Acceptable => "acceptable",
            Self::Problematic => "problematic",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Stability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
