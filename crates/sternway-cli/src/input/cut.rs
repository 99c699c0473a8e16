//! Up to where the past is let go, as people name it.

use std::{str::FromStr, time::Duration};

use sternway::types::Timestamp;

use super::moment::Moment;
use crate::format::duration;

/// Why a text names no such moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no moment: expected a revision (r12), a time (2026-11-20T16:00:00Z), or how long \
     ago (30d, 12h)"
)]
pub(crate) struct CutError {
    given: String,
}

/// Up to where the past is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A point of history.
    At(Moment),
    /// So long ago.
    Ago(Duration),
}

impl FromStr for Cut {
    type Err = CutError;

    fn from_str(text: &str) -> Result<Self, CutError> {
        let moment = text.parse().map(Self::At);
        moment
            .or_else(|_| duration::parse_days(text).map(Self::Ago))
            .map_err(|_| CutError { given: text.chars().take(80).collect() })
    }
}

impl Cut {
    /// The moment, as of now.
    pub(crate) fn moment(self, now: Timestamp) -> Moment {
        match self {
            Self::At(moment) => moment,
            Self::Ago(ago) => {
                let micros = i64::try_from(ago.as_micros()).unwrap_or(i64::MAX);
                Moment::Time(Timestamp::from_micros(now.as_micros().saturating_sub(micros)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_moment_or_how_long_ago() {
        let parse = |text: &str| text.parse::<Cut>().ok();
        assert!(matches!(parse("r12"), Some(Cut::At(Moment::Revision(_)))));
        assert!(matches!(parse("2026-11-20T16:00:00Z"), Some(Cut::At(Moment::Time(_)))));
        assert_eq!(parse("30d"), Some(Cut::Ago(Duration::from_hours(30 * 24))));
        assert_eq!(parse("90m"), Some(Cut::Ago(Duration::from_mins(90))));
        assert_eq!(parse("yesterday"), None);
        let ago = Cut::Ago(Duration::from_secs(5)).moment(Timestamp::from_micros(7_000_000));
        assert_eq!(ago, Moment::Time(Timestamp::from_micros(2_000_000)));
    }
}
