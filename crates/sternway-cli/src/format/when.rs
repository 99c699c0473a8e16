//! How long ago something was, in words.

use std::time::Duration;

use sternway::types::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const MONTH: u64 = 30 * DAY;
const YEAR: u64 = 365 * DAY;

/// How long before `now` a moment was.
pub(crate) fn ago(moment: Timestamp, now: Timestamp) -> String {
    let since = now.since(moment);
    if since.as_secs() < MINUTE { "just now".into() } else { format!("{} ago", length(since)) }
}

/// How long something lasts, in the largest unit of which there is a whole one.
pub(crate) fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let (count, unit) = match seconds {
        0..MINUTE => return "under a minute".into(),
        MINUTE..HOUR => return format!("{} min", seconds / MINUTE),
        HOUR..DAY => (seconds / HOUR, "hour"),
        DAY..MONTH => (seconds / DAY, "day"),
        MONTH..YEAR => (seconds / MONTH, "month"),
        YEAR.. => (seconds / YEAR, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seconds: u64, words: &str) {
        let now = Timestamp::EPOCH.saturating_add(Duration::from_secs(10 * YEAR));
        assert_eq!(ago(now.saturating_sub(Duration::from_secs(seconds)), now), words);
    }

    #[test]
    fn each_unit_begins_where_it_is_whole() {
        check(0, "just now");
        check(59, "just now");
        check(60, "1 min ago");
        check(HOUR, "1 hour ago");
        check(2 * DAY - 1, "1 day ago");
        check(2 * DAY, "2 days ago");
        check(45 * DAY, "1 month ago");
        check(3 * YEAR, "3 years ago");
    }

    #[test]
    fn a_moment_to_come_is_now() {
        let now = Timestamp::EPOCH;
        assert_eq!(ago(now.saturating_add(Duration::from_secs(9)), now), "just now");
    }
}
