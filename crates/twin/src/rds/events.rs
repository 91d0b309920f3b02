//! What RDS tells of its instances and snapshots: DescribeEvents.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{lists, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::world::World;

/// Something that was told.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Event {
    at: Millis,
    /// `db-instance` or `db-snapshot`.
    kind: String,
    name: String,
    arn: String,
    category: String,
    message: String,
}

pub(super) const INSTANCE: &str = "db-instance";
pub(super) const SNAPSHOT: &str = "db-snapshot";
const KINDS: [&str; 5] = [
    INSTANCE,
    "db-parameter-group",
    "db-security-group",
    SNAPSHOT,
    "db-cluster",
];

/// Events are kept for two weeks [RDS API: DescribeEvents]; and no more of them than this.
const KEPT_FOR: u64 = 14 * 86_400_000;
const KEPT: usize = 10_000;
/// An hour, unless said otherwise.
const MINUTES: i64 = 60;

pub(super) fn tell(
    world: &mut World,
    region: &str,
    kind: &str,
    name: &str,
    category: &str,
    message: &str,
) {
    let at = world.now;
    let what = if kind == SNAPSHOT { "snapshot" } else { "db" };
    let event = Event {
        at,
        kind: kind.to_owned(),
        name: name.to_owned(),
        arn: format!("arn:aws:rds:{region}:{}:{what}:{name}", world.account),
        category: category.to_owned(),
        message: message.to_owned(),
    };
    let events = &mut world.region(region).rds.events;
    events.retain(|it| it.at.0 + KEPT_FOR > at.0);
    if events.len() >= KEPT {
        events.remove(0);
    }
    events.push(event);
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("SourceIdentifier")?;
    let kind = input.text("SourceType")?;
    let (start, end) = (input.text("StartTime")?, input.text("EndTime")?);
    let minutes = input.number("Duration")?.unwrap_or(MINUTES);
    let categories = lists::texts(&mut input, "EventCategories", "EventCategory")?;
    lists::Filters::read(&mut input, &[])?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    if let Some(other) = kind.as_deref().filter(|it| !KINDS.contains(it)) {
        return Err(refuse::value(format!("Invalid source type: {other}")));
    }
    if name.is_some() && kind.is_none() {
        return Err(refuse::combination(
            "SourceType must be provided if SourceIdentifier is provided.",
        ));
    }
    let parse = |text: Option<String>| match text {
        None => Ok(None),
        Some(text) => match text.parse::<jiff::Timestamp>() {
            Ok(time) => Ok(u64::try_from(time.as_millisecond()).ok().map(Millis)),
            Err(_) => Err(refuse::value(format!("Invalid time: {text}"))),
        },
    };
    let (start, end) = (parse(start)?, parse(end)?);
    let now = call.now();
    let minutes = u64::try_from(minutes).unwrap_or(0);
    let start = start.unwrap_or(Millis(now.0.saturating_sub(minutes.saturating_mul(60_000))));
    let events = call.here().rds.events.iter();
    let rows = events.filter(|it| {
        it.at >= start
            && end.is_none_or(|end| it.at <= end)
            && kind.as_ref().is_none_or(|kind| *kind == it.kind)
            && name
                .as_ref()
                .is_none_or(|name| name.eq_ignore_ascii_case(&it.name))
            && (categories.is_empty() || categories.contains(&it.category))
    });
    let rows: Vec<Value> = rows.map(Event::view).collect();
    window.answer("Events", "Event", rows)
}

impl Event {
    fn view(&self) -> Value {
        json!({
            "SourceIdentifier": self.name,
            "SourceType": self.kind,
            "Message": self.message,
            "EventCategories": lists::named("EventCategory", [json!(self.category)]),
            "Date": self.at.iso8601(),
            "SourceArn": self.arn,
        })
    }
}
