//! Recurrence rules as they are written.

use std::str::FromStr;

use jiff::civil::{Date, Weekday};

use super::{Day, Frequency, Recurrence, Until, letters};
use crate::Timestamp;

/// Why a text is no rule that says on which days something happens again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part:?} {problem}")]
pub struct RecurrenceError {
    part: String,
    problem: &'static str,
}

const NO_NUMBER: &str = "has a number that is out of range";

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// The parts of a rule, as they were read so far.
#[derive(Default)]
struct Parts {
    frequency: Option<Frequency>,
    interval: Option<u8>,
    until: Option<Until>,
    months: Vec<i8>,
    days_of_month: Vec<i8>,
    days: Vec<Day>,
    week_begins: Option<Weekday>,
}

impl FromStr for Recurrence {
    type Err = RecurrenceError;

    fn from_str(text: &str) -> Result<Self, RecurrenceError> {
        let upper = text.to_ascii_uppercase();
        let rule = upper.strip_prefix("RRULE:").unwrap_or(&upper);
        let (mut parts, mut seen) = (Parts::default(), Vec::new());
        for part in rule.split(';') {
            let (name, value) =
                part.split_once('=').ok_or_else(|| wrong(part, "is not of the form NAME=VALUE"))?;
            if seen.contains(&name) {
                return Err(wrong(part, "is said twice"));
            }
            seen.push(name);
            parts.read(name, value).map_err(|problem| wrong(part, problem))?;
        }
        let frequency =
            parts.frequency.ok_or_else(|| wrong(rule, "does not say how often: FREQ=WEEKLY"))?;
        if let Some(problem) = parts.contradiction(frequency) {
            return Err(wrong(rule, problem));
        }
        Ok(Self {
            frequency,
            interval: parts.interval.unwrap_or(1),
            until: parts.until,
            months: parts.months,
            days_of_month: parts.days_of_month,
            days: parts.days,
            week_begins: parts.week_begins.unwrap_or(Weekday::Monday),
        })
    }
}

impl Parts {
    fn read(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        match name {
            "FREQ" => self.frequency = Some(frequency(value)?),
            "INTERVAL" => {
                let interval = value.parse().ok().filter(|it| (1..=100).contains(it));
                self.interval = Some(interval.ok_or("is no number from 1 to 100")?);
            }
            "UNTIL" => self.until = Some(until(value)?),
            "BYMONTH" => self.months = numbers(value, |it| (1..=12).contains(&it))?,
            "BYMONTHDAY" => {
                self.days_of_month = numbers(value, |it| (1..=31).contains(&it.unsigned_abs()))?;
            }
            "BYDAY" => self.days = value.split(',').map(day).collect::<Result<_, _>>()?,
            "WKST" => self.week_begins = Some(weekday(value)?),
            "COUNT" => return Err("counts from the start: say UNTIL=20271231"),
            "BYSECOND" | "BYMINUTE" | "BYHOUR" => {
                return Err("is no part of a window, which begins at the time of its start");
            }
            "BYSETPOS" | "BYYEARDAY" | "BYWEEKNO" => {
                return Err("is not known here: say it with BYMONTH, BYMONTHDAY and BYDAY");
            }
            _ => return Err("is no part of a rule"),
        }
        Ok(())
    }

    fn contradiction(&self, frequency: Frequency) -> Option<&'static str> {
        let placed = self.days.iter().any(|day| day.place != 0);
        match frequency {
            Frequency::Daily | Frequency::Weekly if placed => {
                Some("has days at a place, which are for MONTHLY and YEARLY")
            }
            Frequency::Weekly if !self.days_of_month.is_empty() => {
                Some("has days of the month, which are not for WEEKLY")
            }
            Frequency::Yearly if placed && !self.days_of_month.is_empty() => {
                Some("has days at a place beside days of the month: say one of them")
            }
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => None,
        }
    }
}

fn frequency(value: &str) -> Result<Frequency, &'static str> {
    let known = Frequency::ALL.into_iter().find(|it| it.as_str() == value);
    known.ok_or("is not known here: expected DAILY, WEEKLY, MONTHLY or YEARLY")
}

fn until(value: &str) -> Result<Until, &'static str> {
    const EXPECTED: &str = "is no end: expected 20271231 or 20271231T235959Z";
    if let Ok(date) = Date::strptime("%Y%m%d", value) {
        return Ok(Until::Day(date));
    }
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", value).map_err(|_| EXPECTED)?;
    let moment = jiff::tz::TimeZone::UTC.to_timestamp(civil).map_err(|_| EXPECTED)?;
    Ok(Until::Moment(Timestamp::from_micros(moment.as_microsecond())))
}

fn numbers(value: &str, is_fine: fn(i8) -> bool) -> Result<Vec<i8>, &'static str> {
    let all = value.split(',').map(|it| it.parse().ok().filter(|it| is_fine(*it)));
    let mut all: Vec<i8> = all.collect::<Option<_>>().ok_or(NO_NUMBER)?;
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn day(text: &str) -> Result<Day, &'static str> {
    let Some((place, name)) = text.split_at_checked(text.len().saturating_sub(2)) else {
        return Err("has a day that is not MO, TU, WE, TH, FR, SA or SU");
    };
    let of_week = weekday(name)?;
    let placed = || place.parse().ok().filter(|it: &i8| (1..=53).contains(&it.unsigned_abs()));
    let place = if place.is_empty() { 0 } else { placed().ok_or(NO_NUMBER)? };
    Ok(Day { place, of_week })
}

fn weekday(text: &str) -> Result<Weekday, &'static str> {
    let known = WEEK.into_iter().find(|day| letters(*day) == text);
    known.ok_or("has a day that is not MO, TU, WE, TH, FR, SA or SU")
}

fn wrong(part: &str, problem: &'static str) -> RecurrenceError {
    RecurrenceError { part: part.chars().take(120).collect(), problem }
}
