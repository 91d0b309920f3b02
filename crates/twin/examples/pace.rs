//! Measures what a request costs in process: `cargo run --release --example pace`.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use ashore_twin::{ManualClock, Millis, Reply, Twin};
use bytes::Bytes;
use http::Request;

const ROUNDS: u32 = 20_000;

#[expect(clippy::disallowed_methods, reason = "it measures real time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let twin = Twin::new(Arc::new(ManualClock::new(Millis::START)));
    for n in 0..100 {
        send(
            &twin,
            "CreateLogGroup",
            format!("{{\"logGroupName\":\"g{n}\"}}"),
        )?;
    }
    let mut out = std::io::stdout();
    for (operation, body) in [
        (
            "ListTagsForResource",
            r#"{"resourceArn":"arn:aws:logs:eu-central-1:123456789012:log-group:g7"}"#,
        ),
        (
            "PutRetentionPolicy",
            r#"{"logGroupName":"g7","retentionInDays":7}"#,
        ),
        ("DescribeLogGroups", "{}"),
    ] {
        let began = Instant::now();
        for _ in 0..ROUNDS {
            send(&twin, operation, body.to_owned())?;
        }
        writeln!(out, "{operation}: {:?} each", began.elapsed() / ROUNDS)?;
    }
    Ok(())
}

fn send(twin: &Twin, operation: &str, body: String) -> Result<(), Box<dyn std::error::Error>> {
    let scope = "Credential=AKIATWIN/20261121/eu-central-1/logs/aws4_request";
    let request = Request::post("/")
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 {scope}, Signature=0"),
        )
        .header("x-amz-target", format!("Logs_20140328.{operation}"))
        .body(Bytes::from(body))?;
    match twin.handle(request) {
        Reply::Answer(response) if response.status().is_success() => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}
