//! Statuses of HTTP: single ones, and ranges.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use sternway_http::StatusCode;

use crate::BadCheck;

/// What a status of an answer can be.
const POSSIBLE: RangeInclusive<u16> = 200..=599;

/// Statuses that mean the same to a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statuses(Vec<RangeInclusive<u16>>);

impl Statuses {
    /// Every success.
    #[must_use]
    pub fn success() -> Self {
        Self(vec![200..=299])
    }

    /// What a hook says that has not decided: accepted (202), too early (425), too many (429), and not
    /// available (503).
    #[must_use]
    pub fn not_yet() -> Self {
        Self([202, 425, 429, 503].map(|status| status..=status).into())
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(&self, status: StatusCode) -> bool {
        self.0.iter().any(|range| range.contains(&status.as_u16()))
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }
}

impl FromStr for Statuses {
    type Err = BadCheck;

    /// Reads `204` or `200..=299`.
    fn from_str(text: &str) -> Result<Self, BadCheck> {
        let (first, last) = text.split_once("..=").unwrap_or((text, text));
        let number = |text: &str| text.trim().parse().ok().filter(|it| POSSIBLE.contains(it));
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self(vec![first..=last])),
            _ => Err(BadCheck::Status { given: text.to_owned() }),
        }
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, range) in self.0.iter().enumerate() {
            let (first, last) = (range.start(), range.end());
            f.write_str(if place == 0 { "" } else { ", " })?;
            if first == last { write!(f, "{first}") } else { write!(f, "{first}..={last}") }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_single_ones_and_ranges() {
        let both = "204".parse::<Statuses>().unwrap().and("400..=404".parse().unwrap());
        assert_eq!(both.to_string(), "204, 400..=404");
        let found: Vec<u16> = (100..=599)
            .filter(|status| both.contains(StatusCode::from_u16(*status).unwrap()))
            .collect();
        assert_eq!(found, [204, 400, 401, 402, 403, 404]);
        for none in ["", "20", "600", "100", "299..=200", "200..299", "ok"] {
            let said = none.parse::<Statuses>().unwrap_err().to_string();
            assert!(said.contains("is no status"), "{said}");
        }
    }
}
