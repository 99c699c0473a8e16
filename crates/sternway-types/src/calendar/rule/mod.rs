//! On which days something happens again: the part of the recurrence rules of RFC 5545 that says so of a
//! day by itself.
//!
//! Whether a day is one of the rule's is found without counting the days before it, so that no rule costs
//! more the longer ago it began. What would need that, `COUNT` and `BYSETPOS`, is refused; so is what comes
//! more than once a day.

mod parse;

use std::fmt;

use jiff::civil::{Date, Weekday};

pub use self::parse::RecurrenceError;
use crate::Timestamp;

/// How often it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Frequency {
    const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Yearly];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

/// A day of the week: every one, or the one at a place in its month or year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Day {
    /// From 1; below 0 it counts from the end, from -1. 0 for every one.
    place: i8,
    of_week: Weekday,
}

/// The last moment at which it may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// This day, by the calendar of the place.
    Day(Date),
    Moment(Timestamp),
}

/// The days on which something happens again, as `FREQ=WEEKLY;BYDAY=FR` says. Reads and shows as that.
///
/// `FREQ` is `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`. `INTERVAL`, `UNTIL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`
/// and `WKST` are known. Other parts are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recurrence {
    frequency: Frequency,
    // Invariant: 1 to 100.
    interval: u8,
    until: Option<Until>,
    // Invariant: 1 to 12.
    months: Vec<i8>,
    // Invariant: 1 to 31, or -31 to -1 from the end of the month.
    days_of_month: Vec<i8>,
    days: Vec<Day>,
    week_begins: Weekday,
}

impl Recurrence {
    /// Whether it comes on a day, if it began on another one.
    pub(super) fn falls_on(&self, date: Date, start: Date) -> bool {
        let over = matches!(self.until, Some(Until::Day(until)) if date > until);
        date >= start
            && !over
            && self.is_its_turn(date, start)
            && (self.months.is_empty() || self.months.contains(&date.month()))
            && (self.days_of_month.is_empty() || self.is_its_day(date))
            && (self.days.is_empty() || self.days.iter().any(|day| self.is(*day, date)))
            && self.is_like_the_first(date, start)
    }

    /// Whether something that begins at a moment is later than the rule goes.
    pub(super) fn is_past(&self, begins: Timestamp) -> bool {
        matches!(self.until, Some(Until::Moment(until)) if begins > until)
    }

    /// Whether nothing comes any more on a day and later, whatever the rule says of days.
    pub(super) fn is_over(&self, date: Date, at: Timestamp) -> bool {
        match self.until {
            None => false,
            Some(Until::Day(until)) => date > until,
            Some(Until::Moment(until)) => at > until,
        }
    }

    /// Whether it is the turn of the day's week, month or year, of those that are left out in between.
    fn is_its_turn(&self, date: Date, start: Date) -> bool {
        let place = |date: Date| match self.frequency {
            Frequency::Daily => day_number(date),
            // The first day of 1970 was a Thursday.
            Frequency::Weekly => (day_number(date) + 3
                - i64::from(self.week_begins.to_monday_zero_offset()))
            .div_euclid(7),
            Frequency::Monthly => i64::from(date.year()) * 12 + i64::from(date.month()),
            Frequency::Yearly => i64::from(date.year()),
        };
        (place(date) - place(start)) % i64::from(self.interval) == 0
    }

    fn is_its_day(&self, date: Date) -> bool {
        let from_the_end = date.day() - date.days_in_month() - 1;
        self.days_of_month.iter().any(|day| *day == date.day() || *day == from_the_end)
    }

    fn is(&self, day: Day, date: Date) -> bool {
        if date.weekday() != day.of_week {
            return false;
        }
        let in_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (from_start, length) = if in_year {
            (date.day_of_year(), date.days_in_year())
        } else {
            (i16::from(date.day()), i16::from(date.days_in_month()))
        };
        match i16::from(day.place) {
            0 => true,
            place if place > 0 => (from_start - 1) / 7 + 1 == place,
            place => -((length - from_start) / 7 + 1) == place,
        }
    }

    /// What the rule does not say is as on the day that it began.
    fn is_like_the_first(&self, date: Date, start: Date) -> bool {
        let says = !self.days.is_empty() || !self.days_of_month.is_empty();
        match self.frequency {
            Frequency::Weekly if !says => date.weekday() == start.weekday(),
            Frequency::Monthly if !says => date.day() == start.day(),
            Frequency::Yearly if !says => {
                let month = !self.months.is_empty() || date.month() == start.month();
                month && date.day() == start.day()
            }
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => true,
        }
    }
}

/// Days since the first one of 1970.
fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs() / 86_400
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency.as_str())?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.until {
            None => (),
            Some(Until::Day(date)) => write!(f, ";UNTIL={}", date.strftime("%Y%m%d"))?,
            Some(Until::Moment(moment)) => {
                let seconds = moment.as_micros().div_euclid(1_000_000);
                let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
                write!(f, ";UNTIL={}", moment.strftime("%Y%m%dT%H%M%SZ"))?;
            }
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYMONTHDAY", &self.days_of_month)?;
        list(f, "BYDAY", &self.days)?;
        if self.week_begins != Weekday::Monday {
            write!(f, ";WKST={}", letters(self.week_begins))?;
        }
        Ok(())
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, all: &[T]) -> fmt::Result {
    for (place, one) in all.iter().enumerate() {
        if place == 0 {
            write!(f, ";{name}={one}")?;
        } else {
            write!(f, ",{one}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != 0 {
            write!(f, "{}", self.place)?;
        }
        f.write_str(letters(self.of_week))
    }
}

const fn letters(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}
