//! The numbers of a rule, and how they are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Decimal;

/// Why a number is no threshold.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a threshold: expected a number above 0, at most 1,000,000,000")]
pub struct ThresholdError(f64);

/// A limit in a rule: above zero, and exact, so that a value that is exactly at the limit is seen
/// as such. A share is from 0 to 1, never a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Threshold(Decimal);

impl Threshold {
    /// What takes a version back where nothing else is said: 0.15, in points or of the baseline.
    pub const FIFTEEN_HUNDREDTHS: Self = Self::hundredths(15);

    /// The largest one.
    const MOST: f64 = 1e9;

    /// Takes a number, to twelve decimals.
    ///
    /// # Errors
    ///
    /// [`ThresholdError`] if it is not above 0 or too large.
    pub fn new(number: f64) -> Result<Self, ThresholdError> {
        let decimal = Decimal::from_f64(number).filter(|decimal| *decimal > Decimal::ZERO);
        let decimal = decimal.filter(|_| number <= Self::MOST);
        decimal.map(Self).ok_or(ThresholdError(number))
    }

    /// So many hundredths.
    pub(crate) const fn hundredths(number: u32) -> Self {
        Self::thousandths(number * 10)
    }

    /// So many thousandths.
    pub(crate) const fn thousandths(number: u32) -> Self {
        Self::ten_thousandths(number * 10)
    }

    /// So many ten thousandths.
    pub(crate) const fn ten_thousandths(number: u32) -> Self {
        // Lossless: `From` is not const.
        Self(Decimal::from_units(number as i128 * (Decimal::UNITS / 10_000)))
    }

    /// So many units of a [`Decimal`], at least one.
    pub(crate) const fn units(units: i128) -> Self {
        Self(Decimal::from_units(if units > 0 { units } else { 1 }))
    }

    /// The exact number.
    #[must_use]
    pub const fn get(self) -> Decimal {
        self.0
    }
}

impl TryFrom<f64> for Threshold {
    type Error = ThresholdError;

    fn try_from(number: f64) -> Result<Self, ThresholdError> {
        Self::new(number)
    }
}

impl From<Threshold> for f64 {
    fn from(threshold: Threshold) -> Self {
        threshold.0.to_f64()
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a value is held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// The rule holds beyond the threshold.
    #[serde(rename = ">")]
    Above,
    /// The rule holds at the threshold and beyond.
    #[serde(rename = ">=")]
    AtLeast,
}

impl Operator {
    pub(crate) const fn above() -> Self {
        Self::Above
    }

    pub(crate) const fn at_least() -> Self {
        Self::AtLeast
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
        })
    }
}
