//! An example of a secret.

use ashore_providers::aws::secret::{Content, Outputs, Recovery, Secret};
use ashore_providers::aws::tags::Tags;

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    let spec = Secret {
        name: "hello-default-registry".into(),
        description: "the registry's user and password".into(),
        content: Content::Given {
            source: "registry password from env:GHCR_TOKEN".into(),
        },
        recovery: Recovery::None,
        scheduled_for_deletion: false,
        tags: Tags::default().named("hello"),
    };
    let outputs = Outputs {
        arn: "arn:aws:secretsmanager:eu-central-1:1:secret:hello-default-registry-AbCdEf".into(),
        name: spec.name.clone(),
        version: Some(format!("{}-given", "a2".repeat(16))),
    };
    let secret = Example::of(&spec, &outputs)
        .altered("name", |it: &mut Secret| it.name.push('x'))
        .altered("description", |it: &mut Secret| it.description.clear())
        .altered("content", |it: &mut Secret| {
            it.content = Content::Version {
                id: "d2f8a5b0-1c8e-4a52-9d7b-0123456789ab".into(),
            };
        })
        .altered("recovery", |it: &mut Secret| {
            it.recovery = Recovery::Days(7);
        })
        .altered("scheduled_for_deletion", |it: &mut Secret| {
            it.scheduled_for_deletion = true;
        })
        .altered("tags", |it: &mut Secret| it.tags = Tags::default());
    vec![secret]
}
