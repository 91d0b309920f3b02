//! Alarms: what each watches, and the state that it is in.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action;
use super::metric::Metric;
use super::query::{self, Query};
use crate::bounds;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// An alarm over a metric or an expression.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Alarm {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) description: Option<String>,
    pub(crate) actions_enabled: bool,
    pub(crate) alarm_actions: Vec<String>,
    pub(crate) ok_actions: Vec<String>,
    pub(crate) insufficient_actions: Vec<String>,
    pub(crate) watch: Watch,
    pub(crate) evaluation_periods: u32,
    pub(crate) datapoints_to_alarm: Option<u32>,
    pub(crate) threshold: f64,
    pub(crate) comparison: String,
    pub(crate) treat_missing: Option<String>,
    pub(crate) low_samples: Option<String>,
    pub(crate) tags: Tags,
    pub(crate) state: State,
    pub(crate) reason: String,
    pub(crate) reason_data: Option<String>,
    /// When it was last looked at with a new result, changed its state, and was last altered.
    pub(crate) updated: Millis,
    pub(crate) transitioned: Millis,
    pub(crate) configured: Millis,
    /// When it is looked at next, if it will be.
    pub(crate) planned: Option<Millis>,
}

/// What an alarm watches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Watch {
    Plain {
        metric: Metric,
        /// `Average`, or `p99`.
        stat: String,
        period: u32,
        unit: Option<String>,
    },
    /// The query whose result is returned.
    Math(Vec<Query>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Ok,
    Alarm,
    InsufficientData,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            State::Ok => "OK",
            State::Alarm => "ALARM",
            State::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    pub(super) const WORDS: [&'static str; 3] = ["OK", "ALARM", "INSUFFICIENT_DATA"];

    pub(super) fn of(word: &str) -> State {
        match word {
            "OK" => State::Ok,
            "ALARM" => State::Alarm,
            _ => State::InsufficientData,
        }
    }
}

impl Watch {
    /// The metrics behind it.
    pub(crate) fn metrics(&self) -> Vec<&Metric> {
        match self {
            Watch::Plain { metric, .. } => vec![metric],
            Watch::Math(queries) => query::metrics(queries).collect(),
        }
    }

    /// Seconds.
    pub(crate) fn period(&self) -> u32 {
        match self {
            Watch::Plain { period, .. } => *period,
            Watch::Math(queries) => {
                let returned = queries.iter().find(|query| query.returned);
                returned.map_or(60, |it| query::period(queries, &it.id))
            }
        }
    }
}

impl Alarm {
    /// A new alarm: it has insufficient data until it is looked at.
    pub(crate) fn new(name: String, arn: String, watch: Watch, now: Millis) -> Alarm {
        Alarm {
            name,
            arn,
            description: None,
            actions_enabled: true,
            alarm_actions: Vec::new(),
            ok_actions: Vec::new(),
            insufficient_actions: Vec::new(),
            watch,
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            threshold: 0.0,
            comparison: String::new(),
            treat_missing: None,
            low_samples: None,
            tags: Tags::default(),
            state: State::InsufficientData,
            reason: "Unchecked: Initial alarm creation".to_owned(),
            reason_data: None,
            updated: now,
            transitioned: now,
            configured: now,
            planned: None,
        }
    }

    /// What it does in the state that it is in.
    pub(super) fn actions(&self) -> &[String] {
        match self.state {
            State::Ok => &self.ok_actions,
            State::Alarm => &self.alarm_actions,
            State::InsufficientData => &self.insufficient_actions,
        }
    }

    pub(super) fn breaches(&self, value: f64) -> bool {
        match self.comparison.as_str() {
            "GreaterThanThreshold" => value > self.threshold,
            "GreaterThanOrEqualToThreshold" => value >= self.threshold,
            "LessThanThreshold" => value < self.threshold,
            _ => value <= self.threshold,
        }
    }
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = read_names(&mut input)?;
    input.finish()?;
    // "If you specify any incorrect alarm names, the alarms you specify with correct names are still deleted"
    // [CloudWatch API: DeleteAlarms].
    let alarms = &mut call.here().cloudwatch.alarms;
    let missing: Vec<String> = names
        .iter()
        .filter(|name| !alarms.contains_key(*name))
        .cloned()
        .collect();
    if missing.len() == names.len() {
        return Err(not_found(&missing));
    }
    names.iter().for_each(|name| drop(alarms.remove(name)));
    Ok(Value::Null)
}

/// Sets the state until the alarm is looked at the next time, and acts as if it had come to it.
pub(super) fn set_state(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = bounds::required(&mut input, "AlarmName", 1, 255)?;
    let state = bounds::one_of(&mut input, "StateValue", &State::WORDS)?;
    let state = state.ok_or_else(|| input.missing("StateValue"))?;
    let reason = bounds::required(&mut input, "StateReason", 0, 1023)?;
    let data = bounds::sized(&mut input, "StateReasonData", 0, 4000)?;
    input.finish()?;
    if let Some(data) = &data
        && serde_json::from_str::<Value>(data).is_err()
    {
        return Err(Refusal::new(
            "InvalidFormat",
            "StateReasonData was not syntactically valid JSON.",
        ));
    }
    let now = call.now();
    let region = call.region.clone();
    let alarm = call.here().cloudwatch.alarms.get_mut(&name);
    let alarm = alarm.ok_or_else(|| not_found(std::slice::from_ref(&name)))?;
    let before = alarm.state;
    alarm.state = State::of(&state);
    alarm.reason = reason;
    // "If an alarm triggers Auto Scaling policies, you must include information in the StateReasonData"
    // [CloudWatch API: SetAlarmState].
    let value = data
        .as_deref()
        .and_then(|data| serde_json::from_str::<Value>(data).ok())
        .and_then(|data| data["recentDatapoints"].as_array()?.last()?.as_f64());
    alarm.reason_data = data;
    alarm.updated = now;
    if alarm.state != before {
        alarm.transitioned = now;
        action::act(call.world, &region, &name, before, value, false);
    }
    super::evaluate::wake(call.world, &region, &name);
    Ok(Value::Null)
}

pub(super) fn enable_actions(call: &mut Call<'_>) -> Answer {
    switch_actions(call, true)
}

pub(super) fn disable_actions(call: &mut Call<'_>) -> Answer {
    switch_actions(call, false)
}

/// Names that are not there are passed over: the model knows no error here.
fn switch_actions(call: &mut Call<'_>, enabled: bool) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = read_names(&mut input)?;
    input.finish()?;
    let alarms = &mut call.here().cloudwatch.alarms;
    for name in names {
        if let Some(alarm) = alarms.get_mut(&name) {
            alarm.actions_enabled = enabled;
        }
    }
    Ok(Value::Null)
}

fn read_names(input: &mut crate::input::Input) -> Result<Vec<String>, Refusal> {
    if !input.has("AlarmNames") {
        return Err(input.missing("AlarmNames"));
    }
    bounds::texts(input, "AlarmNames", 100)
}

pub(super) fn not_found(names: &[String]) -> Refusal {
    let list = json!(names).to_string();
    Refusal::new("ResourceNotFound", format!("Alarms {list} not found.")).status(404)
}
