//! An image: pushed, kept, found again, and not expired as long as it is in use.

use std::time::Duration;

use ashore_engine::kind::{Found, Kind, Live, Observed};
use ashore_providers::aws::image::{Change, Image};

use crate::stage::{Stage, stack};
use crate::{ADDRESS, IMAGE, NAME, image_of, local, repository};

#[tokio::test]
async fn what_was_built_is_pushed_once() {
    let stage = Stage::new().await;
    stage.create(ADDRESS, &repository()).await;
    let built = local("one");
    let spec = image_of(&built);
    stage.aws.images.hold(built);
    let outputs = stage.create(IMAGE, &spec).await;
    stage.converged(&spec, &outputs).await;
    let found = spec.find(&stage.aws, &stage.cx(IMAGE)).await;
    assert!(matches!(found, Ok(Found::Ours(_))), "{found:?}");
    let listed = Image::list(&stage.aws, &stack())
        .await
        .expect("it is listed");
    assert_eq!(listed.len(), 1);

    // The next generation of the same content uploads nothing.
    let from = stage.twin.log().len();
    let mut again = spec.clone();
    again.at_generation(2);
    stage.create(IMAGE, &again).await;
    let log = stage.twin.log();
    let uploads = log[from..].iter();
    let uploads = uploads.filter(|call| call.operation.contains("Layer"));
    assert_eq!(uploads.count(), 0);
    assert_eq!(stage.digests().await, std::slice::from_ref(&spec.digest));

    // Each has its own tag, and the image stays when both are gone.
    for spec in [spec, again] {
        let outputs = match spec.find(&stage.aws, &stage.cx(IMAGE)).await {
            Ok(Found::Ours(outputs)) => outputs,
            other => panic!("{other:?}"),
        };
        stage.remove(IMAGE, &spec, &outputs).await;
    }
    assert_eq!(stage.digests().await.len(), 1);
}

#[tokio::test]
async fn a_tag_that_somebody_takes_away_is_put_back() {
    let stage = Stage::new().await;
    stage.create(ADDRESS, &repository()).await;
    let built = local("one");
    let spec = image_of(&built);
    stage.aws.images.hold(built);
    let outputs = stage.create(IMAGE, &spec).await;
    let take = |tag: &str| {
        let id = aws_sdk_ecr::types::ImageIdentifier::builder().image_tag(tag);
        let take = stage.ecr().batch_delete_image().repository_name(NAME);
        take.image_ids(id.build()).send()
    };
    let built_tag = spec.built_tag.clone().expect("it was built");
    take(&built_tag).await.expect("anybody may");
    let there: Observed<Image> = stage.observed(&outputs).await.expect("there");
    assert_eq!(spec.changes(Some(&there)), [Change::Name]);
    stage
        .send(IMAGE, &spec, vec![Change::Name], Some(outputs.clone()))
        .await
        .expect("it is put back");
    stage.converged(&spec, &outputs).await;
    take(&spec.live_tag).await.expect("anybody may");
    assert!(stage.observed::<Image>(&outputs).await.is_none());
}

/// The lifecycle policy keeps ten. CI pushes twelve more; the one that a release uses is none of the ten.
#[tokio::test]
async fn an_image_in_use_is_never_expired() {
    let stage = Stage::new().await;
    stage.create(ADDRESS, &repository()).await;
    let built = local("live");
    let spec = image_of(&built);
    stage.aws.images.hold(built);
    let outputs = stage.create(IMAGE, &spec).await;
    for push in 0..12 {
        stage.twin.advance(Duration::from_secs(60));
        stage
            .pushed(&format!("push {push}"), &format!("1.{push}"))
            .await;
    }
    stage.twin.advance(Duration::from_secs(2 * 24 * 3600));
    let digests = stage.digests().await;
    assert_eq!(digests.len(), 11, "ten, and the one in use");
    assert!(digests.contains(&spec.digest));

    // Nobody needs it any more.
    stage.remove(IMAGE, &spec, &outputs).await;
    stage.twin.advance(Duration::from_secs(2 * 24 * 3600));
    let digests = stage.digests().await;
    assert_eq!(digests.len(), 10);
    assert!(!digests.contains(&spec.digest));
}

#[tokio::test]
async fn what_is_nowhere_is_told() {
    let stage = Stage::new().await;
    stage.create(ADDRESS, &repository()).await;
    let spec = image_of(&local("never held"));
    let sent = stage.send(IMAGE, &spec, spec.changes(None), None).await;
    let failure = sent.expect_err("nobody has it");
    assert_eq!(failure.code, "ImageNotHere");
}
