//! Lengths of time as people type and read them: `5s`, `1h 30m`.

use std::time::Duration;

/// Why a text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a length of time: expected 500ms, 5s or 1m 30s")]
pub(crate) struct DurationError(String);

/// Reads a length of time.
pub(crate) fn parse(text: &str) -> Result<Duration, DurationError> {
    let parsed = text.parse::<jiff::SignedDuration>().ok();
    let duration = parsed.and_then(|duration| Duration::try_from(duration).ok());
    duration.ok_or_else(|| DurationError(text.chars().take(40).collect()))
}

/// A length of time in whole seconds, one that is begun included, as it is typed: `1h 30m`.
pub(crate) fn shown(length: Duration) -> String {
    let begun = u64::from(length.subsec_nanos() > 0);
    let seconds = i64::try_from(length.as_secs().saturating_add(begun)).unwrap_or(i64::MAX);
    format!("{:#}", jiff::SignedDuration::from_secs(seconds))
}

/// Reads a length of time that may be long: also `30d` and `2w`, in days of 24 hours.
pub(crate) fn parse_days(text: &str) -> Result<Duration, DurationError> {
    const HOURS: u64 = 24;
    let units = [("d", HOURS), ("w", 7 * HOURS)];
    let long = units.into_iter().find_map(|(unit, hours)| {
        let number = text.strip_suffix(unit)?.trim_end().parse::<u32>().ok()?;
        Some(Duration::from_hours(u64::from(number) * hours))
    });
    long.map_or_else(|| parse(text), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_needed_and_signs_are_not_taken() {
        assert_eq!(parse("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(parse("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("10ms"), Ok(Duration::from_millis(10)));
        assert!(parse("5").is_err());
        assert!(parse("-5s").is_err());
    }

    #[test]
    fn what_is_shown_can_be_typed() {
        for (seconds, text) in [(0, "0s"), (30, "30s"), (90, "1m 30s"), (86_400, "24h")] {
            assert_eq!(shown(Duration::from_secs(seconds)), text);
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)));
        }
        assert_eq!(shown(Duration::from_millis(1_001)), "2s");
    }

    #[test]
    fn days_and_weeks_are_known_where_they_make_sense() {
        assert_eq!(parse_days("30d"), Ok(Duration::from_hours(30 * 24)));
        assert_eq!(parse_days("2 w"), Ok(Duration::from_hours(14 * 24)));
        assert_eq!(parse_days("12h"), Ok(Duration::from_hours(12)));
        assert!(parse_days("d").is_err());
        assert!(parse_days("-1d").is_err());
    }
}
