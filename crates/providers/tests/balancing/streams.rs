use ashore_engine::kind::{Found, Kind, Live};
use ashore_providers::aws::listener::{self, Action, Listener};
use ashore_providers::aws::load_balancer::{Layer, LoadBalancer, Outputs};
use ashore_providers::aws::target_group;

use crate::in_twin::{InTwin, converged, cx, made, pending, removed, seen};
use crate::network::network;
use crate::{active, asks, balancer, connects, group, tags};

fn listener(balancer: &Outputs, group: &target_group::Outputs, protocol: &str) -> Listener {
    Listener {
        load_balancer: balancer.arn.clone().into(),
        port: 5432,
        protocol: protocol.into(),
        certificate: None,
        tls_policy: None,
        default_action: Action::Forward {
            target_group: group.arn.clone().into(),
        },
        tags: tags(&[("team", "a")]),
    }
}

#[tokio::test(start_paused = true)]
async fn connections_go_through_a_network_balancer_as_wanted() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let aws = &world.aws;
    let mut spec = balancer(&network, Layer::Network);
    let outputs = active(&world, &spec).await;
    assert!(outputs.arn.contains(":loadbalancer/net/"), "{outputs:?}");
    assert_eq!(seen(aws, &spec, &outputs).await.spec, spec);
    let found = spec.find(aws, &cx("lb")).await.unwrap();
    assert_eq!(found, Found::Ours(outputs.clone()));
    let stack = cx("lb").mark.stack;
    assert_eq!(
        LoadBalancer::list(aws, &stack).await.unwrap(),
        std::slice::from_ref(&outputs)
    );

    let targets = group(&network, "TCP", connects());
    let to = made(aws, &cx("group"), &targets).await;
    assert_eq!(seen(aws, &targets, &to).await.spec, targets);
    let mut port = listener(&outputs, &to, "TCP");
    let there = made(aws, &cx("listener"), &port).await;
    assert_eq!(seen(aws, &port, &there).await.spec, port);
    assert_eq!(
        Listener::list(aws, &stack).await.unwrap(),
        std::slice::from_ref(&there)
    );
    port.port = 5433;
    let sent = converged(aws, &cx("listener"), &port, &there).await;
    assert_eq!(sent, [listener::Change::Move]);

    for value in ["true", "false"] {
        spec.attributes = tags(&[("load_balancing.cross_zone.enabled", value)]).0;
        let sent = converged(aws, &cx("lb"), &spec, &outputs).await;
        assert_eq!(sent.len(), 1, "{value}");
    }
    spec.subnets.push(network.subnets[2].clone().into());
    let sent = converged(aws, &cx("lb"), &spec, &outputs).await;
    assert_eq!(sent.len(), 1, "another subnet");

    removed::<Listener>(aws, &cx("listener"), &there).await;
    let holders = removed::<LoadBalancer>(aws, &cx("lb"), &outputs).await;
    assert!(!holders.is_empty(), "its interfaces outlive it");
}

#[tokio::test(start_paused = true)]
async fn each_field_of_a_group_of_connections_can_be_changed() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let aws = &world.aws;
    let mut spec = group(&network, "TCP", asks());
    let there = made(aws, &cx("group"), &spec).await;
    assert_eq!(seen(aws, &spec, &there).await.spec, spec);
    spec.health.matcher = "200".into();
    spec.health.unhealthy_threshold = 5;
    let sent = converged(aws, &cx("group"), &spec, &there).await;
    assert_eq!(sent, [target_group::Change::Health]);
    let sticky = ("stickiness.enabled".to_string(), "true".to_string());
    spec.attributes.extend([sticky]);
    let sent = converged(aws, &cx("group"), &spec, &there).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    let mut other = spec.clone();
    other.health = connects();
    let seen = seen(aws, &spec, &there).await;
    let replacement = other.replaced_by(&seen).unwrap();
    assert_eq!(
        replacement.fields,
        ["health.path", "health.port", "health.protocol"]
    );
}

#[tokio::test(start_paused = true)]
async fn datagrams_are_balanced_and_asked_for_by_connection() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let aws = &world.aws;
    let outputs = active(&world, &balancer(&network, Layer::Network)).await;
    let targets = group(&network, "UDP", asks());
    let to = made(aws, &cx("group"), &targets).await;
    assert_eq!(pending(aws, &targets, &to).await, []);
    let port = listener(&outputs, &to, "UDP");
    let there = made(aws, &cx("listener"), &port).await;
    assert_eq!(seen(aws, &port, &there).await.spec, port);
}

#[tokio::test(start_paused = true)]
async fn logs_that_cannot_be_written_are_refused_with_the_policy_that_it_takes() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let mut spec = balancer(&network, Layer::Application);
    let outputs = active(&world, &spec).await;
    spec.attributes = tags(&[
        ("access_logs.s3.bucket", "nobodys"),
        ("access_logs.s3.enabled", "true"),
    ])
    .0;
    let change = pending(&world.aws, &spec, &outputs).await.remove(0);
    let sent = spec
        .send(&world.aws, &cx("lb"), &change, Some(&outputs))
        .await;
    let refused = sent.unwrap_err();
    assert!(refused.advice.join(" ").contains("s3:PutObject"));
}
