//! One `ashore up` of an example from nothing, on tokio's paused clock: the whole command in this process, and a twin
//! behind a wire that takes its time.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ashore::in_process::{Surroundings, command};
use ashore_providers::aws::live::in_process::Service;
use ashore_testkit::example::Example;
use ashore_twin::{Millis, Timing, Twin};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::table::CALL_MILLIS;

/// What was measured.
#[derive(Debug)]
pub(crate) struct Measured {
    /// From the first call to the end of the run.
    pub(crate) wall: Duration,
    /// Every call and every event, in order of time.
    pub(crate) timeline: Vec<Moment>,
    /// Calls altogether.
    pub(crate) calls: usize,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Since the beginning.
    pub(crate) at: Duration,
    /// What, in a line.
    pub(crate) what: String,
}

type Timeline = Arc<Mutex<Vec<Moment>>>;

/// The twin at the end of a wire: half of a call's time passes on the way there, half on the way
/// back.
struct Wire {
    twin: Arc<Twin>,
    began: Instant,
    timeline: Timeline,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wire")
    }
}

impl Service for Wire {
    #[expect(
        clippy::disallowed_methods,
        reason = "the wire's own time, on the paused clock"
    )]
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Option<http::Response<Bytes>>> {
        let twin = Arc::clone(&self.twin);
        let (began, timeline) = (self.began, Arc::clone(&self.timeline));
        async move {
            let half = Duration::from_millis(CALL_MILLIS / 2);
            let sent = began.elapsed();
            tokio::time::sleep(half).await;
            let response = twin.respond(request).await;
            if let Some(entry) = twin.log().last() {
                note(&timeline, sent, called(entry));
            }
            tokio::time::sleep(half).await;
            response
        }
        .boxed()
    }
}

fn called(entry: &ashore_twin::Entry) -> String {
    let resource = entry.resource.as_deref().unwrap_or_default();
    let outcome = match entry.outcome.as_str() {
        "ok" => "",
        refused => refused,
    };
    format!(
        "  call {}:{} {resource} {outcome}",
        entry.service, entry.operation
    )
    .trim_end()
    .to_string()
}

fn note(timeline: &Timeline, at: Duration, what: String) {
    let mut moments = timeline.lock().unwrap_or_else(PoisonError::into_inner);
    moments.push(Moment { at, what });
}

/// Brings the example up in a cloud that takes so long, on a paused clock. `words` are more of the command line.
pub(crate) fn up(example: &Example, timing: Timing, words: &[&str]) -> Result<Measured, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| format!("there is no runtime: {error}"))?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let written = example.write_to(folder.path());
    written.map_err(|error| error.to_string())?;
    runtime.block_on(measure(example, folder.path(), timing, words))
}

async fn measure(
    example: &Example,
    folder: &Path,
    timing: Timing,
    words: &[&str],
) -> Result<Measured, String> {
    let timeline = Timeline::default();
    let twin_clock = ashore_twin::TokioClock::new(Millis::START, 1.0);
    let twin = Arc::new(Twin::new(Arc::new(twin_clock)));
    twin.world(|world| world.timing = timing);
    for (name, value) in example.parameters {
        keep(&twin, name, value).await?;
    }
    let before = twin.log().len();
    let began = Instant::now();
    let wire = Wire {
        twin: Arc::clone(&twin),
        began,
        timeline: Arc::clone(&timeline),
    };
    let pairs = example.variables.iter();
    let surroundings = Surroundings {
        folder: folder.to_path_buf(),
        variables: pairs
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        cloud: Arc::new(wire),
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let words = [&["up"], words].concat();
    let heard = Arc::clone(&timeline);
    let ended = command(&words, surroundings, move |line| {
        if let Some(what) = told(line) {
            note(&heard, began.elapsed(), what);
        }
    });
    let ended = ended.await;
    let wall = began.elapsed();
    let mut moments = std::mem::take(&mut *timeline.lock().unwrap_or_else(PoisonError::into_inner));
    moments.sort_by_key(|moment| moment.at);
    if let Err(why) = ended {
        let last = moments.iter().rev().take(5);
        let last: Vec<&str> = last.map(|moment| moment.what.as_str()).collect();
        return Err(format!("{}: {why}\n{}", example.name, last.join("\n")));
    }
    Ok(Measured {
        wall,
        timeline: moments,
        calls: twin.log().len() - before,
    })
}

/// Somebody keeps a parameter there.
async fn keep(twin: &Arc<Twin>, name: &str, value: &str) -> Result<(), String> {
    let body = json!({ "Name": name, "Value": value, "Type": "SecureString" });
    let request = http::Request::post("https://ssm.eu-central-1.amazonaws.com/")
        .header("X-Amz-Target", "AmazonSSM.PutParameter")
        .header("Content-Type", "application/x-amz-json-1.1")
        .header(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIASOMEBODYELSE1234/20261121/eu-central-1/ssm/aws4_request, \
             SignedHeaders=host, Signature=0",
        )
        .body(Bytes::from(body.to_string()))
        .map_err(|error| error.to_string())?;
    match twin.respond(request).await {
        Some(answer) if answer.status().is_success() => Ok(()),
        answer => Err(format!("{name} cannot be kept: {answer:?}")),
    }
}

/// A line of `--json`, for people; none for those that say nothing about time.
fn told(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| match &line[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(match text("type").as_str() {
        "plan" => "planned".to_string(),
        "sending" => format!("send {} {}", text("step"), text("operation")),
        "answered" => format!("answered {} {}", text("step"), text("operation")),
        "retrying" => format!("RETRY {}: {}", text("step"), text("failure")),
        "waiting" => format!("wait {}: {}", text("step"), text("why")),
        "done" => format!("done {}", text("step")),
        "failed" => format!("FAILED {}: {}", text("step"), text("failure")),
        "error" => format!("ERROR {line}"),
        "committed" => "committed".to_string(),
        _ => return None,
    })
}
