//! Examples of a repository and of an image in it.

use ashore_engine::input::Input;
use ashore_providers::aws::image::{self, Image, built_tag, live_tag};
use ashore_providers::aws::repository::{self, Mutability, Removal, Repository, lifecycle};
use ashore_providers::aws::tags::Tags;
use serde_json::json;

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![repository(), image()]
}

fn repository() -> Example {
    let spec = Repository {
        name: "hello-default-app".into(),
        mutability: Mutability::of(false),
        scan_on_push: true,
        kms_key: None,
        lifecycle: Some(lifecycle::keep(10)),
        policy: None,
        removal: Removal::Retain,
        tags: Tags::default().named("hello"),
    };
    let outputs = repository::Outputs {
        name: spec.name.clone(),
        arn: "arn:aws:ecr:eu-central-1:123456789012:repository/hello-default-app".into(),
        uri: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/hello-default-app".into(),
        holds_images: false,
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Repository| it.name.push('x'))
        .altered("mutability", |it: &mut Repository| {
            it.mutability.immutable = true;
        })
        .altered("scan_on_push", |it: &mut Repository| {
            it.scan_on_push = false;
        })
        .altered("kms_key", |it: &mut Repository| {
            it.kms_key = Some("arn:aws:kms:eu-central-1:123456789012:key/k".into());
        })
        .altered("lifecycle", |it: &mut Repository| it.lifecycle = None)
        .altered("policy", |it: &mut Repository| {
            it.policy = Some(json!({ "Version": "2012-10-17", "Statement": [] }));
        })
        .altered("removal", |it: &mut Repository| {
            it.removal = Removal::Delete;
        })
        .altered("tags", |it: &mut Repository| it.tags = Tags::default())
}

fn image() -> Example {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let spec = Image {
        repository: Input::Known("hello-default-app".into()),
        live_tag: live_tag("web", &digest),
        digest: digest.clone(),
        built_tag: Some(built_tag("sha256:cd")),
    };
    let outputs = image::Outputs {
        repository: "hello-default-app".into(),
        digest,
        live_tag: spec.live_tag.clone(),
        built_tag: spec.built_tag.clone(),
    };
    Example::of(&spec, &outputs)
        .altered("repository", |it: &mut Image| {
            it.repository = Input::Known("other".into());
        })
        .altered("digest", |it: &mut Image| it.digest.push('0'))
        .altered("live_tag", |it: &mut Image| it.live_tag.push('x'))
        .altered("built_tag", |it: &mut Image| {
            it.built_tag = Some(built_tag("sha256:ef"));
        })
}
