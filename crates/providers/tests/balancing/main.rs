//! Network load balancers, logins and web ACLs: their verbs against the twin in this process.

mod classic;
#[path = "../ingress/in_twin.rs"]
#[allow(dead_code, reason = "not every world is asked everything")]
mod in_twin;
mod login;
#[path = "../ingress/network.rs"]
mod network;
mod streams;
mod web_acl;

use std::collections::BTreeMap;

use ashore_providers::aws::load_balancer::{IpAddressType, Layer, LoadBalancer, Outputs};
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::target_group::{HealthCheck, TargetGroup};

use crate::in_twin::{InTwin, cx, made, ready};
use crate::network::Network;

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let pair = |(key, value): &(&str, &str)| ((*key).to_string(), (*value).to_string());
    Tags(pairs.iter().map(pair).collect())
}

fn balancer(network: &Network, layer: Layer) -> LoadBalancer {
    let subnets = network.subnets[..2].iter().cloned();
    LoadBalancer {
        name: "hello-default".into(),
        layer,
        scheme: "internal".into(),
        subnets: subnets.map(Into::into).collect(),
        security_groups: vec![network.group.clone().into()],
        ip_address_type: IpAddressType::Ipv4,
        attributes: BTreeMap::new(),
        tags: tags(&[("team", "a")]),
    }
}

fn group(network: &Network, protocol: &str, health: HealthCheck) -> TargetGroup {
    TargetGroup {
        name: "hello-default-db".into(),
        vpc: network.vpc.clone().into(),
        target_type: "ip".into(),
        port: 5432,
        protocol: protocol.into(),
        health,
        attributes: tags(&[("deregistration_delay.timeout_seconds", "30")]).0,
        tags: tags(&[("team", "a")]),
    }
}

/// Asks for no more than a connection.
fn connects() -> HealthCheck {
    HealthCheck {
        path: String::new(),
        port: "traffic-port".into(),
        protocol: "TCP".into(),
        matcher: String::new(),
        interval_seconds: 10,
        timeout_seconds: 5,
        healthy_threshold: 2,
        unhealthy_threshold: 3,
    }
}

/// Asks for a page.
fn asks() -> HealthCheck {
    HealthCheck {
        path: "/healthz".into(),
        port: "8080".into(),
        protocol: "HTTP".into(),
        matcher: "200-299".into(),
        ..connects()
    }
}

/// One that is active.
async fn active(world: &InTwin, spec: &LoadBalancer) -> Outputs {
    let outputs = made(&world.aws, &cx("lb"), spec).await;
    ready(&world.aws, &cx("lb"), spec, outputs).await.0
}
