//! Numbers that are added up exactly, in whatever order they come.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not a decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a decimal number: expected such as 12 or -0.85, with up to 12 decimals")]
pub struct DecimalError {
    given: String,
}

/// A number with twelve decimals. A sum of these is exact, so that it does not depend on the order
/// in which its parts came, as a sum of floating numbers would.
///
/// JSON shows it as a text, such as `"0.85"`, since a number there loses digits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(i128);

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(Self::UNITS);
    /// How many units one is made of.
    pub const UNITS: i128 = 1_000_000_000_000;
    /// The largest number that is taken from a float, without its sign: 10^15. The sum of more than
    /// 10^11 of these fits.
    const MOST: f64 = 1e15;

    /// So many units of 10^-12.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// How many units of 10^-12 it is.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// So many ones.
    #[must_use]
    pub const fn whole(number: u64) -> Self {
        // At most 2^64 × 10^12, which is less than 2^127.
        Self((number as i128) * Self::UNITS)
    }

    /// The decimal that is nearest to a float; nothing beyond ±10^15, and for what is no number.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "at most 10^27 in size, and whole")]
        let units = |number: f64| (number * 1e12).round() as i128;
        (number.abs() <= Self::MOST).then(|| Self(units(number)))
    }

    /// The nearest float.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what was asked for")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// Both together, held within what fits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This without the other, held within what fits.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (size, units) = (self.0.unsigned_abs(), Self::UNITS.unsigned_abs());
        let decimals = format!("{:012}", size % units);
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { "." };
        f.pad(&format!("{sign}{}{point}{decimals}", size / units))
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (ones, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = (!ones.is_empty() && plain(ones) && plain(decimals) && decimals.len() <= 12)
            .then(|| format!("{ones}{decimals:0<12}").parse::<i128>().ok());
        let units = parsed.flatten().map(|units| Self(sign * units));
        units.ok_or_else(|| DecimalError { given: text.chars().take(80).collect() })
    }
}

impl TryFrom<String> for Decimal {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, DecimalError> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        decimal.to_string()
    }
}
