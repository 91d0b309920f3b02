use ashore_engine::kind::{Found, Kind, Live};
use ashore_providers::aws::classic_balancer::{ClassicBalancer, Draining, HealthCheck, Listener};

use crate::in_twin::{InTwin, converged, cx, made, of_stack, removed, seen};
use crate::network::{Network, network};
use crate::tags;

fn balancer(network: &Network) -> ClassicBalancer {
    let subnets = network.subnets[..2].iter().cloned();
    ClassicBalancer {
        name: "hello-default".into(),
        scheme: "internet-facing".into(),
        subnets: subnets.map(Into::into).collect(),
        security_groups: vec![network.group.clone().into()],
        listeners: vec![listener(80)],
        health: HealthCheck {
            target: "HTTP:8080/healthz".into(),
            interval_seconds: 30,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        cross_zone: true,
        idle_timeout_seconds: 90,
        draining: Some(Draining { seconds: 30 }),
        access_logs: None,
        tags: tags(&[("team", "a")]),
    }
}

fn listener(port: u16) -> Listener {
    Listener {
        port,
        protocol: "HTTP".into(),
        instance_port: 8080,
        instance_protocol: "HTTP".into(),
        certificate: None,
        tls_policy: None,
    }
}

/// Seed: S3-14.
#[tokio::test(start_paused = true)]
async fn a_classic_balancer_is_made_as_wanted_and_goes_again() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let aws = &world.aws;
    let spec = balancer(&network);
    let there = made(aws, &cx("classic"), &spec).await;
    let now = seen(aws, &spec, &there).await;
    assert_eq!(now.spec, spec);
    assert!(now.outputs.zone_id.is_some());
    let found = spec.find(aws, &cx("classic")).await.unwrap();
    assert_eq!(found, Found::Ours(now.outputs.clone()));
    let other = spec.find(aws, &of_stack("other", "x")).await.unwrap();
    assert!(matches!(&other, Found::Foreign(whose) if whose.who.contains("hello-default")));
    let stack = cx("classic").mark.stack;
    assert_eq!(ClassicBalancer::list(aws, &stack).await.unwrap().len(), 1);
    let holders = removed::<ClassicBalancer>(aws, &cx("classic"), &there).await;
    assert!(!holders.is_empty(), "its interfaces outlive it");
    assert_eq!(ClassicBalancer::list(aws, &stack).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn each_field_of_a_classic_balancer_can_be_changed() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let aws = &world.aws;
    let mut spec = balancer(&network);
    let there = made(aws, &cx("classic"), &spec).await;
    type Alter = fn(&mut ClassicBalancer, &Network);
    let changes: [(&str, Alter); 9] = [
        ("a subnet more", |it, network| {
            it.subnets.push(network.subnets[2].clone().into());
        }),
        ("a subnet less", |it, _| drop(it.subnets.remove(0))),
        ("a port more", |it, _| it.listeners.push(listener(81))),
        ("another port", |it, _| it.listeners[1].instance_port = 8081),
        ("a port less", |it, _| drop(it.listeners.remove(0))),
        ("health", |it, _| it.health.target = "TCP:8080".into()),
        ("cross-zone", |it, _| it.cross_zone = false),
        ("no draining", |it, _| it.draining = None),
        ("a tag", |it, _| it.tags = tags(&[("team", "b")])),
    ];
    for (what, change) in changes {
        change(&mut spec, &network);
        let sent = converged(aws, &cx("classic"), &spec, &there).await;
        assert!(!sent.is_empty(), "{what}");
    }
    let now = seen(aws, &spec, &there).await;
    assert_eq!(spec.changes(Some(&now)), []);
}
