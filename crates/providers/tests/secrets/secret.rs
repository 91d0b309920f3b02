//! A secret: made, given another value, put back, scheduled for deletion, restored.

use std::time::Duration;

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live, Observed};
use ashore_providers::aws::secret::vault::Vault;
use ashore_providers::aws::secret::{Change, Content, Recovery, Secret};
use ashore_providers::aws::tags::Tags;
use ashore_twin::{Action, Fault, Side};

use crate::stage::Stage;
use crate::{ADDRESS, GENERATED, NAME, generated, secret};

#[tokio::test]
async fn a_given_secret_lives() {
    let stage = Stage::new().await.given("s3cret");
    let described = Secret {
        description: "another".into(),
        recovery: Recovery::Days(7),
        ..secret()
    };
    let tagged = Secret {
        tags: Tags([("cost".to_string(), "x".to_string())].into()),
        ..secret()
    };
    stage.life(ADDRESS, &secret(), &[described, tagged]).await;
}

#[tokio::test]
async fn a_value_is_written_once_and_compared_from_then_on() {
    let stage = Stage::new().await.given("one");
    let outputs = stage.create(ADDRESS, &secret()).await;
    assert_eq!(stage.value(NAME).await, "one");
    stage.converged(&secret(), &outputs).await;

    let stage = stage.given("two");
    let there: Observed<Secret> = stage.observed(&outputs).await.expect("there");
    let before = there.spec.clone();
    assert!(matches!(before.content, Content::Version { .. }));
    assert_eq!(secret().changes(Some(&there)), [Change::Put]);
    let outputs = stage.change(ADDRESS, &before, &secret(), &outputs).await;
    assert_eq!(stage.value(NAME).await, "two");

    // The undo: what was there before is a version, and is staged again.
    let stage = stage.given("two");
    let outputs = stage
        .send(
            ADDRESS,
            &before,
            before.changes(stage.observed(&outputs).await.as_ref()),
            Some(outputs),
        )
        .await
        .expect("it is staged");
    assert_eq!(stage.value(NAME).await, "one");
    let there: Observed<Secret> = stage.observed(&outputs).await.expect("there");
    assert_eq!(there.spec.content, before.content);
    assert_eq!(there.outputs, outputs);
}

#[tokio::test]
async fn another_value_of_somebody_elses_is_seen_without_a_right_to_read_it() {
    let stage = Stage::new().await.given("one");
    let outputs = stage.create(ADDRESS, &secret()).await;
    let bare = Stage {
        aws: stage.aws.clone().with_vault(Vault::default()),
        ..stage
    };
    bare.converged(
        &Secret {
            content: Content::Given {
                source: "an earlier run".into(),
            },
            ..secret()
        },
        &outputs,
    )
    .await;
    bare.put(NAME, "theirs").await;
    let there: Observed<Secret> = bare.observed(&outputs).await.expect("there");
    assert_eq!(secret().changes(Some(&there)), [Change::Put]);
    let read = bare.twin.log();
    assert!(read.iter().all(|call| call.operation != "GetSecretValue"));
    // Nobody knows where else that value is: it can be had back.
    let delete = Change::Delete(Recovery::Days(7));
    assert_eq!(Secret::removal(&there), [delete]);
}

#[tokio::test]
async fn a_generated_value_is_made_once_and_survives_its_deletion() {
    let stage = Stage::new().await.given("x");
    let spec = generated(64);
    let outputs = stage.create(ADDRESS, &spec).await;
    let value = stage.value(GENERATED).await;
    assert!(value.len() == 64 && value.chars().all(|c| c.is_ascii_alphanumeric()));
    stage.converged(&spec, &outputs).await;

    stage
        .send(
            ADDRESS,
            &spec,
            Secret::removal(&stage.observed(&outputs).await.expect("there")),
            Some(outputs.clone()),
        )
        .await
        .expect("it is scheduled");
    let listed = Secret::list(&stage.aws, &crate::stage::stack()).await;
    assert_eq!(listed.expect("listed"), []);
    let again = stage.send(ADDRESS, &spec, vec![Change::Create], None).await;
    assert_eq!(again.expect_err("the name is taken").class, Class::Exists);
    assert_eq!(
        stage.found(ADDRESS, &spec).await,
        Found::Ours(outputs.clone())
    );
    let there: Observed<Secret> = stage.observed(&outputs).await.expect("there");
    assert_eq!(Secret::removal(&there), [], "its deletion was accepted");
    assert_eq!(spec.changes(Some(&there)), [Change::Restore]);
    let before = there.spec.clone();
    let outputs = stage.change(ADDRESS, &before, &spec, &outputs).await;
    assert_eq!(stage.value(GENERATED).await, value);

    // The undo of that numbers its days again.
    let back = before.changes(stage.observed(&outputs).await.as_ref());
    assert_eq!(back, [Change::Schedule]);
    let sent = stage.send(ADDRESS, &before, back, Some(outputs)).await;
    sent.expect("it is scheduled again");
}

#[tokio::test]
async fn a_generated_value_of_another_length_is_made_anew_and_a_foreign_one_stands() {
    let stage = Stage::new().await.given("x");
    let outputs = stage.create(ADDRESS, &generated(32)).await;
    let short = stage.value(GENERATED).await;
    let there: Observed<Secret> = stage.observed(&outputs).await.expect("there");
    let before = there.spec.clone();
    let outputs = stage
        .change(ADDRESS, &before, &generated(64), &outputs)
        .await;
    assert_eq!(stage.value(GENERATED).await.len(), 64);
    let back = before.changes(stage.observed(&outputs).await.as_ref());
    let sent = stage.send(ADDRESS, &before, back, Some(outputs)).await;
    let outputs = sent.expect("it is staged");
    assert_eq!(stage.value(GENERATED).await, short);

    stage.put(GENERATED, "theirs").await;
    let there: Observed<Secret> = stage.observed(&outputs).await.expect("there");
    assert_eq!(generated(64).changes(Some(&there)), []);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_version() {
    for spec in [secret(), generated(64)] {
        let stage = Stage::new().await.given("one");
        let outputs = stage.create(ADDRESS, &spec).await;
        stage.twin.fault(Fault {
            service: Some("secretsmanager".into()),
            operation: Some("PutSecretValue".into()),
            mutating_nth: None,
            nth: 1,
            times: 1,
            side: Side::After,
            action: Action::Drop,
        });
        let cx = stage.cx(ADDRESS);
        let put = || spec.send(&stage.aws, &cx, &Change::Put, Some(&outputs));
        assert_eq!(put().await.expect_err("lost").class, Class::Unknown);
        let written = stage.value(&spec.name).await;
        let outputs = put().await.expect("it was applied");
        assert_eq!(stage.value(&spec.name).await, written);
        stage.converged(&spec, &outputs).await;
    }
}

#[tokio::test]
async fn a_name_that_is_being_freed_clears_by_itself() {
    let stage = Stage::new().await.given("one");
    let outputs = stage.create(ADDRESS, &secret()).await;
    stage.remove(ADDRESS, &secret(), &outputs).await;
    assert_eq!(stage.found(ADDRESS, &secret()).await, Found::Absent);
    let cx = stage.cx(ADDRESS);
    let again = secret().send(&stage.aws, &cx, &Change::Create, None).await;
    let refused = again.expect_err("the name is not free yet");
    assert_eq!(refused.class, Class::Eventual);
    stage.twin.advance(Duration::from_secs(600));
    stage.create(ADDRESS, &secret()).await;
}

#[tokio::test]
async fn who_may_not_read_is_told_what_it_takes() {
    let stage = Stage::new().await.given("one");
    let outputs = stage.create(ADDRESS, &secret()).await;
    stage.twin.fault(Fault {
        service: Some("secretsmanager".into()),
        operation: Some("GetSecretValue".into()),
        mutating_nth: None,
        nth: 1,
        times: 0,
        side: Side::Before,
        action: Action::Refuse {
            status: 400,
            code: "AccessDeniedException".into(),
            message: "User is not authorized to perform: secretsmanager:GetSecretValue".into(),
        },
    });
    let denied = Secret::observe(&stage.aws, &outputs).await;
    let denied = denied.expect_err("denied is neither absent nor equal");
    assert_eq!(denied.class, Class::Denied);
    assert!(
        denied
            .advice
            .join(" ")
            .contains("secretsmanager:GetSecretValue")
    );
}
