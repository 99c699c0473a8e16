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
}
