//! What Cloudflare answers becomes a result or a classified failure here and nowhere else.
//!
//! Codes have changed over the years (81057 became 81058, 1004 became 9005): sets of codes are
//! matched, never one (`ux.md` 3.4).

use std::time::Duration;

use ashore_engine::failure::{Class, Failure};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::Answer;

/// Error codes of the API, and what they say about the request.
const CLASSES: &[(u32, Class)] = &[
    // Too many requests: all calls are blocked for five minutes.
    (971, Class::Throttled),
    (10429, Class::Throttled),
    // A token that is unknown, disabled, expired or no token at all.
    (1000, Class::Auth),
    (6003, Class::Auth),
    (6103, Class::Auth),
    (6111, Class::Auth),
    (9106, Class::Auth),
    (9109, Class::Auth),
    // "Authentication error": a token that may not do this here, or a zone id that is wrong.
    (10000, Class::Denied),
    // Records that stand in the way: A, AAAA or CNAME; CNAME; NS; the record itself.
    (81053, Class::Exists),
    (81054, Class::Exists),
    (81055, Class::Exists),
    (81056, Class::Exists),
    (81057, Class::Exists),
    (81058, Class::Exists),
    // "Record does not exist."
    (81044, Class::Gone),
    // "Record quota exceeded."
    (81045, Class::Quota),
    // No route: an id that cannot be one.
    (7000, Class::Invalid),
    (7003, Class::Invalid),
];

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    errors: Option<Vec<ApiError>>,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    code: Option<u32>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    error_chain: Vec<ApiError>,
}

/// What a good answer holds. The answer to a DELETE has a result and nothing else: success is
/// what is not called a failure.
pub(super) fn answer<T: DeserializeOwned>(
    operation: &'static str,
    response: &Response<Bytes>,
) -> Result<Answer<T>, Failure> {
    let envelope: Result<Envelope, _> = serde_json::from_slice(response.body());
    let Ok(envelope) = envelope else {
        return Err(page(operation, response));
    };
    let errors = envelope.errors.unwrap_or_default();
    let good = response.status().is_success() && envelope.success != Some(false);
    if !good || !errors.is_empty() {
        return Err(refused(operation, response, &errors));
    }
    serde_json::from_slice(response.body()).map_err(|_| {
        let message = "the answer could not be read";
        with_request(
            Failure::new(Class::Unknown, operation, "Garbled", message),
            response,
        )
    })
}

/// The request did not come through, or its answer did not.
pub(super) fn no_answer(operation: &'static str, error: reqwest::Error) -> Failure {
    let (class, code) = if error.is_connect() {
        (Class::Unsent, "Unreachable")
    } else if error.is_builder() {
        (Class::Invalid, "NotBuilt")
    } else if error.is_timeout() {
        (Class::Unknown, "TimedOut")
    } else {
        (Class::Unknown, "Lost")
    };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    Failure::new(class, operation, code, text)
}

/// A token with characters that no token has.
pub(super) fn malformed_token(operation: &'static str) -> Failure {
    let message = "the API token looks malformed";
    advised(Failure::new(
        Class::Auth,
        operation,
        "MalformedToken",
        message,
    ))
}

fn refused(operation: &'static str, response: &Response<Bytes>, errors: &[ApiError]) -> Failure {
    let status = response.status();
    let code = errors.iter().find_map(|error| error.code);
    let message = match errors {
        [] => format!("HTTP {status}, and no word why"),
        errors => errors.iter().map(said).collect::<Vec<_>>().join("; "),
    };
    let code_text = code.map_or_else(|| format!("HTTP {}", status.as_u16()), |c| c.to_string());
    let failure = Failure::new(class(status, errors), operation, code_text, message);
    advised(with_request(failure, response))
}

/// The edge answers with a page of its own when it does not reach the API (520 to 530), or when
/// its firewall steps in.
fn page(operation: &'static str, response: &Response<Bytes>) -> Failure {
    let status = response.status();
    let body = String::from_utf8_lossy(response.body());
    let title = body
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map(|(title, _)| title.split_whitespace().collect::<Vec<_>>().join(" "));
    let message = match title {
        Some(title) => format!("Cloudflare's edge answered with a page: {title}"),
        None => "the answer is not JSON".to_string(),
    };
    let class = match status {
        // Applied, perhaps: nobody can tell from a page.
        status if status.is_success() => Class::Unknown,
        // Not the API's word that the record is gone: a proxy's, or that of a wrong base URL.
        StatusCode::NOT_FOUND => Class::Unknown,
        status => class(status, &[]),
    };
    let code = format!("HTTP {}", status.as_u16());
    advised(with_request(
        Failure::new(class, operation, code, message),
        response,
    ))
}

fn class(status: StatusCode, errors: &[ApiError]) -> Class {
    let of_code = |code: u32| CLASSES.iter().find(|(known, _)| *known == code);
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Class::Throttled;
    }
    if let Some((_, class)) = codes(errors).find_map(of_code) {
        return *class;
    }
    match status {
        StatusCode::UNAUTHORIZED => Class::Auth,
        StatusCode::FORBIDDEN => Class::Denied,
        StatusCode::NOT_FOUND => Class::Gone,
        // Two changes of one zone at once; Cloudflare's own SDK sends it again.
        StatusCode::CONFLICT => Class::Throttled,
        StatusCode::REQUEST_TIMEOUT => Class::Unknown,
        status if status.is_server_error() => Class::Unknown,
        _ => Class::Invalid,
    }
}

/// Every code, those in chains too: 1004 says nothing, its chain says what is wrong.
fn codes(errors: &[ApiError]) -> impl Iterator<Item = u32> {
    let mut all = Vec::new();
    let mut open: Vec<&ApiError> = errors.iter().collect();
    while let Some(error) = open.pop() {
        all.extend(error.code);
        open.extend(&error.error_chain);
    }
    all.into_iter()
}

/// An error with its whole chain of reasons.
fn said(error: &ApiError) -> String {
    let mut text = error.message.trim_end_matches('.').to_string();
    for cause in &error.error_chain {
        let code = cause
            .code
            .map_or(String::new(), |code| format!(" ({code})"));
        text = format!("{text}: {}{code}", said(cause));
    }
    text
}

fn with_request(mut failure: Failure, response: &Response<Bytes>) -> Failure {
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    failure.request_id = header("cf-ray").map(str::to_string);
    failure.retry_after = pause(response);
    failure
}

/// How long Cloudflare wants to be left alone, if it says so: `retry-after` where requests are
/// blocked, and else the window of a limit that is used up, `Ratelimit: "default";r=0;t=30`
/// [Cloudflare docs: API rate limits].
fn pause(response: &Response<Bytes>) -> Option<Duration> {
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    let seconds = header("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    let seconds: Option<u64> = seconds.or_else(|| {
        let limits = header("ratelimit")?.split(',');
        let used_up = limits.filter(|limit| member(limit, "r") == Some(0));
        used_up.filter_map(|limit| member(limit, "t")).max()
    });
    seconds.map(Duration::from_secs)
}

/// The number after `name=` in a limit.
fn member(limit: &str, name: &str) -> Option<u64> {
    let mut members = limit
        .split(';')
        .filter_map(|part| part.trim().split_once('='));
    members.find(|(key, _)| *key == name)?.1.parse().ok()
}

fn advised(failure: Failure) -> Failure {
    match failure.class {
        Class::Auth => failure.with_advice(
            "CLOUDFLARE_API_TOKEN does not count: make a token with the permissions Zone / DNS / \
             Edit and Zone / Zone / Read, set it, then run the same command again",
        ),
        Class::Denied => failure.with_advice(
            "the token may not do this in this zone (or there is no such zone): give it the \
             permissions Zone / DNS / Edit and Zone / Zone / Read for the zone",
        ),
        Class::Quota => failure.with_advice(
            "the zone has as many records as its plan allows: take some away, or change the plan",
        ),
        Class::Invalid if matches!(failure.code.as_str(), "7000" | "7003") => failure.with_advice(
            "there is no such zone: if the state was made with another token or account, look the \
             zone up again",
        ),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(status: u16, body: &str) -> Result<Answer<serde_json::Value>, Failure> {
        let response = Response::builder()
            .status(status)
            .header("retry-after", "17")
            .header("cf-ray", "ray-1")
            .body(Bytes::copy_from_slice(body.as_bytes()));
        answer("cloudflare:GET /zones", &response.unwrap())
    }

    fn error(code: u32) -> String {
        format!(r#"{{"success":false,"errors":[{{"code":{code},"message":"m"}}],"result":null}}"#)
    }

    #[test]
    fn every_code_has_its_class() {
        let rows = [
            (400, 81053, Class::Exists),
            (400, 81054, Class::Exists),
            (400, 81056, Class::Exists),
            (400, 81057, Class::Exists),
            (400, 81058, Class::Exists),
            (404, 81044, Class::Gone),
            (400, 81044, Class::Gone),
            (400, 81045, Class::Quota),
            (400, 1004, Class::Invalid),
            (400, 9005, Class::Invalid),
            (400, 9000, Class::Invalid),
            (400, 9300, Class::Invalid),
            (400, 9313, Class::Invalid),
            (403, 10000, Class::Denied),
            (401, 9109, Class::Auth),
            (403, 9109, Class::Auth),
            (400, 6003, Class::Auth),
            (400, 6103, Class::Auth),
            (400, 6111, Class::Auth),
            (400, 7000, Class::Invalid),
            (404, 7000, Class::Invalid),
            (400, 7003, Class::Invalid),
            (404, 7003, Class::Invalid),
            (429, 971, Class::Throttled),
            (400, 10429, Class::Throttled),
            (429, 1, Class::Throttled),
            (409, 1, Class::Throttled),
            (500, 1, Class::Unknown),
            (530, 1, Class::Unknown),
        ];
        for (status, code, class) in rows {
            let failure = ask(status, &error(code)).err().unwrap();
            assert_eq!(failure.class, class, "{status} {code}");
            assert_eq!(failure.code, code.to_string());
        }
    }

    #[test]
    fn a_page_of_the_edge_is_told_by_its_title() {
        let page = "<html><head><title>api | 522:\n Connection timed out</title></head></html>";
        for (status, class) in [
            (522, Class::Unknown),
            (403, Class::Denied),
            (404, Class::Unknown), // no word of the API: it does not say that a record is gone
            (429, Class::Throttled),
            (200, Class::Unknown),
        ] {
            let failure = ask(status, page).err().unwrap();
            assert_eq!(failure.class, class, "{status}");
            assert!(failure.message.ends_with("522: Connection timed out"));
        }
    }

    #[test]
    fn the_chain_of_reasons_is_told() {
        let body = r#"{"success":false,"errors":[{"code":1004,"message":"DNS Validation Error",
            "error_chain":[{"code":9300,"message":"DNS record has 1 tags."}]}]}"#;
        let failure = ask(400, body).err().unwrap();
        assert_eq!(
            failure.message,
            "DNS Validation Error: DNS record has 1 tags (9300)"
        );
    }

    #[test]
    fn a_pause_that_is_asked_for_and_the_ray_are_kept() {
        let failure = ask(429, &error(971)).err().unwrap();
        assert_eq!(failure.retry_after, Some(Duration::from_secs(17)));
        assert_eq!(failure.request_id.as_deref(), Some("ray-1"));
    }

    #[test]
    fn a_limit_that_is_used_up_says_when_it_is_not() {
        let rows = [
            ("retry-after", "300", Some(300)),
            ("retry-after", "tomorrow", None),
            ("ratelimit", r#""default";r=0;t=30"#, Some(30)),
            ("ratelimit", r#""default";r=50;t=30"#, None),
            (
                "ratelimit",
                r#""burst";r=0;t=7, "default";r=0;t=200"#,
                Some(200),
            ),
            ("ratelimit", "nonsense", None),
        ];
        for (name, value, seconds) in rows {
            let response = Response::builder().status(429).header(name, value);
            let response = response.body(Bytes::from(error(971))).unwrap();
            let answer = answer::<serde_json::Value>("cloudflare:GET /zones", &response);
            let failure = answer.err().unwrap();
            let expect = seconds.map(Duration::from_secs);
            assert_eq!(failure.retry_after, expect, "{name}: {value}");
        }
    }

    #[test]
    fn a_result_without_the_word_success_is_one() {
        assert!(ask(200, r#"{"result":{"id":"1"}}"#).is_ok());
    }
}
