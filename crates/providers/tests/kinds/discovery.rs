//! Examples of the kinds by which services find each other.

use ashore_providers::aws::discovery_service::{self, DiscoveryService};
use ashore_providers::aws::namespace::{self, Namespace};
use ashore_providers::aws::tags::Tags;

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![namespace(), discovery_service()]
}

fn namespace() -> Example {
    let spec = Namespace {
        name: "hello-default.internal".into(),
        vpc: Some("vpc-1".to_string().into()),
        tags: Tags::default().named("hello"),
    };
    let outputs = namespace::Outputs {
        id: "ns-1".into(),
        arn: "arn:aws:servicediscovery:eu-central-1:1:namespace/ns-1".into(),
        operation: None,
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Namespace| it.name.push('x'))
        .altered("vpc", |it: &mut Namespace| {
            it.vpc = Some("vpc-2".to_string().into());
        })
        .altered("tags", |it: &mut Namespace| it.tags = Tags::default())
}

fn discovery_service() -> Example {
    let spec = DiscoveryService {
        name: "api".into(),
        namespace: "ns-1".to_string().into(),
        ttl_seconds: 10,
        tags: Tags::default().named("hello"),
    };
    let outputs = discovery_service::Outputs {
        id: "srv-1".into(),
        arn: "arn:aws:servicediscovery:eu-central-1:1:service/srv-1".into(),
        operation: None,
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut DiscoveryService| it.name.push('x'))
        .altered("namespace", |it: &mut DiscoveryService| {
            it.namespace = "ns-2".to_string().into();
        })
        .altered("ttl_seconds", |it: &mut DiscoveryService| {
            it.ttl_seconds = 60;
        })
        .altered("tags", |it: &mut DiscoveryService| {
            it.tags = Tags::default()
        })
}
