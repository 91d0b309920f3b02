//! Backup and maintenance windows: when they are, and that they do not meet. All in UTC.

use std::time::Duration;

use super::refuse;
use crate::clock::Millis;
use crate::refusal::Refusal;

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
/// Thirty minutes at the least [RDS API: PreferredBackupWindow, PreferredMaintenanceWindow].
const SHORTEST: u32 = 30;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Where a window begins, in minutes of its day or week, and how long it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    start: u32,
    length: u32,
}

/// Checks both windows against their form and each other, and gives them in lower case.
pub(super) fn check(backup: &str, maintenance: &str) -> Result<(String, String), Refusal> {
    let (backup, maintenance) = (backup.to_lowercase(), maintenance.to_lowercase());
    let daily = daily(&backup).ok_or_else(|| {
        refuse::value(format!(
            "Invalid backup window format: {backup}. It must be hh24:mi-hh24:mi and at least {SHORTEST} minutes long."
        ))
    })?;
    let weekly = weekly(&maintenance).ok_or_else(|| {
        refuse::value(format!(
            "Invalid maintenance window format: {maintenance}. It must be ddd:hh24:mi-ddd:hh24:mi and at least {SHORTEST} minutes long."
        ))
    })?;
    if meet(daily, weekly) {
        return Err(refuse::value(
            "The backup window and maintenance window must not overlap.",
        ));
    }
    Ok((backup, maintenance))
}

/// What RDS chooses where the caller does not: half an hour of the region's night, away from the other window.
pub(super) fn choose(backup: Option<String>, maintenance: Option<String>) -> (String, String) {
    let free = |backup: &str, maintenance: &str| check(backup, maintenance).is_ok();
    match (backup, maintenance) {
        (Some(backup), Some(maintenance)) => (backup, maintenance),
        (Some(backup), None) => {
            let others = [
                "sun:04:08-sun:04:38",
                "sun:06:08-sun:06:38",
                "sun:09:08-sun:09:38",
            ];
            let chosen = others.into_iter().find(|it| free(&backup, it));
            (backup, chosen.unwrap_or(others[0]).to_owned())
        }
        (None, maintenance) => {
            let maintenance = maintenance.unwrap_or_else(|| "sun:04:08-sun:04:38".to_owned());
            let others = ["22:42-23:12", "01:42-02:12", "12:42-13:12"];
            let chosen = others.into_iter().find(|it| free(it, &maintenance));
            (chosen.unwrap_or(others[0]).to_owned(), maintenance)
        }
    }
}

/// When the maintenance window begins next.
pub(super) fn next(now: Millis, maintenance: &str) -> Millis {
    let start = weekly(maintenance).map_or(0, |span| span.start);
    // The epoch was a Thursday.
    let minutes = now.0 / 60_000;
    let since = (minutes + 3 * u64::from(DAY)) % u64::from(WEEK);
    let ahead = (u64::from(WEEK) + u64::from(start) - since - 1) % u64::from(WEEK) + 1;
    Millis(minutes * 60_000) + Duration::from_secs(ahead * 60)
}

fn daily(text: &str) -> Option<Span> {
    let (from, to) = text.split_once('-')?;
    span(clock(from)?, clock(to)?, DAY)
}

fn weekly(text: &str) -> Option<Span> {
    let (from, to) = text.split_once('-')?;
    let at = |text: &str| {
        let (day, time) = text.split_once(':')?;
        let day = DAYS.iter().position(|known| *known == day)?;
        Some(day as u32 * DAY + clock(time)?)
    };
    // A day at the most, or it could leave no time for a backup.
    span(at(from)?, at(to)?, WEEK).filter(|span| span.length < DAY)
}

fn span(start: u32, end: u32, round: u32) -> Option<Span> {
    let length = (round + end - start) % round;
    (length >= SHORTEST).then_some(Span { start, length })
}

fn clock(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| (text.len() == 2).then(|| text.parse::<u32>().ok())?;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn meet(daily: Span, weekly: Span) -> bool {
    (0..7).any(|day| {
        let start = day * DAY + daily.start;
        let after = (WEEK + start - weekly.start) % WEEK;
        let before = (WEEK + weekly.start - start) % WEEK;
        after < weekly.length || before < daily.length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        for (backup, maintenance, fits) in [
            ("03:00-03:30", "sun:05:00-sun:05:30", true),
            ("03:00-03:29", "sun:05:00-sun:05:30", false),
            ("3:00-4:00", "sun:05:00-sun:05:30", false),
            ("03:00-04:00", "sun:03:30-sun:04:30", false),
            ("23:30-00:30", "mon:00:00-mon:01:00", false),
            ("03:00-04:00", "sun:04:00-sun:05:00", true),
            ("03:00-04:00", "Sun:04:00-Sun:05:00", true),
            ("03:00-04:00", "xyz:04:00-xyz:05:00", false),
            ("03:00-04:00", "sun:23:30-mon:00:30", true),
        ] {
            assert_eq!(
                check(backup, maintenance).is_ok(),
                fits,
                "{backup} {maintenance}"
            );
        }
        let (backup, maintenance) = choose(Some("04:00-05:00".to_owned()), None);
        assert!(check(&backup, &maintenance).is_ok());
    }

    #[test]
    fn the_next_window() {
        // 2026-11-21 is a Saturday.
        let next = |window| next(Millis::START, window).iso8601();
        assert_eq!(next("sun:04:08-sun:04:38"), "2026-11-22T04:08:00Z");
        assert_eq!(next("sat:09:00-sat:10:00"), "2026-11-28T09:00:00Z");
        assert_eq!(next("sat:10:00-sat:11:00"), "2026-11-28T10:00:00Z");
    }
}
