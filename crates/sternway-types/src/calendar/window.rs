//! One window of a calendar.

use std::{fmt, str::FromStr, sync::LazyLock, time::Duration};

use jiff::{
    civil::{Date, DateTime},
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

use super::rule::{Recurrence, RecurrenceError};
use crate::{IdError, Timestamp, WindowId, window};

/// The time zones are those that this program was built with, so that what is frozen does not depend on
/// what a machine has installed.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// By how many days the days of two places may differ, and a clock be put forward or back.
const SLACK: u32 = 2;
/// For how many days windows that follow on one another are taken for one.
const JOINED: u32 = 400;
/// How many days ahead the next one is looked for: a 29 February comes at least once in 8 years.
const AHEAD: u32 = 8 * 366;

/// Why something is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// It is not written as windows are.
    #[error(
        "expected `NAME: ZONE START [RULE] for LENGTH`, such as `weekend: Europe/Berlin \
         2026-01-02T18:00 FREQ=WEEKLY;BYDAY=FR for 62h`"
    )]
    Form,
    /// Its name is none.
    #[error(transparent)]
    Name(IdError),
    /// No time zone is called like this.
    #[error("no time zone is called {0:?}: expected one such as Europe/Berlin or UTC")]
    Zone(String),
    /// It does not say when it opens first.
    #[error("{0:?} is no start: expected the time on the wall there, such as 2026-01-02T18:00")]
    Start(String),
    /// It is open for no time, or too long.
    #[error("its length is {0:?}: expected a minute to 90 days, such as 62h or 2d 14h")]
    Length(String),
    /// The rule is none.
    #[error(transparent)]
    Rule(RecurrenceError),
    /// It begins on a day that is none of the rule's.
    #[error("its rule does not fall on its start, {0}: start it on a day that it falls on")]
    Apart(String),
}

/// A stretch of time in which a window is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stretch {
    /// Its first moment.
    pub opens: Timestamp,
    /// The moment at which it is over.
    pub closes: Timestamp,
}

/// A window of the calendar in which nothing goes forward, once or again and again. Reads and shows as
/// `weekend: Europe/Berlin 2026-01-02T18:00:00 FREQ=WEEKLY;BYDAY=FR for 62h`.
///
/// The clock on the wall of its time zone counts: it opens when that shows the time of its start, on the
/// days that its rule falls on, and closes when that shows a time later by its length. Where a clock is put
/// forward or back it shows some times never or twice: then the window opens at the earlier of the moments
/// that may be meant, and closes at the later one. In doubt nothing goes forward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawWindow", into = "RawWindow")]
pub struct FreezeWindow {
    name: WindowId,
    zone: TimeZone,
    // Invariant: the rule falls on its day.
    start: DateTime,
    rule: Option<Recurrence>,
    // Invariant: `SHORTEST` to `LONGEST`, in whole seconds.
    length: Duration,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    name: WindowId,
    zone: String,
    start: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(with = "window")]
    length: Duration,
}

impl FreezeWindow {
    /// The shortest that one may be: a minute.
    pub const SHORTEST: Duration = Duration::from_mins(1);
    /// The longest that one may be: 90 days.
    pub const LONGEST: Duration = Duration::from_hours(24 * 90);

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &WindowId {
        &self.name
    }

    /// The stretch that is open at a moment. Those that follow on one another are one.
    #[must_use]
    pub fn open_at(&self, at: Timestamp) -> Option<Stretch> {
        self.first_after(at, SLACK).filter(|stretch| stretch.opens <= at)
    }

    /// When it opens next after a moment, within about 8 years.
    #[must_use]
    pub fn opens_next(&self, at: Timestamp) -> Option<Stretch> {
        let from = self.open_at(at).map_or(at, |open| open.closes);
        self.first_after(from, AHEAD)
    }

    /// Whether it is certain that it never opens again, and is not open.
    #[must_use]
    pub fn is_over(&self, at: Timestamp) -> bool {
        if self.open_at(at).is_some() {
            return false;
        }
        match &self.rule {
            None => self.stretch_of(self.start.date()).is_none_or(|only| only.closes <= at),
            Some(rule) => {
                let day = self.day_at(at).map(|day| back(day, SLACK));
                day.is_some_and(|day| rule.is_over(day, at))
            }
        }
    }

    /// The first stretch that is not over at a moment, if it begins within so many days. What it costs
    /// depends on the length of the window and on those days, and not on when the window began.
    fn first_after(&self, at: Timestamp, days: u32) -> Option<Stretch> {
        let today = self.day_at(at)?;
        let length = u32::try_from(self.length.as_secs() / 86_400).unwrap_or(u32::MAX);
        let behind = length + SLACK;
        let mut last = ahead(today, days);
        let mut found: Option<Stretch> = None;
        let mut day = back(today, behind);
        for _ in 0..behind + days.max(JOINED) {
            if day > last {
                break;
            }
            if let Some(next) = self.stretch_of(day).filter(|next| next.closes > at) {
                let joined = match found {
                    Some(before) if next.opens > before.closes => break,
                    Some(before) => Stretch { closes: next.closes.max(before.closes), ..before },
                    None => next,
                };
                found = Some(joined);
                last = self.day_at(joined.closes).map_or(last, |day| ahead(day, SLACK));
            }
            day = ahead(day, 1);
        }
        found
    }

    /// The stretch that begins on a day, if one does.
    fn stretch_of(&self, day: Date) -> Option<Stretch> {
        let falls = self
            .rule
            .as_ref()
            .map_or(day == self.start.date(), |rule| rule.falls_on(day, self.start.date()));
        if !falls {
            return None;
        }
        let start = day.to_datetime(self.start.time());
        let end = start.checked_add(self.length).ok()?;
        let opens = moment(self.zone.to_ambiguous_timestamp(start).earlier().ok()?);
        let closes = moment(self.zone.to_ambiguous_timestamp(end).later().ok()?);
        let past = self.rule.as_ref().is_some_and(|rule| rule.is_past(opens));
        (!past).then_some(Stretch { opens, closes })
    }

    fn day_at(&self, at: Timestamp) -> Option<Date> {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        Some(self.zone.to_datetime(at).date())
    }
}

fn moment(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_microsecond())
}

fn ahead(day: Date, days: u32) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

fn back(day: Date, days: u32) -> Date {
    day.saturating_sub(jiff::Span::new().days(days))
}

impl TryFrom<RawWindow> for FreezeWindow {
    type Error = WindowError;

    fn try_from(raw: RawWindow) -> Result<Self, WindowError> {
        let RawWindow { name, zone: zone_name, start: start_text, rule, length } = raw;
        let zone = ZONES.get(&zone_name).map_err(|_| WindowError::Zone(zone_name))?;
        let start = start(&start_text).ok_or(WindowError::Start(start_text))?;
        if !(Self::SHORTEST..=Self::LONGEST).contains(&length) || length.subsec_nanos() > 0 {
            return Err(WindowError::Length(window::show(&length)));
        }
        let rule = rule.map(|rule| rule.parse::<Recurrence>().map_err(WindowError::Rule));
        let made = Self { name, zone, start, rule: rule.transpose()?, length };
        match made.stretch_of(start.date()) {
            Some(_) => Ok(made),
            None => Err(WindowError::Apart(start.date().to_string())),
        }
    }
}

/// A time on the wall, in whole seconds, of the years that are meant.
fn start(text: &str) -> Option<DateTime> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-:T".contains(&byte));
    let start = text.parse::<DateTime>().ok().filter(|_| is_plain)?;
    (1970..=9000).contains(&start.year()).then_some(start)
}

impl From<FreezeWindow> for RawWindow {
    fn from(window: FreezeWindow) -> Self {
        let FreezeWindow { name, zone, start, rule, length } = window;
        let zone = zone.iana_name().unwrap_or_default().to_owned();
        let rule = rule.map(|rule| rule.to_string());
        Self { name, zone, start: start.to_string(), rule, length }
    }
}

impl FromStr for FreezeWindow {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        raw(text).and_then(Self::try_from)
    }
}

fn raw(text: &str) -> Result<RawWindow, WindowError> {
    let (name, rest) = text.split_once(':').ok_or(WindowError::Form)?;
    let name = name.trim().parse().map_err(WindowError::Name)?;
    let (when, length) = rest.rsplit_once(" for ").ok_or(WindowError::Form)?;
    let mut words = when.split_whitespace().map(str::to_owned);
    let (Some(zone), Some(start)) = (words.next(), words.next()) else {
        return Err(WindowError::Form);
    };
    let (rule, None) = (words.next(), words.next()) else { return Err(WindowError::Form) };
    let length = length_of(length.trim())?;
    Ok(RawWindow { name, zone, start, rule, length })
}

/// A length on the wall clock, where every day has 24 hours.
fn length_of(text: &str) -> Result<Duration, WindowError> {
    let span = text.parse::<jiff::Span>().ok();
    let relative = jiff::SpanRelativeTo::days_are_24_hours();
    let length = span.and_then(|span| span.to_duration(relative).ok());
    let length = length.and_then(|length| Duration::try_from(length).ok());
    length.ok_or_else(|| WindowError::Length(text.chars().take(40).collect()))
}

impl fmt::Display for FreezeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, zone, start, rule, length } = self;
        write!(f, "{name}: {} {start}", zone.iana_name().unwrap_or_default())?;
        if let Some(rule) = rule {
            write!(f, " {rule}")?;
        }
        write!(f, " for {}", window::show(length))
    }
}
