//! A log group with a key, that stays or goes.

use ashore_engine::failure::Class;
use ashore_engine::kind::{Kind, Observed};
use ashore_providers::aws::log_group::{Change, LogGroup};

use crate::stage::Stage;
use crate::tags;

const ADDRESS: &str = "services.web/log_group";

fn group() -> LogGroup {
    LogGroup {
        name: "/ashore/hello-default/web".into(),
        retention_days: 365,
        key: None,
        retain: false,
        tags: tags("a"),
    }
}

/// The twin's own keys are made by its KMS, which no kind of ours speaks to.
async fn key(stage: &Stage) -> String {
    let body = http::Request::builder()
        .method("POST")
        .uri("http://kms.eu-central-1.amazonaws.com/")
        .header("x-amz-target", "TrentService.CreateKey")
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIASANDBOXSANDBOXXX/20261121/eu-central-1/kms/aws4_request, \
             SignedHeaders=host, Signature=0",
        )
        .body(bytes::Bytes::from_static(b"{}"))
        .expect("a request");
    let answer = stage.twin.respond(body).await.expect("an answer");
    let answer: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
    let arn = answer["KeyMetadata"]["Arn"].as_str();
    arn.unwrap_or_else(|| panic!("{answer}")).to_string()
}

#[tokio::test]
async fn a_group_lives_with_a_key_and_without() {
    let stage = Stage::new().await;
    let key = key(&stage).await;
    let encrypted = LogGroup {
        key: Some(key),
        ..group()
    };
    let retained = LogGroup {
        retain: true,
        ..encrypted.clone()
    };
    let all = [encrypted.clone(), retained, encrypted, group()];
    stage.life(ADDRESS, &group(), &all).await;
}

#[tokio::test]
async fn a_key_that_is_not_there_is_refused() {
    let stage = Stage::new().await;
    let spec = LogGroup {
        key: Some("arn:aws:kms:eu-central-1:123456789012:key/none".into()),
        ..group()
    };
    let sent = stage.send(ADDRESS, &spec, vec![Change::Create], None).await;
    assert_eq!(sent.expect_err("no such key").class, Class::Invalid);
}

#[tokio::test]
async fn what_is_retained_is_made_so_and_has_no_removal() {
    let stage = Stage::new().await;
    let retained = LogGroup {
        retain: true,
        ..group()
    };
    let outputs = stage.create(ADDRESS, &retained).await;
    stage.converged(&retained, &outputs).await;
    let there: Observed<LogGroup> = stage.observed(&outputs).await.expect("there");
    assert_eq!(LogGroup::removal(&there), []);
}
