//! Runs that a version gets for what they carry, and not by chance.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::VersionNumber;

/// Why nothing can be matched by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// It goes into the configurations of routers, as it is.
    #[error(
        "{given:?} is no attribute: expected 1 to {limit} letters, digits, `-` or `_`, as in the name of an \
         HTTP header, such as x-preview",
        limit = Match::MAX_ATTRIBUTE
    )]
    Attribute {
        /// What was given.
        given: String,
    },
    /// So does a value.
    #[error(
        "{given:?} is no value that can match: expected 1 to {limit} letters, digits, `.`, `_`, `:`, `/`, \
         `@`, `+`, `=` or `-`",
        limit = Match::MAX_VALUE
    )]
    Value {
        /// What was given.
        given: String,
    },
    /// There is a limit to what each run is compared with.
    #[error("1 to {limit} values of an attribute match: found {found}", limit = Match::MAX_VALUES)]
    Values {
        /// How many there are.
        found: usize,
    },
    /// It names no value.
    #[error(
        "{given:?} names no value: expected an attribute and what it is, such as x-preview=yes"
    )]
    NoValue {
        /// What was given.
        given: String,
    },
    /// Runs go by one attribute.
    #[error("{one} and {other} are two attributes: runs are matched by one of them")]
    Attributes {
        /// One of them.
        one: String,
        /// The other.
        other: String,
    },
}

/// What a run carries that is given to a version for that: an attribute, such as a header of its request, and
/// the values of it that match, to the letter.
///
/// ```
/// use sternway_types::Match;
///
/// let preview: Match = "X-Preview=yes".parse()?;
/// assert!(preview.fits(&[("x-preview", "yes")]));
/// assert!(!preview.fits(&[("x-preview", "no"), ("x-other", "yes")]));
/// # Ok::<(), sternway_types::MatchError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Match(
    // Invariants: as `new` checks.
    Box<Parts>,
);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    attribute: String,
    values: BTreeSet<String>,
}

impl TryFrom<Parts> for Match {
    type Error = MatchError;

    fn try_from(parts: Parts) -> Result<Self, MatchError> {
        Self::new(&parts.attribute, parts.values)
    }
}

impl From<Match> for Parts {
    fn from(it: Match) -> Self {
        *it.0
    }
}

impl Match {
    /// The longest name of an attribute, in bytes.
    pub const MAX_ATTRIBUTE: usize = 64;
    /// The longest value, in bytes.
    pub const MAX_VALUE: usize = 128;
    /// The most values.
    pub const MAX_VALUES: usize = 16;

    /// What carries one of these values of an attribute, whose name is the same in any case.
    ///
    /// # Errors
    ///
    /// [`MatchError`] if the attribute or a value is none, or there are no values or too many.
    pub fn new(attribute: &str, values: BTreeSet<String>) -> Result<Self, MatchError> {
        let attribute = Self::attribute_of(attribute)?;
        let found = values.len();
        if !(1..=Self::MAX_VALUES).contains(&found) {
            return Err(MatchError::Values { found });
        }
        match values.iter().find(|value| !is_plain(value, Self::MAX_VALUE, b"._:/@+=-")) {
            Some(given) => Err(MatchError::Value { given: cut(given) }),
            None => Ok(Self(Box::new(Parts { attribute, values }))),
        }
    }

    /// The name of an attribute as it is kept, in small letters.
    ///
    /// # Errors
    ///
    /// [`MatchError::Attribute`] if it is none.
    pub fn attribute_of(name: &str) -> Result<String, MatchError> {
        if is_plain(name, Self::MAX_ATTRIBUTE, b"-_") {
            Ok(name.to_ascii_lowercase())
        } else {
            Err(MatchError::Attribute { given: cut(name) })
        }
    }

    /// What carries a value of this one or of another one of the same attribute.
    ///
    /// # Errors
    ///
    /// [`MatchError::Attributes`] if it is of another attribute, and [`MatchError::Values`] if there are too
    /// many values.
    pub fn or(self, other: Self) -> Result<Self, MatchError> {
        let (mut one, other) = (*self.0, *other.0);
        if one.attribute != other.attribute {
            let (one, other) = (one.attribute, other.attribute);
            return Err(MatchError::Attributes { one, other });
        }
        one.values.extend(other.values);
        one.try_into()
    }

    /// The name of the attribute, in small letters.
    #[must_use]
    pub fn attribute(&self) -> &str {
        &self.0.attribute
    }

    /// The values that match, in their order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.values.iter().map(String::as_str)
    }

    /// Whether a run with these attributes matches. Of one that is there several times the last counts, as
    /// for routers that look at headers.
    #[must_use]
    pub fn fits(&self, attributes: &[(&str, &str)]) -> bool {
        let mut last = attributes.iter().rev();
        let found = last.find(|(name, _)| name.eq_ignore_ascii_case(&self.0.attribute));
        found.is_some_and(|(_, value)| self.0.values.contains(*value))
    }
}

fn is_plain(text: &str, longest: usize, more: &[u8]) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
    (1..=longest).contains(&text.len()) && text.bytes().all(plain)
}

/// As much of what was given as can be shown.
fn cut(given: &str) -> String {
    given.chars().take(200).collect()
}

impl FromStr for Match {
    type Err = MatchError;

    /// `x-preview=yes`, or `x-preview=yes,beta`.
    fn from_str(text: &str) -> Result<Self, MatchError> {
        let (attribute, values) =
            text.split_once('=').ok_or_else(|| MatchError::NoValue { given: cut(text) })?;
        Self::new(attribute, values.split(',').map(str::to_owned).collect())
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.0.attribute)?;
        for (place, value) in self.0.values.iter().enumerate() {
            let sign = if place == 0 { "" } else { "," };
            write!(f, "{sign}{value}")?;
        }
        Ok(())
    }
}

/// A candidate that gets runs for what they carry, whatever share it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matched {
    /// Which.
    pub to: VersionNumber,
    /// What they carry.
    pub by: Match,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Match, MatchError> {
        text.parse()
    }

    #[test]
    fn an_attribute_is_the_same_in_any_case_and_a_value_to_the_letter() {
        let preview = of("X-Preview=yes").unwrap().or(of("x-preview=beta").unwrap()).unwrap();
        assert_eq!(preview.to_string(), "x-preview=beta,yes");
        assert_eq!(of(&preview.to_string()), Ok(preview.clone()));
        for fits in [("X-PREVIEW", "yes"), ("x-preview", "beta")] {
            assert!(preview.fits(&[fits]), "{fits:?}");
        }
        for other in [("x-preview", "YES"), ("x-preview", "yes,beta"), ("x-preview2", "yes")] {
            assert!(!preview.fits(&[other]), "{other:?}");
        }
        assert!(!preview.fits(&[]));
    }

    #[test]
    fn of_an_attribute_that_is_there_twice_the_last_counts() {
        let preview = of("x-preview=yes").unwrap();
        assert!(preview.fits(&[("x-preview", "no"), ("X-Preview", "yes")]));
        assert!(!preview.fits(&[("x-preview", "yes"), ("X-Preview", "no")]));
    }

    #[test]
    fn what_means_something_elsewhere_is_refused() {
        let long = format!("x={}", "y".repeat(Match::MAX_VALUE + 1));
        for value in ["x=", "x=a b", "x=a|b", "x=a~b", "x=a;b", "x=ä", "x=a,,b", &long] {
            assert!(matches!(of(value), Err(MatchError::Value { .. })), "{value}");
        }
        for name in ["=yes", "x y=yes", "x:y=yes", "ä=yes", "x\n=yes"] {
            assert!(matches!(of(name), Err(MatchError::Attribute { .. })), "{name}");
        }
        assert!(matches!(of("x-preview"), Err(MatchError::NoValue { .. })));
        let many = (0..17).map(|it| it.to_string()).collect();
        assert_eq!(Match::new("x", many), Err(MatchError::Values { found: 17 }));
        assert_eq!(Match::new("x", BTreeSet::new()), Err(MatchError::Values { found: 0 }));
        let two = of("x=1").unwrap().or(of("y=1").unwrap());
        assert!(matches!(two, Err(MatchError::Attributes { .. })), "{two:?}");
    }

    #[test]
    fn what_is_stored_is_checked_as_it_is_read() {
        let written = serde_json::to_string(&of("x-preview=yes").unwrap()).unwrap();
        assert_eq!(written, r#"{"attribute":"x-preview","values":["yes"]}"#);
        assert_eq!(serde_json::from_str::<Match>(&written).unwrap(), of("x-preview=yes").unwrap());
        for wrong in [written.replace("yes", "a b"), written.replace("\"yes\"", "")] {
            assert!(serde_json::from_str::<Match>(&wrong).is_err(), "{wrong}");
        }
    }
}
