//! A queue: made, changed, deleted; its name is not free for a minute.

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Live, Observed};
use ashore_providers::aws::queue::{Change, DeadLetter, Queue};
use ashore_providers::aws::tags::Tags;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::stage::Stage;

const ADDRESS: &str = "queues.orders/queue";

fn queue(name: &str) -> Queue {
    Queue {
        name: name.into(),
        visibility_timeout_seconds: 300,
        retention_seconds: 345_600,
        dead_letter: None,
        encrypted: true,
        tls_only: true,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

#[tokio::test]
async fn a_queue_lives_with_its_dead_letters_elsewhere() {
    let stage = Stage::new().await;
    let dead = stage
        .create("queues.orders/dead_letter_queue", &queue("orders-dead"))
        .await;
    let first = Queue {
        dead_letter: Some(DeadLetter {
            queue: dead.arn.clone().into(),
            after: 5,
        }),
        ..queue("orders")
    };
    let bare = Queue {
        dead_letter: None,
        tls_only: false,
        encrypted: false,
        visibility_timeout_seconds: 30,
        tags: Tags::default(),
        ..first.clone()
    };
    let outputs = stage.create(ADDRESS, &first).await;
    stage.converged(&first, &outputs).await;
    let outputs = stage.change(ADDRESS, &first, &bare, &outputs).await;
    let outputs = stage.change(ADDRESS, &bare, &first, &outputs).await;
    assert_eq!(
        stage.found(ADDRESS, &first).await,
        Found::Ours(outputs.clone())
    );
    let foreign = stage.found("somebody/else", &first).await;
    assert!(matches!(foreign, Found::Foreign(_)), "{foreign:?}");
}

#[tokio::test]
async fn a_name_is_free_a_minute_after() {
    let stage = Stage::new().await;
    let outputs = stage.create(ADDRESS, &queue("orders")).await;
    let (cx, spec) = (stage.cx(ADDRESS), queue("orders"));
    let deleted = spec.send(&stage.aws, &cx, &Change::Delete, Some(&outputs));
    deleted.await.expect("it goes");
    let again = spec.send(&stage.aws, &cx, &Change::Create, None).await;
    if let Err(refused) = again {
        assert_eq!(refused.class, Class::Eventual, "{refused:?}");
    }
    stage.create(ADDRESS, &queue("orders")).await;
}

#[tokio::test]
async fn a_policy_of_somebody_elses_is_seen() {
    let stage = Stage::new().await;
    let outputs = stage.create(ADDRESS, &queue("orders")).await;
    let sqs = aws_sdk_sqs::Client::new(&stage.config);
    let set = sqs.set_queue_attributes().queue_url(&outputs.url);
    let set = set.attributes(QueueAttributeName::Policy, "");
    set.send().await.expect("anybody may");
    let there: Observed<Queue> = stage.observed(&outputs).await.expect("there");
    assert!(!there.spec.tls_only);
}
