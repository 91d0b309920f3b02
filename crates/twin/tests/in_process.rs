//! The twin without a server: virtual time, faults, folders.

use std::sync::Arc;
use std::time::Duration;

use ashore_twin::{Action, Fault, ManualClock, Millis, Side, TokioClock, Twin};
use bytes::Bytes;
use http::{Request, Response};

fn request(operation: &str, body: &'static str) -> Request<Bytes> {
    let scope = "AWS4-HMAC-SHA256 Credential=AKIATWIN/20261121/eu-central-1/logs/aws4_request";
    Request::post("/")
        .header("authorization", scope)
        .header("x-amz-target", format!("Logs_20140328.{operation}"))
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a request")
}

fn create() -> Request<Bytes> {
    request("CreateLogGroup", r#"{"logGroupName":"g"}"#)
}

async fn made(twin: &Arc<Twin>) -> bool {
    let answer = twin
        .respond(request("DescribeLogGroups", "{}"))
        .await
        .map(Response::into_body);
    answer.is_some_and(|body| String::from_utf8_lossy(&body).contains("\"g\""))
}

fn fault(side: Side, action: Action) -> Fault {
    Fault {
        service: None,
        operation: Some("CreateLogGroup".to_owned()),
        mutating_nth: None,
        nth: 1,
        times: 1,
        side,
        action,
    }
}

fn virtual_twin() -> Arc<Twin> {
    Arc::new(Twin::new(Arc::new(TokioClock::new(Millis::START, 1.0))))
}

#[tokio::test(start_paused = true)]
async fn a_late_request_takes_effect_after_its_sender_gave_up() {
    let twin = virtual_twin();
    twin.fault(fault(Side::Before, Action::DelayMs(60_000)));
    let waited = tokio::time::timeout(Duration::from_secs(30), twin.respond(create())).await;
    assert!(waited.is_err());
    assert!(!made(&twin).await);
    let never = std::future::pending::<()>();
    drop(tokio::time::timeout(Duration::from_secs(31), never).await);
    assert!(made(&twin).await);
    let entry = twin
        .log()
        .into_iter()
        .find(|entry| entry.mutating)
        .expect("logged");
    assert_eq!(entry.time, Millis::START + Duration::from_secs(60));
    assert_eq!(entry.fault.as_deref(), Some("before delay"));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_has_taken_effect_already() {
    let twin = virtual_twin();
    twin.fault(fault(Side::After, Action::DelayMs(60_000)));
    let waited = tokio::time::timeout(Duration::from_secs(30), twin.respond(create())).await;
    assert!(waited.is_err());
    assert!(made(&twin).await);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_request_never_answers() {
    let twin = virtual_twin();
    twin.fault(fault(Side::Before, Action::Hang));
    let year = Duration::from_secs(365 * 24 * 3600);
    assert!(
        tokio::time::timeout(year, twin.respond(create()))
            .await
            .is_err()
    );
    assert!(!made(&twin).await);
}

#[tokio::test]
async fn a_folder_has_one_twin_and_outlives_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Twin::open(Arc::new(ManualClock::new(Millis::START)), folder.path());
    let twin = Arc::new(open().expect("opened"));
    twin.respond(create()).await.expect("answered");
    twin.advance(Duration::from_secs(60));
    let refused = open().err().map(|error| error.kind());
    assert_eq!(refused, Some(std::io::ErrorKind::WouldBlock));
    drop(twin);
    let twin = Arc::new(open().expect("opened again"));
    assert!(made(&twin).await);
    assert_eq!(
        twin.world(|world| world.now),
        Millis::START + Duration::from_secs(60)
    );
}

#[test]
fn what_is_saved_by_another_format_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("world.json"),
        r#"{"format":0,"world":{}}"#,
    )
    .expect("written");
    let opened = Twin::open(Arc::new(ManualClock::new(Millis::START)), folder.path());
    assert!(opened.is_err());
}
