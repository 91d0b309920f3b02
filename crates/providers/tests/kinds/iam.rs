//! Examples of who may do what.

use std::collections::{BTreeMap, BTreeSet};

use ashore_providers::aws::iam_role::{self, Role};
use ashore_providers::aws::service_linked_role::{self, ServiceLinkedRole};
use ashore_providers::aws::tags::Tags;
use serde_json::{Value, json};

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![role(), service_linked_role()]
}

fn trust(service: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": "sts:AssumeRole",
        }],
    })
}

fn allowing(action: &str) -> BTreeMap<String, Value> {
    let statement = json!([{ "Effect": "Allow", "Action": action, "Resource": "*" }]);
    let policy = json!({ "Version": "2012-10-17", "Statement": statement });
    BTreeMap::from([("own".to_string(), policy)])
}

fn role() -> Example {
    let spec = Role {
        name: "hello-default-web-abc123".into(),
        trust: trust("ecs-tasks.amazonaws.com"),
        managed_policies: BTreeSet::from(["arn:aws:iam::aws:policy/ReadOnlyAccess".into()]),
        inline_policies: allowing("s3:GetObject"),
        tags: Tags::default().named("hello"),
    };
    let outputs = iam_role::Outputs {
        name: "hello-default-web-abc123".into(),
        arn: "arn:aws:iam::1:role/hello-default-web-abc123".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Role| it.name.push('x'))
        .altered("trust", |it: &mut Role| {
            it.trust = trust("ec2.amazonaws.com");
        })
        .altered("managed_policies", |it: &mut Role| {
            it.managed_policies.clear();
        })
        .altered("inline_policies", |it: &mut Role| {
            it.inline_policies = allowing("s3:PutObject");
        })
        .altered("tags", |it: &mut Role| it.tags = Tags::default())
}

fn service_linked_role() -> Example {
    let spec = ServiceLinkedRole {
        service: "ecs.amazonaws.com".into(),
    };
    let outputs = service_linked_role::Outputs {
        name: "AWSServiceRoleForECS".into(),
        arn: "arn:aws:iam::1:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS".into(),
    };
    Example::of(&spec, &outputs).unmanaged(
        "service",
        "the account's and not ours: used as it is, never changed",
    )
}
