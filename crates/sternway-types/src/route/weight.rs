//! A share of the runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::RouteError;

/// A share of the runs, in basis points: hundredths of a percent.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(try_from = "u32", into = "u32")]
pub struct Weight(u16);

impl Weight {
    /// None of the runs.
    pub const ZERO: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(10_000);

    /// Takes a number of basis points.
    ///
    /// # Errors
    ///
    /// [`RouteError::Weight`] if it is above 10,000.
    pub fn new(basis_points: u32) -> Result<Self, RouteError> {
        let weight = u16::try_from(basis_points).map(Self).ok();
        weight.filter(|it| *it <= Self::ALL).ok_or(RouteError::Weight(basis_points))
    }

    /// The number of basis points.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether it is none of the runs.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// What is left of all.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(Self::ALL.0.saturating_sub(self.0))
    }

    /// As a share, from 0 to 1.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ALL.0)
    }
}

impl TryFrom<u32> for Weight {
    type Error = RouteError;

    fn try_from(basis_points: u32) -> Result<Self, RouteError> {
        Self::new(basis_points)
    }
}

impl From<Weight> for u32 {
    fn from(weight: Weight) -> Self {
        weight.0.into()
    }
}

impl fmt::Display for Weight {
    /// In percent, with as many decimals as there are: `5 %`, `12.5 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole} %"),
            (_, 0) => write!(f, "{whole}.{} %", rest / 10),
            _ => write!(f, "{whole}.{rest:02} %"),
        }
    }
}
