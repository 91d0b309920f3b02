//! Looking at alarms: every minute for as long as there is anything to see.

use serde_json::json;

use super::alarm::{Alarm, State, Watch};
use super::metric::Metric;
use super::query;
use super::{CloudWatch, Happening, action};
use crate::agenda;
use crate::clock::Millis;
use crate::world::World;

/// How many periods beyond those evaluated are searched for data that are there. "The exact number … varies"
/// [CloudWatch User Guide: alarms and missing data]; its example has five for an alarm over three.
const SPARE: u64 = 2;

/// What one look says.
struct Seen {
    state: Option<State>,
    reason: String,
    /// The data that were counted, latest last.
    recent: Vec<f64>,
    latest: Option<f64>,
}

/// Data came in: the alarms over the metric are looked at again.
pub(super) fn data_came(world: &mut World, region: &str, metric: &Metric) {
    let alarms = world.region(region).cloudwatch.alarms.values();
    let concerned = alarms.filter(|alarm| alarm.watch.metrics().contains(&metric));
    let concerned: Vec<String> = concerned.map(|alarm| alarm.name.clone()).collect();
    for name in concerned {
        wake(world, region, &name);
    }
}

/// Plans the next look at an alarm: on the next full minute, or ten seconds for periods shorter than that.
pub(super) fn wake(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(alarm) = world.region(region).cloudwatch.alarms.get_mut(name) else {
        return;
    };
    let step = if alarm.watch.period() < 60 {
        10_000
    } else {
        60_000
    };
    let at = Millis((now.0 / step + 1) * step);
    if alarm
        .planned
        .is_some_and(|planned| planned <= at && planned > now)
    {
        return;
    }
    alarm.planned = Some(at);
    let what = Happening::Look {
        alarm: name.to_owned(),
    };
    let what = agenda::Happening::Cloudwatch(what);
    world.agenda.add(at, region, what);
}

/// One look. Those that were planned for an alarm of the same name that is gone find nothing to do.
pub(super) fn look(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let here = &mut world.region(region).cloudwatch;
    let Some(alarm) = here.alarms.get(name) else {
        return;
    };
    if alarm.planned.is_none_or(|planned| planned > now) {
        return;
    }
    let (seen, lively) = judge(here, alarm, now);
    let Some(alarm) = here.alarms.get_mut(name) else {
        return;
    };
    alarm.planned = None;
    let before = alarm.state;
    let after = seen.state.unwrap_or(before);
    let latest = seen.latest;
    if after != before {
        alarm.state = after;
        alarm.reason = seen.reason;
        alarm.reason_data = Some(reason_data(alarm, &seen.recent, now));
        alarm.updated = now;
        alarm.transitioned = now;
    }
    // Scaling policies are called once a minute for as long as the alarm stays in its state
    // [CloudWatch User Guide: alarm actions].
    let repeats = alarm.actions().iter().any(|arn| action::scales(arn));
    let acts = after != before || repeats;
    let again = lively || (repeats && alarm.actions_enabled);
    if acts {
        action::act(world, region, name, before, latest, after == before);
    }
    if again {
        wake(world, region, name);
    }
}

/// The latest value that an alarm sees.
pub(crate) fn latest(world: &mut World, region: &str, name: &str) -> Option<f64> {
    let now = world.now;
    let here = &world.region(region).cloudwatch;
    let alarm = here.alarms.get(name)?;
    judge(here, alarm, now).0.latest
}

/// What an alarm sees, and whether there is or will be anything more to see.
fn judge(here: &CloudWatch, alarm: &Alarm, now: Millis) -> (Seen, bool) {
    let period = u64::from(alarm.watch.period()) * 1000;
    let wanted = u64::from(alarm.evaluation_periods);
    let end = now.0 / period * period;
    let from = Millis(end.saturating_sub((wanted + SPARE) * period));
    let range = (from, Millis(end));
    let values = match &alarm.watch {
        Watch::Plain {
            metric,
            stat,
            period,
            unit,
        } => query::of_metric(here, metric, stat, unit.as_deref(), range, *period),
        Watch::Math(queries) => {
            let returned = queries.iter().find(|query| query.returned);
            let id = returned.map(|query| query.id.as_str()).unwrap_or_default();
            query::values(here, queries, id, range.0, range.1)
        }
    };
    let lively = alarm.watch.metrics().iter().any(|metric| {
        let series = here.metrics.get(&metric.key());
        series.is_some_and(|series| series.lives_after(from))
    });
    let latest = values.last_key_value().map(|(_, value)| *value);
    let mut recent: Vec<(u64, f64)> = values.into_iter().collect();
    let spare = recent.len().saturating_sub(wanted as usize);
    recent.drain(..spare);
    let verdict = verdict(alarm, &recent, end, period);
    let breaching = recent.iter().filter(|it| alarm.breaches(it.1)).count();
    let word = |it: bool| if it { "was" } else { "were" };
    let count = recent.len();
    let reason = match verdict {
        Some(State::InsufficientData) => {
            "Insufficient Data: no datapoints were received for the evaluation period.".to_owned()
        }
        _ if count == 0 => format!(
            "Threshold Crossed: no datapoints were received for {wanted} periods and missing data was treated as [{}].",
            match verdict {
                Some(State::Alarm) => "Breaching",
                _ => "NonBreaching",
            }
        ),
        Some(State::Alarm) => format!(
            "Threshold Crossed: {breaching} out of the last {wanted} datapoints {} {} the threshold ({:?}).",
            word(breaching == 1),
            relation(&alarm.comparison, true),
            alarm.threshold
        ),
        _ => format!(
            "Threshold Crossed: {} out of the last {wanted} datapoints {} {} the threshold ({:?}).",
            count - breaching,
            word(count - breaching == 1),
            relation(&alarm.comparison, false),
            alarm.threshold
        ),
    };
    let recent = recent.into_iter().map(|(_, value)| value).collect();
    let seen = Seen {
        state: verdict,
        reason,
        recent,
        latest,
    };
    (seen, lively)
}

/// The state that these data mean; none: it stays as it is [CloudWatch User Guide: alarms and missing data].
fn verdict(alarm: &Alarm, recent: &[(u64, f64)], end: u64, period: u64) -> Option<State> {
    let wanted = alarm.evaluation_periods as usize;
    let needed = alarm
        .datapoints_to_alarm
        .unwrap_or(alarm.evaluation_periods) as usize;
    let breaching = recent.iter().filter(|it| alarm.breaches(it.1)).count();
    let missing = wanted - recent.len().min(wanted);
    let treatment = alarm.treat_missing.as_deref().unwrap_or("missing");
    let decided = |breaching: usize| match breaching >= needed {
        true => Some(State::Alarm),
        false => Some(State::Ok),
    };
    match treatment {
        _ if missing == 0 || breaching >= needed || breaching + missing < needed => {
            decided(breaching)
        }
        "breaching" => decided(breaching + missing),
        "notBreaching" => decided(breaching),
        "ignore" => None,
        _ if recent.is_empty() => Some(State::InsufficientData),
        _ if breaching < recent.len() => Some(State::Ok),
        // All that is there breaches: an alarm, if the oldest is at least as old as the data that it takes.
        _ => {
            let oldest = recent.first().map_or(end, |(at, _)| *at);
            let age = (end - oldest.min(end)) / period;
            (age >= needed as u64).then_some(State::Alarm)
        }
    }
}

fn relation(comparison: &str, holds: bool) -> String {
    let words = match comparison {
        "GreaterThanThreshold" => "greater than",
        "GreaterThanOrEqualToThreshold" => "greater than or equal to",
        "LessThanThreshold" => "less than",
        _ => "less than or equal to",
    };
    if holds {
        words.to_owned()
    } else {
        format!("not {words}")
    }
}

fn reason_data(alarm: &Alarm, recent: &[f64], now: Millis) -> String {
    let mut data = json!({
        "version": "1.0",
        "queryDate": format!("{}.000+0000", now.iso8601().trim_end_matches('Z')),
        "period": alarm.watch.period(),
        "recentDatapoints": recent,
        "threshold": alarm.threshold,
    });
    if let Watch::Plain { stat, .. } = &alarm.watch {
        data["statistic"] = json!(stat);
    }
    data.to_string()
}
