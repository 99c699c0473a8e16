//! Moments, to the microsecond, in UTC. Nothing here reads a clock.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Revision;

/// Why a value is not a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a time: expected RFC 3339, such as 2026-11-20T16:00:00Z")]
pub struct TimestampError {
    given: String,
}

/// A moment: microseconds since 1970-01-01T00:00:00Z, within the years that RFC 3339 can write.
///
/// People and JSON see RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The last moment that can be written, 9999-12-30T22:00:00Z.
    pub const MAX: Self = Self(253_402_207_200_000_000);
    /// The first moment that can be written, 0000-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_167_219_200_000_000);

    /// The moment this many microseconds after the epoch, held within [`Timestamp::MIN`] and
    /// [`Timestamp::MAX`].
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch, as clients that keep times in a float expect them.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a float second is what was asked for")]
    pub fn as_unix_seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// This moment moved forward, at most to [`Timestamp::MAX`].
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This moment moved back, at most to [`Timestamp::MIN`].
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this moment is; zero if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => f.pad(&moment.to_string()),
            Err(_) => write!(f, "{} µs after 1970", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let micros = text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_microsecond).ok();
        micros
            .map(Self)
            .filter(|moment| (Self::MIN..=Self::MAX).contains(moment))
            .ok_or_else(|| TimestampError { given: text.chars().take(80).collect() })
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, TimestampError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> Self {
        moment.to_string()
    }
}

/// When to look: a read answers with the state at this point of the feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The newest state.
    #[default]
    Head,
    /// The state right after this revision was committed.
    Revision(Revision),
    /// The state at this moment: after the last revision committed at or before it.
    Time(Timestamp),
}
