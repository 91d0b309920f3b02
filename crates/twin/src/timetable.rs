//! Schedules: `at(…)`, `rate(…)` and `cron(…)`, as EventBridge, its Scheduler and Application Auto Scaling share them
//! [EventBridge Scheduler User Guide: schedule types].

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::clock::Millis;

/// When something happens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Timetable {
    At(DateTime),
    /// Every so many milliseconds. `plural` is how the unit was spelled.
    Rate {
        every: u64,
        plural: bool,
    },
    Cron(Box<Cron>),
}

/// The six fields.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cron {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: Days,
    months: BTreeSet<u32>,
    years: BTreeSet<u32>,
}

/// Which days of a month: by number or by weekday, never both.
#[derive(Debug, Clone, PartialEq)]
enum Days {
    Numbers(BTreeSet<u32>),
    Last,
    /// The weekday nearest to a day.
    Nearest(u32),
    /// 1 is Sunday.
    Weekdays(BTreeSet<u32>),
    LastWeekday(u32),
    NthWeekday(u32, u32),
}

/// A time zone by its name; UTC is known even where the machine has no table of zones.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    match name {
        "UTC" | "Etc/UTC" => Some(TimeZone::UTC),
        name => TimeZone::get(name).ok(),
    }
}

/// Reads an expression; none is none.
pub(crate) fn parse(text: &str) -> Option<Timetable> {
    let (kind, rest) = text.split_once('(')?;
    let inside = rest.strip_suffix(')')?;
    match kind {
        "at" => {
            let fits = inside.len() == 19 && inside.as_bytes().get(10) == Some(&b'T');
            fits.then(|| inside.parse().ok())
                .flatten()
                .map(Timetable::At)
        }
        "rate" => {
            let (value, unit) = inside.split_once(' ')?;
            let value: u64 = value.parse().ok().filter(|value| *value > 0)?;
            let minutes = match unit {
                "minute" | "minutes" => 1,
                "hour" | "hours" => 60,
                "day" | "days" => 24 * 60,
                _ => return None,
            };
            let every = value.checked_mul(minutes * 60_000)?;
            Some(Timetable::Rate {
                every,
                plural: unit.ends_with('s'),
            })
        }
        "cron" => cron(inside).map(|cron| Timetable::Cron(Box::new(cron))),
        _ => None,
    }
}

impl Timetable {
    /// The first time after `after`; rates count from `since`.
    pub(crate) fn next(&self, after: Millis, since: Millis, zone: &TimeZone) -> Option<Millis> {
        match self {
            Timetable::At(at) => instant(*at, zone).filter(|at| *at > after),
            Timetable::Rate { every, .. } if after < since => Some(since).filter(|_| *every > 0),
            Timetable::Rate { every, .. } => {
                let passed = after.0 - since.0;
                Some(Millis(since.0 + (passed / every + 1) * every))
            }
            Timetable::Cron(cron) => cron.next(after, zone),
        }
    }

    /// Whether 1 has its unit in the singular and all else in the plural, as rules want it.
    pub(crate) fn agrees(&self, text: &str) -> bool {
        match self {
            Timetable::Rate { plural, .. } => text.starts_with("rate(1 ") != *plural,
            _ => true,
        }
    }
}

/// More days than this without a match: there will be none.
const DAYS: u32 = 366 * 12;

impl Cron {
    /// Times that a change of the clocks leaves out are left out; those that it repeats count once
    /// [EventBridge Scheduler User Guide: daylight saving time].
    fn next(&self, after: Millis, zone: &TimeZone) -> Option<Millis> {
        let start = jiff::Timestamp::from_millisecond(i64::try_from(after.0).ok()?).ok()?;
        let mut date = zone.to_datetime(start).date();
        for _ in 0..DAYS {
            if self.has(date) {
                let hours = self.hours.iter();
                let times = hours.flat_map(|hour| self.minutes.iter().map(move |it| (*hour, *it)));
                let instants = times.filter_map(|(hour, minute)| {
                    instant(date.at(hour as i8, minute as i8, 0, 0), zone)
                });
                if let Some(at) = instants.filter(|at| *at > after).min() {
                    return Some(at);
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn has(&self, date: Date) -> bool {
        let day = u32::try_from(date.day()).unwrap_or_default();
        let last = u32::try_from(date.days_in_month()).unwrap_or_default();
        let weekday = number(date.weekday());
        self.years
            .contains(&u32::try_from(date.year()).unwrap_or_default())
            && self
                .months
                .contains(&u32::try_from(date.month()).unwrap_or_default())
            && match &self.days {
                Days::Numbers(days) => days.contains(&day),
                Days::Last => day == last,
                Days::Nearest(wanted) => nearest(date, *wanted, last) == Some(day),
                Days::Weekdays(days) => days.contains(&weekday),
                Days::LastWeekday(wanted) => weekday == *wanted && day + 7 > last,
                Days::NthWeekday(wanted, nth) => weekday == *wanted && (day - 1) / 7 + 1 == *nth,
            }
    }
}

/// The working day nearest to a day of the month, within the month.
fn nearest(date: Date, wanted: u32, last: u32) -> Option<u32> {
    if wanted > last {
        return None;
    }
    let on = Date::new(date.year(), date.month(), wanted as i8).ok()?;
    Some(match on.weekday() {
        Weekday::Saturday if wanted == 1 => 3,
        Weekday::Saturday => wanted - 1,
        Weekday::Sunday if wanted == last => wanted - 2,
        Weekday::Sunday => wanted + 1,
        _ => wanted,
    })
}

fn number(weekday: Weekday) -> u32 {
    u32::try_from(weekday.to_sunday_one_offset()).unwrap_or_default()
}

fn instant(at: DateTime, zone: &TimeZone) -> Option<Millis> {
    let found = zone.to_ambiguous_timestamp(at);
    if matches!(found.offset(), AmbiguousOffset::Gap { .. }) {
        return None;
    }
    let found = found.earlier().ok()?;
    u64::try_from(found.as_millisecond()).ok().map(Millis)
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn cron(text: &str) -> Option<Cron> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minutes, hours, day, month, weekday, year] = fields[..] else {
        return None;
    };
    let days = match (day, weekday) {
        ("?", "?") => return None,
        ("?", "*") => Days::Weekdays((1..=7).collect()),
        ("?", weekday) => weekdays(weekday)?,
        ("L", "?") => Days::Last,
        (day, "?") => match day.strip_suffix('W') {
            Some(day) => Days::Nearest(one(day, 1, 31, &[])?),
            None => Days::Numbers(set(day, 1, 31, &[])?),
        },
        // One of the two must be a question mark.
        _ => return None,
    };
    Some(Cron {
        minutes: set(minutes, 0, 59, &[])?,
        hours: set(hours, 0, 23, &[])?,
        days,
        months: set(month, 1, 12, &MONTHS)?,
        years: set(year, 1970, 2199, &[])?,
    })
}

fn weekdays(text: &str) -> Option<Days> {
    if let Some((day, nth)) = text.split_once('#') {
        let (day, nth) = (one(day, 1, 7, &WEEKDAYS)?, one(nth, 1, 5, &[])?);
        return Some(Days::NthWeekday(day, nth));
    }
    match text.strip_suffix('L') {
        Some("") => Some(Days::Weekdays(BTreeSet::from([7]))),
        Some(day) => Some(Days::LastWeekday(one(day, 1, 7, &WEEKDAYS)?)),
        None => set(text, 1, 7, &WEEKDAYS).map(Days::Weekdays),
    }
}

/// `*`, `5`, `1-5`, `*/15`, `0/5`, `10-40/10`, and lists of these.
fn set(text: &str, least: u32, most: u32, names: &[&str]) -> Option<BTreeSet<u32>> {
    let mut numbers = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (one(from, least, most, names)?, one(to, least, most, names)?),
            None => {
                let from = one(range, least, most, names)?;
                (from, if step.is_some() { most } else { from })
            }
        };
        if from > to {
            return None;
        }
        numbers.extend((from..=to).step_by(step.unwrap_or(1)));
    }
    Some(numbers)
}

fn one(text: &str, least: u32, most: u32, names: &[&str]) -> Option<u32> {
    let named = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    let number = match named {
        Some(index) => index as u32 + least,
        None => text.parse().ok()?,
    };
    (least..=most).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(text: &str, after: &str) -> Option<String> {
        let after: jiff::Timestamp = after.parse().ok()?;
        let after = Millis(u64::try_from(after.as_millisecond()).ok()?);
        let at = parse(text)?.next(after, Millis::START, &TimeZone::UTC)?;
        Some(at.iso8601())
    }

    #[test]
    fn times() {
        // 2026-11-21 is a Saturday.
        let now = "2026-11-21T10:00:00Z";
        for (text, expected) in [
            ("at(2026-11-21T10:00:01)", Some("2026-11-21T10:00:01Z")),
            ("at(2026-11-21T10:00:00)", None),
            ("rate(1 minute)", Some("2026-11-21T10:01:00Z")),
            ("rate(2 hours)", Some("2026-11-21T12:00:00Z")),
            ("cron(0 3 * * ? *)", Some("2026-11-22T03:00:00Z")),
            ("cron(*/15 10 * * ? *)", Some("2026-11-21T10:15:00Z")),
            ("cron(0 9 ? * MON-FRI *)", Some("2026-11-23T09:00:00Z")),
            ("cron(0 0 L * ? *)", Some("2026-11-30T00:00:00Z")),
            ("cron(0 0 ? * 6L *)", Some("2026-11-27T00:00:00Z")),
            ("cron(0 0 ? * 2#1 *)", Some("2026-12-07T00:00:00Z")),
            ("cron(0 0 1W * ? *)", Some("2026-12-01T00:00:00Z")),
            ("cron(0 0 29 2 ? *)", Some("2028-02-29T00:00:00Z")),
            ("cron(0 0 30 2 ? *)", None),
            ("cron(0 0 1 1 ? 2020)", None),
        ] {
            assert_eq!(next(text, now).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_schedule() {
        for text in [
            "",
            "rate(5)",
            "rate(0 minutes)",
            "rate(1 week)",
            "cron(0 3 * * *)",
            "cron(0 3 * * * *)",
            "cron(60 3 * * ? *)",
            "cron(0 3 ? * ? *)",
            "cron(0 3 * * ? 1969)",
            "cron(5-1 3 * * ? *)",
            "at(2026-11-21)",
            "at(2026-13-21T10:00:00)",
            "every(5 minutes)",
            "rate(5 minutes",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
