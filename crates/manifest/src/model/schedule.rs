//! When something is to happen, as EventBridge Scheduler and Application Auto Scaling write it.

use std::fmt;

use super::Refusal;

/// `cron(…)` with six fields, or `rate(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(String);

const EXAMPLE: &str =
    "write for example \"cron(0 3 * * ? *)\", \"rate(15 minutes)\" or \"0 3 * * *\"";
const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// What one field of a cron expression may say.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    words: &'static [&'static str],
    /// Of letters: `L` and `W` for days, `#` for weekdays [EventBridge Scheduler user guide: schedule types].
    specials: bool,
}

const fn field(name: &'static str, least: u32, most: u32) -> Field {
    Field {
        name,
        least,
        most,
        words: &[],
        specials: false,
    }
}

const MINUTE: Field = field("the minute", 0, 59);
const HOUR: Field = field("the hour", 0, 23);
const DAY: Field = Field {
    specials: true,
    ..field("the day of the month", 1, 31)
};
const MONTH: Field = Field {
    words: &MONTHS,
    ..field("the month", 1, 12)
};
/// To AWS Sunday is 1, in a crontab 0 or 7.
const WEEKDAY: Field = Field {
    words: &DAYS,
    specials: true,
    ..field("the day of the week", 1, 7)
};
const YEAR: Field = field("the year", 1970, 2199);
const CRONTAB_DAY: Field = field("the day of the month", 1, 31);
const CRONTAB_WEEKDAY: Field = Field {
    words: &DAYS,
    ..field("the day of the week", 0, 7)
};

impl Schedule {
    /// The schedule, if it is one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let inner = |name: &str| {
            text.strip_prefix(name)?
                .strip_prefix('(')?
                .strip_suffix(')')
        };
        if let Some(rate) = inner("rate") {
            return parse_rate(rate);
        }
        if let Some(time) = inner("at") {
            let why = format!("comes round once, at {time}, and then never again");
            return Err(Refusal::new(why).help(EXAMPLE));
        }
        Self::parse_cron(text)
    }

    /// The same, without rates: where things happen at a time of the day.
    pub fn parse_cron(text: &str) -> Result<Self, Refusal> {
        let inner = text
            .strip_prefix("cron(")
            .and_then(|it| it.strip_suffix(')'));
        let fields: Vec<&str> = inner.unwrap_or(text).split_whitespace().collect();
        match (inner, fields.as_slice()) {
            (Some(_), [minute, hour, day, month, weekday, year]) => {
                check(&MINUTE, minute)?;
                check(&HOUR, hour)?;
                check(&DAY, day)?;
                check(&MONTH, month)?;
                check(&WEEKDAY, weekday)?;
                check(&YEAR, year)?;
                match (*day == "?", *weekday == "?") {
                    (true, false) | (false, true) => {}
                    // "You can't use * in both" [EventBridge Scheduler user guide: schedule types].
                    _ => {
                        return Err(Refusal::new(
                            "one of day of the month and day of the week must be `?`, and only one",
                        )
                        .help(EXAMPLE));
                    }
                }
                Ok(Self(format!("cron({})", fields.join(" "))))
            }
            (Some(_), fields) => Err(Refusal::new(format!(
                "cron(…) has six fields, and this has {}",
                fields.len()
            ))
            .help(EXAMPLE)),
            (None, [minute, hour, day, month, weekday]) => {
                crontab([minute, hour, day, month, weekday])
            }
            (None, _) => Err(Refusal::new("no schedule").help(EXAMPLE)),
        }
    }

    /// As AWS takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does it go by a clock, so that a time zone matters?
    pub fn is_cron(&self) -> bool {
        self.0.starts_with("cron(")
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn parse_rate(rate: &str) -> Result<Schedule, Refusal> {
    let refused = || Refusal::new("a rate is a number and minutes, hours or days").help(EXAMPLE);
    let mut words = rate.split_whitespace();
    let (Some(number), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        return Err(refused());
    };
    let number: u32 = number.parse().map_err(|_| refused())?;
    let one = unit.strip_suffix('s').unwrap_or(unit);
    if number == 0 || !["minute", "hour", "day"].contains(&one) {
        return Err(refused());
    }
    // AWS wants the singular for one, and only for one [EventBridge user guide: rate expressions].
    let plural = if number == 1 { "" } else { "s" };
    Ok(Schedule(format!("rate({number} {one}{plural})")))
}

/// A line of a crontab, as AWS says the same.
fn crontab(fields: [&str; 5]) -> Result<Schedule, Refusal> {
    let [minute, hour, day, month, weekday] = fields;
    check(&MINUTE, minute)?;
    check(&HOUR, hour)?;
    check(&CRONTAB_DAY, day)?;
    check(&MONTH, month)?;
    check(&CRONTAB_WEEKDAY, weekday)?;
    let (day, weekday) = match (day, weekday) {
        (day, "*") => (day, "?".to_owned()),
        ("*", weekday) => ("?", weekdays(weekday)?),
        _ => {
            return Err(Refusal::new(
                "a day of the month or a day of the week: crontab means either, and AWS has no word for that",
            )
            .help("write two of them"));
        }
    };
    Ok(Schedule(format!(
        "cron({minute} {hour} {day} {month} {weekday} *)"
    )))
}

/// Days of the week by name, each one: AWS counts them from another day on.
fn weekdays(written: &str) -> Result<String, Refusal> {
    let mut there = [false; 7];
    for part in written.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step: usize = step.parse().unwrap_or(1);
        let number = |text: &str| number(&CRONTAB_WEEKDAY, text).map(|it| it as usize);
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None if range == "*" => (0, 6),
            None if part.contains('/') => (number(range)?, 6),
            None => (number(range)?, number(range)?),
        };
        for day in (from..=to).step_by(step) {
            there[day % 7] = true;
        }
    }
    let days = DAYS.iter().zip(there).filter(|(_, there)| *there);
    let days: Vec<&str> = days.map(|(day, _)| *day).collect();
    Ok(days.join(","))
}

fn check(field: &Field, written: &str) -> Result<(), Refusal> {
    if written == "?" && field.specials {
        return Ok(());
    }
    for part in written.split(',') {
        check_part(field, part)?;
    }
    Ok(())
}

fn check_part(field: &Field, part: &str) -> Result<(), Refusal> {
    if field.specials && is_special(field, part) {
        return Ok(());
    }
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if let Some(step) = step
        && !step.parse::<u32>().is_ok_and(|it| it > 0)
    {
        return Err(wrong(field, part));
    }
    match range.split_once('-') {
        _ if range == "*" => Ok(()),
        Some((from, to)) if number(field, from)? <= number(field, to)? => Ok(()),
        Some(_) => Err(wrong(field, part)),
        None => number(field, range).map(drop),
    }
}

/// `L`, `15W`, `LW`; `6L`, `FRI#2`.
fn is_special(field: &Field, part: &str) -> bool {
    let plain = |text: &str| number(field, text).is_ok();
    match part {
        "L" | "LW" => true,
        _ => {
            let ends = part.strip_suffix('W').or(part.strip_suffix('L'));
            let nth = part.split_once('#');
            ends.is_some_and(plain)
                || nth.is_some_and(|(day, n)| {
                    plain(day) && n.parse::<u32>().is_ok_and(|n| (1..=5).contains(&n))
                })
        }
    }
}

fn number(field: &Field, text: &str) -> Result<u32, Refusal> {
    let named = field
        .words
        .iter()
        .position(|word| word.eq_ignore_ascii_case(text));
    let number = match named {
        // The first month is 1. The first day of the week is what the field begins with.
        Some(place) => u32::try_from(place).ok().map(|place| place + field.least),
        None => text.parse().ok(),
    };
    number
        .filter(|number| (field.least..=field.most).contains(number))
        .ok_or_else(|| wrong(field, text))
}

fn wrong(field: &Field, text: &str) -> Refusal {
    let (name, least, most) = (field.name, field.least, field.most);
    Refusal::new(format!("{name} cannot be `{text}`: {least} to {most}")).help(EXAMPLE)
}

/// Is this spelled like a name of the time zone database? Whether there is such a zone AWS says.
pub(crate) fn parse_timezone(text: &str) -> Result<String, Refusal> {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'))
    };
    let zoned = text.contains('/') || matches!(text, "UTC" | "GMT");
    if zoned && text.len() <= 50 && text.split('/').all(word) {
        return Ok(text.to_owned());
    }
    Err(Refusal::new("not a name of the time zone database")
        .help("write for example \"Europe/Berlin\" or \"UTC\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_crontab_is_said_in_the_words_of_aws() {
        for (written, meant) in [
            ("0 3 * * *", "cron(0 3 * * ? *)"),
            ("*/15 * * * *", "cron(*/15 * * * ? *)"),
            ("0 3 * * 0", "cron(0 3 ? * SUN *)"),
            ("0 3 * * 7", "cron(0 3 ? * SUN *)"),
            ("0 3 * * 1-5", "cron(0 3 ? * MON,TUE,WED,THU,FRI *)"),
            ("0 3 * * 5-7", "cron(0 3 ? * SUN,FRI,SAT *)"),
            ("0 3 * * */3", "cron(0 3 ? * SUN,WED,SAT *)"),
            ("0 3 1 JAN *", "cron(0 3 1 JAN ? *)"),
            ("cron(0 3 ? * FRI#2 *)", "cron(0 3 ? * FRI#2 *)"),
            ("cron(0 3 L * ? 2027)", "cron(0 3 L * ? 2027)"),
            ("rate(1 hours)", "rate(1 hour)"),
            ("rate(5 minute)", "rate(5 minutes)"),
        ] {
            let parsed = Schedule::parse(written).map(|it| it.as_str().to_owned());
            assert_eq!(parsed.ok().as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn what_never_comes_round_or_means_two_things_is_refused() {
        for written in [
            "",
            "60 3 * * *",
            "0 24 * * *",
            "0 3 1 * 1",
            "0 3 * *",
            "cron(0 3 * * * *)",
            "cron(0 3 ? * ? *)",
            "cron(0 3 * * *)",
            "rate(0 minutes)",
            "rate(5 weeks)",
            "at(2027-01-01T00:00:00)",
            "0 3 * * 5-2",
            "*/0 * * * *",
        ] {
            assert!(Schedule::parse(written).is_err(), "{written}");
        }
        assert!(Schedule::parse_cron("rate(5 minutes)").is_err());
    }

    #[test]
    fn a_time_zone_is_spelled_like_one() {
        for zone in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
        ] {
            assert!(parse_timezone(zone).is_ok(), "{zone}");
        }
        for zone in ["", "CET5", "europe/berlin", "+01:00", "Berlin"] {
            assert!(parse_timezone(zone).is_err(), "{zone}");
        }
    }
}
