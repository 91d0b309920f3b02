//! Reading log events: one stream in order, or a whole group by pattern.

use std::mem::take;
use std::ops::Range;

use serde_json::json;

use super::group::bad_token;
use super::{Event, bounded, either_name, group, no_stream};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

/// Events in one answer. AWS also ends a page at 1 MB.
const LIMIT: i64 = 10_000;

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = either_name(&mut input)?;
    let stream = input.required("logStreamName")?;
    let times = times(&mut input)?;
    let limit = bounded(&mut input, "limit", 1, LIMIT)?.unwrap_or(LIMIT) as usize;
    let from_head = input.boolean("startFromHead")?.unwrap_or(false);
    let token = input.text("nextToken")?;
    input.accept("unmask", &[json!(false)])?;
    input.finish()?;
    let start = match token.as_deref().map(position) {
        None if from_head => Position::Forward(0),
        None => Position::Backward(usize::MAX),
        Some(Some(start)) => start,
        Some(None) => return Err(bad_token(Refusal::new("", ""))),
    };
    // [CloudWatch Logs API: GetLogEvents, startFromHead]
    if matches!(start, Position::Forward(_)) && !from_head {
        return Err(Refusal::new(
            "InvalidParameterException",
            "A nextForwardToken needs startFromHead=true.",
        ));
    }
    let group = group(call, &name)?;
    let events = &group.streams.get(&stream).ok_or_else(no_stream)?.events;
    let within = within(events, &times);
    let shown = match start {
        Position::Forward(from) => {
            let from = from.clamp(within.start, within.end);
            from..from.saturating_add(limit).min(within.end)
        }
        Position::Backward(to) => {
            let to = to.clamp(within.start, within.end);
            to.saturating_sub(limit).max(within.start)..to
        }
    };
    let event = |event: &Event| json!({ "timestamp": event.time, "message": event.message, "ingestionTime": event.ingested });
    Ok(json!({
        "events": events[shown.clone()].iter().map(event).collect::<Vec<_>>(),
        "nextForwardToken": format!("f/{:056}/s", shown.end),
        "nextBackwardToken": format!("b/{:056}/s", shown.start),
    }))
}

pub(super) fn filter(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = either_name(&mut input)?;
    let streams = input.texts("logStreamNames")?;
    // [CloudWatch Logs API: FilterLogEvents logStreamNames]
    if streams.len() > 100 {
        return Err(Refusal::new(
            "InvalidParameterException",
            "1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length less than or equal to 100",
        ));
    }
    let prefix = input.text("logStreamNamePrefix")?;
    let mut times = times(&mut input)?;
    // Here the end is included, unlike in GetLogEvents [CloudWatch Logs API: FilterLogEvents].
    times.end = times.end.saturating_add(1);
    let terms = Terms::parse(&input.text("filterPattern")?.unwrap_or_default())?;
    let limit = bounded(&mut input, "limit", 1, LIMIT)?.unwrap_or(LIMIT);
    let token = input.text("nextToken")?;
    let from_head = input.boolean("startFromHead")?.unwrap_or(true);
    // Deprecated: answers are always interleaved [CloudWatch Logs API: FilterLogEvents].
    input.boolean("interleaved")?;
    input.accept("unmask", &[json!(false)])?;
    input.finish()?;
    if prefix.is_some() && !streams.is_empty() {
        return Err(Refusal::new(
            "InvalidParameterException",
            "Only one of logStreamNames and logStreamNamePrefix may be given.",
        ));
    }
    let group = group(call, &name)?;
    if streams.iter().any(|name| !group.streams.contains_key(name)) {
        return Err(no_stream());
    }
    let mut found: Vec<(&String, &Event)> = Vec::new();
    for (name, stream) in &group.streams {
        let wanted = (streams.is_empty() || streams.contains(name))
            && prefix
                .as_ref()
                .is_none_or(|prefix| name.starts_with(prefix));
        if wanted {
            let events = &stream.events[within(&stream.events, &times)];
            let events = events.iter().filter(|event| terms.fit(&event.message));
            found.extend(events.map(|event| (name, event)));
        }
    }
    found.sort_by_key(|(_, event)| (event.time, event.number));
    if !from_head {
        found.reverse();
    }
    let found = found.into_iter().map(|(stream, event)| {
        json!({
            "logStreamName": stream,
            "timestamp": event.time,
            "message": event.message,
            "ingestionTime": event.ingested,
            "eventId": format!("{:056}", event.number),
        })
    });
    let (events, next) = page(found.collect(), Some(limit), token).map_err(bad_token)?;
    Ok(json!({ "events": events, "searchedLogStreams": [], "nextToken": next }))
}

/// Where a page starts and in which direction it goes, as an index into the stream.
enum Position {
    Forward(usize),
    Backward(usize),
}

fn position(token: &str) -> Option<Position> {
    let (direction, rest) = token.split_once('/')?;
    let at = rest.strip_suffix("/s")?.parse().ok()?;
    match direction {
        "f" => Some(Position::Forward(at)),
        "b" => Some(Position::Backward(at)),
        _ => None,
    }
}

/// `startTime` is included, `endTime` is not [CloudWatch Logs API: GetLogEvents].
fn times(input: &mut Input) -> Result<Range<u64>, Refusal> {
    let start = bounded(input, "startTime", 0, i64::MAX)?.unwrap_or(0);
    let end = bounded(input, "endTime", 0, i64::MAX)?.unwrap_or(i64::MAX);
    Ok(start as u64..end as u64)
}

fn within(events: &[Event], times: &Range<u64>) -> Range<usize> {
    let start = events.partition_point(|event| event.time < times.start);
    let end = events.partition_point(|event| event.time < times.end);
    start..end.max(start)
}

/// A filter pattern for unstructured events: all plain terms, none of the `-` terms, and any of the `?` terms
/// [CloudWatch Logs user guide: filter pattern syntax].
#[derive(Default)]
struct Terms {
    all: Vec<String>,
    none: Vec<String>,
    any: Vec<String>,
}

impl Terms {
    fn parse(pattern: &str) -> Result<Terms, Refusal> {
        let mut terms = Terms::default();
        let mut rest = pattern.trim();
        if rest.starts_with(['{', '[', '%']) {
            return Err(Refusal::not_implemented(format_args!(
                "filterPattern {pattern}"
            )));
        }
        while !rest.is_empty() {
            let list = match rest.as_bytes()[0] {
                b'-' => &mut terms.none,
                b'?' => &mut terms.any,
                _ => &mut terms.all,
            };
            rest = rest.trim_start_matches(['-', '?']);
            let (term, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or_else(|| {
                    Refusal::new("InvalidParameterException", "Invalid filter pattern")
                })?,
                None => rest.split_once(' ').unwrap_or((rest, "")),
            };
            list.push(term.to_owned());
            rest = after.trim_start();
        }
        Ok(terms)
    }

    fn fit(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        self.all.iter().all(has)
            && !self.none.iter().any(has)
            && (self.any.is_empty() || self.any.iter().any(has))
    }
}
