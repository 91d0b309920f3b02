//! Log streams and what is written to them.

use std::mem::take;

use serde_json::{Value, json};

use super::group::bad_token;
use super::{Stream, bounded, constraint, either_name, group, no_stream};
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

const HOUR: i64 = 3_600_000;
/// A batch is measured as its messages plus 26 bytes each [CloudWatch Logs API: PutLogEvents].
const BATCH: usize = 1_048_576;
const OVERHEAD: usize = 26;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let (name, stream) = (
        input.required("logGroupName")?,
        input.required("logStreamName")?,
    );
    input.finish()?;
    if stream.is_empty() || stream.len() > 512 || stream.contains([':', '*']) {
        let must = "Member must satisfy regular expression pattern: [^:*]*";
        return Err(constraint(&json!(stream), "logStreamName", must));
    }
    let now = call.now();
    let group = group(call, &name)?;
    if group.streams.contains_key(&stream) {
        return Err(Refusal::new(
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
        ));
    }
    group.add_stream(&stream, now);
    Ok(Value::Null)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = either_name(&mut input)?;
    let prefix = input.text("logStreamNamePrefix")?;
    let by_time = match input.text("orderBy")?.as_deref() {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") => true,
        Some(other) => {
            let must = "Member must satisfy enum value set: [LogStreamName, LastEventTime]";
            return Err(constraint(&json!(other), "orderBy", must));
        }
    };
    let descending = input.boolean("descending")?.unwrap_or(false);
    let limit = bounded(&mut input, "limit", 1, 50)?.unwrap_or(50);
    let token = input.text("nextToken")?;
    input.finish()?;
    if by_time && prefix.is_some() {
        return Err(Refusal::new(
            "InvalidParameterException",
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let group = group(call, &name)?;
    let mut streams: Vec<(&String, &Stream)> = group
        .streams
        .iter()
        .filter(|(name, _)| {
            prefix
                .as_ref()
                .is_none_or(|prefix| name.starts_with(prefix))
        })
        .collect();
    if by_time {
        streams.sort_by_key(|(_, stream)| stream.events.last().map(|event| event.time));
    }
    if descending {
        streams.reverse();
    }
    let streams = streams
        .into_iter()
        .map(|(name, stream)| shown(name, stream))
        .collect();
    let (streams, next) = page(streams, Some(limit), token).map_err(bad_token)?;
    Ok(json!({ "logStreams": streams, "nextToken": next }))
}

pub(super) fn put_events(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let (name, stream) = (
        input.required("logGroupName")?,
        input.required("logStreamName")?,
    );
    // Accepted and ignored since 2023 [CloudWatch Logs API: PutLogEvents].
    input.text("sequenceToken")?;
    if !input.has("logEvents") {
        return Err(input.missing("logEvents"));
    }
    let mut events = Vec::new();
    for mut event in input.objects("logEvents")? {
        let time = event
            .number("timestamp")?
            .ok_or_else(|| event.missing("timestamp"))?;
        events.push((time, event.required("message")?));
        event.finish()?;
    }
    input.finish()?;
    check_batch(&events)?;

    let now = call.now();
    let group = group(call, &name)?;
    if !group.streams.contains_key(&stream) {
        return Err(no_stream());
    }
    let at = now.0 as i64;
    let expired = group
        .retention
        .map_or(i64::MIN, |days| at - days * 24 * HOUR);
    let too_new = events.partition_point(|(time, _)| *time <= at + 2 * HOUR);
    let too_old = events.partition_point(|(time, _)| *time < at - 14 * 24 * HOUR);
    let expired = events.partition_point(|(time, _)| *time < expired);
    let count = events.len();
    let first = too_old.max(expired).min(too_new);
    let valid = events.into_iter().take(too_new).skip(first);
    group.add_events(
        &stream,
        now,
        valid.map(|(time, message)| (time as u64, message)),
    );
    let rejected = (first > 0 || too_new < count).then(|| {
        json!({
            "tooNewLogEventStartIndex": (too_new < count).then_some(too_new),
            "tooOldLogEventEndIndex": (too_old > 0).then_some(too_old),
            "expiredLogEventEndIndex": (expired > 0).then_some(expired),
        })
    });
    let token = format!("{:056}", group.events);
    Ok(json!({ "nextSequenceToken": token, "rejectedLogEventsInfo": rejected }))
}

fn check_batch(events: &[(i64, String)]) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::new("InvalidParameterException", message));
    if events.is_empty() || events.len() > 10_000 {
        return refuse("A batch must have 1 to 10000 log events.");
    }
    if events
        .iter()
        .any(|(time, message)| *time < 0 || message.is_empty())
    {
        return refuse("A log event needs a timestamp of at least 0 and a message.");
    }
    if !events.is_sorted_by_key(|(time, _)| *time) {
        return refuse(
            "Log events in a single PutLogEvents request must be in chronological order.",
        );
    }
    if let [(first, _), .., (last, _)] = events
        && last - first > 24 * HOUR
    {
        return refuse(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        );
    }
    if events
        .iter()
        .map(|(_, message)| message.len() + OVERHEAD)
        .sum::<usize>()
        > BATCH
    {
        return refuse("Upload too large: the batch exceeds 1048576 bytes.");
    }
    Ok(())
}

fn shown(name: &str, stream: &Stream) -> Value {
    json!({
        "logStreamName": name,
        "creationTime": stream.created,
        "firstEventTimestamp": stream.events.first().map(|event| event.time),
        "lastEventTimestamp": stream.events.last().map(|event| event.time),
        "lastIngestionTime": stream.events.iter().map(|event| event.ingested).max(),
        "arn": stream.arn,
        // No longer counted for streams [CloudWatch Logs API: LogStream].
        "storedBytes": 0,
    })
}
