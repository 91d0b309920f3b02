//! A repository: made, changed, kept or taken away.

use ashore_engine::kind::{Found, Kind, Live};
use ashore_providers::aws::repository::{
    Change, Mutability, Outputs, Removal, Repository, lifecycle,
};
use ashore_providers::aws::tags::Tags;
use serde_json::json;

use crate::stage::{Stage, stack};
use crate::{ADDRESS, NAME, repository};

#[tokio::test]
async fn a_repository_lives() {
    let stage = Stage::new().await;
    let rows = [
        Repository {
            mutability: Mutability::of(true),
            ..repository()
        },
        Repository {
            mutability: Mutability {
                immutable: true,
                except: ["latest".to_string()].into(),
            },
            ..repository()
        },
        Repository {
            scan_on_push: false,
            ..repository()
        },
        Repository {
            lifecycle: Some(lifecycle::keep(3)),
            ..repository()
        },
        Repository {
            lifecycle: None,
            policy: Some(json!({ "Version": "2012-10-17", "Statement": [{
                "Sid": "Push",
                "Effect": "Allow",
                "Principal": { "AWS": ["arn:aws:iam::123456789012:root"] },
                "Action": ["ecr:BatchGetImage", "ecr:PutImage"],
            }]})),
            ..repository()
        },
        Repository {
            removal: Removal::Delete,
            ..repository()
        },
        Repository {
            tags: Tags([("cost".to_string(), "x".to_string())].into()),
            ..repository()
        },
    ];
    stage.life(ADDRESS, &repository(), &rows).await;
}

#[tokio::test]
async fn a_repository_of_that_name_that_is_not_ours_is_foreign() {
    let stage = Stage::new().await;
    let made = stage.ecr().create_repository().repository_name(NAME).send();
    made.await.expect("anybody may");
    let found = repository().find(&stage.aws, &stage.cx(ADDRESS)).await;
    let Ok(Found::Foreign(foreign)) = found else {
        panic!("{found:?}");
    };
    assert!(foreign.who.contains(NAME), "{foreign:?}");
}

#[tokio::test]
async fn what_holds_images_stays_and_is_ours_again() {
    let stage = Stage::new().await;
    let outputs: Outputs = stage.create(ADDRESS, &repository()).await;
    stage.pushed("one", "1.0").await;
    let there = stage.observed::<Repository>(&outputs).await.expect("there");
    assert!(there.outputs.holds_images);
    assert_eq!(Repository::removal(&there), []);
    // Somebody pushed after it was looked at.
    let delete = vec![Change::Delete { images: false }];
    let spec = repository();
    let stays = stage.send(ADDRESS, &spec, delete, Some(outputs.clone()));
    let refused = stays.await.expect_err("it stays");
    assert_eq!(refused.code, "RepositoryNotEmptyException");
    assert!(refused.advice[0].contains("pushed"), "{refused:?}");
    let found = repository().find(&stage.aws, &stage.cx(ADDRESS)).await;
    assert!(matches!(found, Ok(Found::Ours(_))), "{found:?}");
    let listed = Repository::list(&stage.aws, &stack())
        .await
        .expect("it is listed");
    assert_eq!(listed.len(), 1);
    // And with its images, if that is what was said.
    let delete = vec![Change::Delete { images: true }];
    let gone = stage.send(ADDRESS, &spec, delete, Some(outputs.clone()));
    gone.await.expect("it goes");
    assert!(stage.observed::<Repository>(&outputs).await.is_none());
}
