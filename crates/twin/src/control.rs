//! The endpoints under `/_twin/`, by which tests and the sandbox steer a twin that they reach over HTTP.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cloudwatch;
use crate::dns::Elsewhere;
use crate::elbv2;
use crate::fault::Fault;
use crate::script::Script;
use crate::service::services;
use crate::servicequotas;
use crate::throttle::Limit;
use crate::timing::Timing;
use crate::twin::Twin;

/// Answers a request to `/_twin/{path}`.
pub(crate) fn answer(twin: &Twin, path: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let (status, value) = match carry_out(twin, path, request) {
        Ok(value) => (StatusCode::OK, value),
        Err((status, message)) => (status, json!({ "error": message })),
    };
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    response
}

type Outcome = Result<Value, (StatusCode, String)>;

fn carry_out(twin: &Twin, path: &str, request: &Request<Bytes>) -> Outcome {
    let body = request.body();
    match (request.method(), path) {
        (&Method::GET, "version") => Ok(version(twin)),
        (&Method::GET, "log") => Ok(json!(twin.log())),
        (&Method::GET, "ask") => ask(twin, request),
        (&Method::GET, "state") => Ok(json!(twin.settled().world)),
        (&Method::POST, "advance") => advance(twin, body),
        (&Method::POST, "reset") => {
            twin.settled().reset().map_err(internal)?;
            Ok(Value::Null)
        }
        (&Method::PUT, "script") => {
            let script: Script = read(body)?;
            change(twin, |world| {
                world.script = script;
                elbv2::look_everywhere(world);
            })
        }
        (&Method::PUT, "dns") => {
            let elsewhere: Elsewhere = read(body)?;
            change(twin, |world| world.elsewhere = elsewhere.normalised())
        }
        (&Method::PUT, "quotas") => quotas(twin, body),
        (&Method::PUT, "skew") => skew(twin, body),
        (&Method::PUT, "metric") => {
            let metric: Value = read(body)?;
            let mut inner = twin.settled();
            cloudwatch::set_level(&mut inner.world, &metric).map_err(bad)?;
            inner.save().map_err(internal)?;
            Ok(Value::Null)
        }
        (&Method::PUT, "timing") => timing(twin, body),
        (&Method::GET, "faults") => Ok(json!(twin.settled().faults.list())),
        (&Method::DELETE, "faults") => {
            twin.settled().faults.clear();
            Ok(Value::Null)
        }
        (&Method::POST, "faults") => {
            let fault: Fault = read(body)?;
            twin.fault(fault);
            Ok(Value::Null)
        }
        (&Method::PUT, "throttle") => {
            let limits: BTreeMap<String, Limit> = read(body)?;
            let mut inner = twin.settled();
            let now = inner.world.now;
            inner.throttle.set(limits, now);
            Ok(Value::Null)
        }
        _ => Err((
            StatusCode::NOT_FOUND,
            format!("no {} /_twin/{path}", request.method()),
        )),
    }
}

/// What a client on the internet gets for `?url=…` right now.
fn ask(twin: &Twin, request: &Request<Bytes>) -> Outcome {
    let query = request.uri().query().unwrap_or_default();
    let url = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "url");
    let (_, url) = url.ok_or_else(|| bad("expected ?url=…"))?;
    Ok(elbv2::ask(&twin.settled().world, &url))
}

/// What runs here, how fast its time passes, and what it can do.
fn version(twin: &Twin) -> Value {
    let operations: BTreeMap<&str, Vec<&str>> = services()
        .iter()
        .map(|service| {
            (
                service.name,
                service.operations.iter().map(|one| one.name).collect(),
            )
        })
        .collect();
    json!({
        "twin": env!("CARGO_PKG_VERSION"),
        "speed": twin.clock.speed(),
        "now": twin.clock.now(),
        "operations": operations,
    })
}

fn advance(twin: &Twin, body: &Bytes) -> Outcome {
    let body: Value = read(body)?;
    let seconds = body.get("seconds").and_then(Value::as_f64);
    let by = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let by = by.ok_or_else(|| bad("expected {\"seconds\": number}"))?;
    twin.clock.advance(by);
    let mut inner = twin.settled();
    inner.save().map_err(internal)?;
    Ok(json!({ "now": inner.world.now }))
}

/// Takes `"zero"`, `"default"`, or some of the fields.
fn timing(twin: &Twin, body: &Bytes) -> Outcome {
    let timing = match read::<Value>(body)? {
        Value::String(name) if name == "zero" => Timing::zero(),
        Value::String(name) if name == "default" => Timing::default(),
        Value::Object(fields) => {
            let mut all = json!(twin.settled().world.timing);
            fields
                .into_iter()
                .for_each(|(name, value)| all[name] = value);
            serde_json::from_value(all).map_err(bad)?
        }
        _ => return Err(bad("expected \"zero\", \"default\" or an object")),
    };
    change(twin, |world| world.timing = timing)
}

/// Takes quotas by region and code: `{"eu-central-1": {"L-F678F1CE": 1}}`.
fn quotas(twin: &Twin, body: &Bytes) -> Outcome {
    let all: BTreeMap<String, servicequotas::Wanted> = read(body)?;
    let mut inner = twin.settled();
    for (region, wanted) in all {
        servicequotas::apply(&mut inner.world, &region, wanted).map_err(bad)?;
    }
    inner.save().map_err(internal)?;
    Ok(Value::Null)
}

/// Takes by how many seconds the servers' wall clock is ahead of this machine's.
fn skew(twin: &Twin, body: &Bytes) -> Outcome {
    let body: Value = read(body)?;
    let seconds = body.get("seconds").and_then(Value::as_i64);
    let seconds = seconds.ok_or_else(|| bad("expected {\"seconds\": whole number}"))?;
    twin.settled().skew = seconds;
    Ok(Value::Null)
}

fn change(twin: &Twin, how: impl FnOnce(&mut crate::world::World)) -> Outcome {
    let mut inner = twin.settled();
    how(&mut inner.world);
    inner.save().map_err(internal)?;
    Ok(Value::Null)
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(bad)
}

fn bad(error: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, error.to_string())
}

fn internal(error: std::io::Error) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
