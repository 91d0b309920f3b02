//! Windows of time in which AWS works on a database, in UTC: thirty minutes at the least [RDS API:
//! PreferredBackupWindow, PreferredMaintenanceWindow].

use crate::model::Refusal;

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
const SHORTEST: u32 = 30;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `hh24:mi-hh24:mi`.
pub(super) fn daily(text: &str) -> Result<String, Refusal> {
    let text = text.to_ascii_lowercase();
    let span = text.split_once('-');
    let span = span.and_then(|(from, to)| Some((clock(from)?, clock(to)?)));
    let example = "write for example \"01:00-01:30\", in UTC";
    long_enough(text, span, DAY, example)
}

/// `ddd:hh24:mi-ddd:hh24:mi`.
pub(super) fn weekly(text: &str) -> Result<String, Refusal> {
    let text = text.to_ascii_lowercase();
    let span = text.split_once('-');
    let span = span.and_then(|(from, to)| Some((of_week(from)?, of_week(to)?)));
    let example = "write for example \"sun:02:00-sun:02:30\", in UTC";
    long_enough(text, span, WEEK, example)
}

/// Do a daily and a weekly window overlap? Both are well formed.
pub(super) fn meet(backup: &str, maintenance: &str) -> bool {
    let daily = backup.split_once('-');
    let daily = daily.and_then(|(from, to)| Some((clock(from)?, clock(to)?)));
    let weekly = maintenance.split_once('-');
    let weekly = weekly.and_then(|(from, to)| Some((of_week(from)?, of_week(to)?)));
    let (Some((from, to)), Some((begins, ends))) = (daily, weekly) else {
        return false;
    };
    let length = (DAY + to - from) % DAY;
    let window = (WEEK + ends - begins) % WEEK;
    // Each day's backup, as seen from the beginning of the other window.
    (0..7).any(|day| {
        let start = (WEEK + day * DAY + from - begins) % WEEK;
        start < window || start + length > WEEK
    })
}

fn long_enough(
    text: String,
    span: Option<(u32, u32)>,
    round: u32,
    example: &str,
) -> Result<String, Refusal> {
    match span {
        None => Err(Refusal::new("not a window of time").help(example)),
        Some((from, to)) if (round + to - from) % round < SHORTEST => {
            Err(Refusal::new("shorter than 30 minutes").help(example))
        }
        Some((from, to)) if round == WEEK && (round + to - from) % round >= DAY => {
            Err(Refusal::new("a day or longer").help(example))
        }
        Some(_) => Ok(text),
    }
}

fn of_week(text: &str) -> Option<u32> {
    let (day, time) = text.split_once(':')?;
    let day = DAYS.iter().position(|known| *known == day)?;
    Some(u32::try_from(day).ok()? * DAY + clock(time)?)
}

fn clock(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_their_form() {
        assert!(daily("23:45-00:15").is_ok());
        assert!(weekly("Sun:23:45-mon:00:15").is_ok());
        for wrong in ["1:00-2:00", "01:00-01:20", "24:00-01:00", "01:00"] {
            assert!(daily(wrong).is_err(), "{wrong}");
        }
        for wrong in ["sun:02:00-mon:03:00", "02:00-03:00", "xxx:02:00-sun:03:00"] {
            assert!(weekly(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn windows_meet_on_any_day_and_across_midnight() {
        for (backup, maintenance, met) in [
            ("01:00-01:30", "sun:01:15-sun:01:45", true),
            ("01:00-01:30", "sun:01:30-sun:02:00", false),
            ("23:45-00:15", "mon:00:00-mon:00:30", true),
            ("00:30-01:00", "sun:23:45-mon:00:15", false),
            ("23:50-00:20", "sun:23:00-sun:23:50", false),
        ] {
            assert_eq!(meet(backup, maintenance), met, "{backup} {maintenance}");
        }
    }
}
