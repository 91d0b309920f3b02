use std::collections::BTreeMap;

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live};
use ashore_providers::aws::listener::{self, Action, Listener};
use ashore_providers::aws::listener_rule::{self, ListenerRule};
use ashore_providers::aws::load_balancer::{self, IpAddressType, Layer, LoadBalancer};
use ashore_providers::aws::subnet::Ipv6;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::target_group::{self, HealthCheck, TargetGroup};
use aws_sdk_elasticloadbalancingv2 as elb;

use crate::in_twin::{InTwin, converged, cx, made, of_stack, pending, ready, removed, seen, send};
use crate::network::{Network, network};

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let pair = |(key, value): &(&str, &str)| ((*key).to_string(), (*value).to_string());
    Tags(pairs.iter().map(pair).collect())
}

fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags(pairs).0
}

fn balancer(network: &Network) -> LoadBalancer {
    let subnets = network.subnets[..2].iter().cloned();
    LoadBalancer {
        name: "hello-default".into(),
        layer: Layer::Application,
        scheme: "internet-facing".into(),
        subnets: subnets.map(Into::into).collect(),
        security_groups: vec![network.group.clone().into()],
        ip_address_type: IpAddressType::Ipv4,
        attributes: attributes(&[
            ("idle_timeout.timeout_seconds", "90"),
            ("deletion_protection.enabled", "true"),
        ]),
        tags: tags(&[("team", "a")]),
    }
}

fn group(network: &Network) -> TargetGroup {
    TargetGroup {
        name: "hello-default-web".into(),
        vpc: network.vpc.clone().into(),
        target_type: "ip".into(),
        port: 8080,
        protocol: "HTTP".into(),
        health: HealthCheck {
            path: "/".into(),
            port: "traffic-port".into(),
            protocol: "HTTP".into(),
            matcher: "200-399".into(),
            interval_seconds: 10,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        attributes: attributes(&[("deregistration_delay.timeout_seconds", "30")]),
        tags: tags(&[("team", "a")]),
    }
}

fn listener(balancer: &load_balancer::Outputs) -> Listener {
    Listener {
        load_balancer: balancer.arn.clone().into(),
        port: 80,
        protocol: "HTTP".into(),
        certificate: None,
        tls_policy: None,
        default_action: Action::Respond {
            status: 404,
            content_type: "text/plain".into(),
            body: "nothing here".into(),
        },
        tags: tags(&[("team", "a")]),
    }
}

fn rule(listener: &listener::Outputs, group: &target_group::Outputs) -> ListenerRule {
    ListenerRule {
        listener: listener.arn.clone().into(),
        priority: 10,
        hosts: vec!["hello.example.com".into()],
        paths: vec!["/api/*".into()],
        target_group: group.arn.clone().into(),
        login: None,
        tags: tags(&[("team", "a")]),
    }
}

/// One of each, each ready.
struct Front {
    balancer: load_balancer::Outputs,
    group: target_group::Outputs,
    listener: listener::Outputs,
    rule: listener_rule::Outputs,
}

async fn front(world: &InTwin, network: &Network) -> Front {
    let aws = &world.aws;
    let spec = balancer(network);
    let balancer = made(aws, &cx("lb"), &spec).await;
    let (balancer, _) = ready(aws, &cx("lb"), &spec, balancer).await;
    let group = made(aws, &cx("group"), &group(network)).await;
    let listener = made(aws, &cx("listener"), &listener(&balancer)).await;
    let rule = made(aws, &cx("rule"), &rule(&listener, &group)).await;
    Front {
        balancer,
        group,
        listener,
        rule,
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_made_is_what_was_wanted_and_is_found_again() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);

    let wanted = balancer(&network);
    assert_eq!(seen(aws, &wanted, &front.balancer).await.spec, wanted);
    let found = wanted.find(aws, &cx("lb")).await.unwrap();
    let unprotected = load_balancer::Outputs {
        protected: false, // only the state knows whose protection it is
        ..front.balancer.clone()
    };
    assert_eq!(found, Found::Ours(unprotected));

    let wanted = group(&network);
    assert_eq!(seen(aws, &wanted, &front.group).await.spec, wanted);
    let found = wanted.find(aws, &cx("group")).await.unwrap();
    assert_eq!(found, Found::Ours(front.group.clone()));

    let wanted = listener(&front.balancer);
    assert_eq!(seen(aws, &wanted, &front.listener).await.spec, wanted);
    let found = wanted.find(aws, &cx("listener")).await.unwrap();
    assert_eq!(found, Found::Ours(front.listener.clone()));

    let wanted = rule(&front.listener, &front.group);
    assert_eq!(seen(aws, &wanted, &front.rule).await.spec, wanted);
    let found = wanted.find(aws, &cx("rule")).await.unwrap();
    assert_eq!(found, Found::Ours(front.rule.clone()));
}

#[tokio::test(start_paused = true)]
async fn a_balancer_names_itself_at_once_and_is_ready_when_active() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let spec = balancer(&network);
    let outputs = made(&world.aws, &cx("lb"), &spec).await;
    assert!(outputs.dns_name.ends_with(".elb.amazonaws.com"));
    let (_, words) = ready(&world.aws, &cx("lb"), &spec, outputs).await;
    assert!(words.iter().all(|word| word == "provisioning"));
    // 150 s, every 5 s, and more often at first.
    assert!((30..70).contains(&words.len()), "{}", words.len());
}

#[tokio::test(start_paused = true)]
async fn each_field_of_a_balancer_can_be_changed() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    type Alter = fn(&mut LoadBalancer, &Network);
    let changes: [(&str, Alter); 6] = [
        ("subnets", |spec, network| {
            spec.subnets.push(network.subnets[2].clone().into());
        }),
        ("fewer subnets", |_, _| {}),
        ("an attribute", |spec, _| {
            spec.attributes = attributes(&[("idle_timeout.timeout_seconds", "30")]);
        }),
        ("a tag", |spec, _| spec.tags = tags(&[("team", "b")])),
        ("another tag", |spec, _| spec.tags = tags(&[("x", "y")])),
        ("no tag", |spec, _| spec.tags = tags(&[])),
    ];
    let mut before = balancer(&network);
    for (what, change) in changes {
        let mut spec = balancer(&network);
        change(&mut spec, &network);
        // What the last spec wrote is ours to take away too.
        let there = LoadBalancer::observe(aws, &front.balancer).await.unwrap();
        let mut there = there.unwrap();
        there.spec = there.spec.owned(&[&spec, &before]);
        let changes = spec.changes(Some(&there));
        assert_ne!(changes, [], "{what}");
        let outputs = Some(front.balancer.clone());
        send(aws, &cx("lb"), &spec, changes, outputs).await.unwrap();
        assert_eq!(pending(aws, &spec, &front.balancer).await, [], "{what}");
        before = spec;
    }
}

#[tokio::test(start_paused = true)]
async fn each_field_of_a_target_group_can_be_changed() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let changes: [fn(&mut TargetGroup); 7] = [
        |spec| spec.health.matcher = "200".into(),
        |spec| spec.health.interval_seconds = 20,
        |spec| spec.health.timeout_seconds = 6,
        |spec| spec.health.healthy_threshold = 4,
        |spec| spec.health.unhealthy_threshold = 4,
        |spec| spec.attributes = attributes(&[("deregistration_delay.timeout_seconds", "5")]),
        |spec| spec.tags = tags(&[("team", "b")]),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut spec = group(&network);
        change(&mut spec);
        let sent = converged(aws, &cx("group"), &spec, &front.group).await;
        assert!(!sent.is_empty(), "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_field_of_a_listener_and_a_rule_can_be_changed() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let mut another = group(&network);
    another.name = "hello-default-api".into();
    let another = made(aws, &cx("another"), &another).await;

    let mut spec = listener(&front.balancer);
    for action in [
        Action::Redirect {
            protocol: "HTTPS".into(),
            port: "443".into(),
            status: "HTTP_301".into(),
        },
        Action::Forward {
            target_group: another.arn.clone().into(),
        },
        spec.default_action.clone(),
    ] {
        spec.default_action = action;
        let sent = converged(aws, &cx("listener"), &spec, &front.listener).await;
        assert_eq!(sent, [listener::Change::Modify]);
    }
    spec.port = 8080;
    let sent = converged(aws, &cx("listener"), &spec, &front.listener).await;
    assert_eq!(sent, [listener::Change::Move]);
    spec.tags = tags(&[("team", "b")]);
    let sent = converged(aws, &cx("listener"), &spec, &front.listener).await;
    assert_eq!(sent, [listener::Change::Tag]);

    let mut spec = rule(&front.listener, &front.group);
    spec.hosts.push("www.example.com".into());
    let sent = converged(aws, &cx("rule"), &spec, &front.rule).await;
    assert_eq!(sent, [listener_rule::Change::Modify]);
    (spec.hosts, spec.paths) = (vec![], vec![]);
    let sent = converged(aws, &cx("rule"), &spec, &front.rule).await;
    assert_eq!(sent, [listener_rule::Change::Modify]);
    spec.target_group = another.arn.clone().into();
    let sent = converged(aws, &cx("rule"), &spec, &front.rule).await;
    assert_eq!(sent, [listener_rule::Change::Modify]);
    spec.priority = 11;
    let sent = converged(aws, &cx("rule"), &spec, &front.rule).await;
    assert_eq!(sent, [listener_rule::Change::Priority]);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_adds_to_a_rule_is_seen_and_taken_out() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let source = elb::types::SourceIpConditionConfig::builder().values("10.0.0.0/8");
    let host = elb::types::HostHeaderConditionConfig::builder().values("hello.example.com");
    let path = elb::types::PathPatternConditionConfig::builder().values("/api/*");
    let condition = elb::types::RuleCondition::builder;
    let by_hand = elb::Client::new(&world.sdk)
        .modify_rule()
        .rule_arn(&front.rule.arn)
        .conditions(
            condition()
                .field("host-header")
                .host_header_config(host.build())
                .build(),
        )
        .conditions(
            condition()
                .field("path-pattern")
                .path_pattern_config(path.build())
                .build(),
        )
        .conditions(
            condition()
                .field("source-ip")
                .source_ip_config(source.build())
                .build(),
        );
    by_hand.send().await.unwrap();
    let spec = rule(&front.listener, &front.group);
    let there = seen(aws, &spec, &front.rule).await;
    assert_eq!(there.outputs.foreign, ["a condition on source-ip"]);
    let sent = converged(aws, &cx("rule"), &spec, &front.rule).await;
    assert_eq!(sent, [listener_rule::Change::Modify]);
}

#[tokio::test(start_paused = true)]
async fn names_ports_and_priorities_of_others_are_told() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let other = of_stack("other", "x");
    let foreign = |found: String| {
        assert!(
            found.starts_with("Foreign") && found.contains("hello-default"),
            "{found}"
        );
    };
    let found = balancer(&network).find(aws, &other).await.unwrap();
    foreign(format!("{found:?}"));
    let found = group(&network).find(aws, &other).await.unwrap();
    foreign(format!("{found:?}"));
    let found = listener(&front.balancer).find(aws, &other).await.unwrap();
    foreign(format!("{found:?}"));
    let spec = rule(&front.listener, &front.group);
    foreign(format!("{:?}", spec.find(aws, &other).await.unwrap()));
    let taken = send(aws, &other, &spec, spec.changes(None), None).await;
    assert_eq!(taken.unwrap_err().class, Class::Exists);
}

#[tokio::test(start_paused = true)]
async fn all_tags_are_read_at_once_and_one_missing_object_hides_no_other() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let from = world.so_far();
    let (balancer, group, listener, rule) = futures_util::join!(
        LoadBalancer::observe(aws, &front.balancer),
        TargetGroup::observe(aws, &front.group),
        Listener::observe(aws, &front.listener),
        ListenerRule::observe(aws, &front.rule),
    );
    assert!(balancer.unwrap().is_some() && group.unwrap().is_some());
    assert!(listener.unwrap().is_some() && rule.unwrap().is_some());
    let mut asked = world.asked(from);
    asked.sort();
    let expected = [
        "DescribeListeners",
        "DescribeLoadBalancerAttributes",
        "DescribeLoadBalancers",
        "DescribeRules",
        "DescribeTags",
        "DescribeTargetGroupAttributes",
        "DescribeTargetGroups",
    ];
    assert_eq!(
        asked,
        expected.map(|name| format!("elasticloadbalancing:{name}"))
    );

    removed::<ListenerRule>(aws, &cx("rule"), &front.rule).await;
    let (listener, rule) = futures_util::join!(
        Listener::observe(aws, &front.listener),
        ListenerRule::observe(aws, &front.rule),
    );
    assert!(listener.unwrap().is_some());
    assert_eq!(rule, Ok(None));
}

/// Seed: B6.
#[tokio::test(start_paused = true)]
async fn a_group_in_use_waits_and_a_balancer_is_gone_with_its_interfaces() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let spec = group(&network);
    let delete = vec![target_group::Change::Delete];
    let refused = send(aws, &cx("group"), &spec, delete, Some(front.group.clone())).await;
    assert_eq!(refused.unwrap_err().class, Class::Dependency);

    assert_eq!(
        removed::<ListenerRule>(aws, &cx("rule"), &front.rule)
            .await
            .len(),
        0
    );
    removed::<Listener>(aws, &cx("listener"), &front.listener).await;
    let holders = removed::<LoadBalancer>(aws, &cx("lb"), &front.balancer).await;
    assert!(
        holders.len() > 1 && holders[0].contains("eni-"),
        "{holders:?}"
    );
    removed::<TargetGroup>(aws, &cx("group"), &front.group).await;

    let stack = cx("x").mark.stack;
    assert_eq!(LoadBalancer::list(aws, &stack).await, Ok(vec![]));
    assert_eq!(TargetGroup::list(aws, &stack).await, Ok(vec![]));
}

#[tokio::test(start_paused = true)]
async fn everything_of_a_stack_is_listed() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let stack = cx("x").mark.stack;
    assert_eq!(LoadBalancer::list(aws, &stack).await.unwrap().len(), 1);
    assert_eq!(TargetGroup::list(aws, &stack).await, Ok(vec![front.group]));
    assert_eq!(Listener::list(aws, &stack).await, Ok(vec![front.listener]));
    assert_eq!(ListenerRule::list(aws, &stack).await, Ok(vec![front.rule]));
    let other = of_stack("other", "x").mark.stack;
    assert_eq!(ListenerRule::list(aws, &other).await, Ok(vec![]));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_has_protected_is_not_deleted() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, front) = (&world.aws, front(&world, &network).await);
    let theirs = load_balancer::Outputs {
        protected: false,
        ..front.balancer
    };
    let there = LoadBalancer::observe(aws, &theirs).await.unwrap().unwrap();
    let removal = LoadBalancer::removal(&there);
    let refused = send(aws, &cx("lb"), &there.spec, removal, Some(theirs)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "OperationNotPermitted");
    assert_eq!(refused.class, Class::Invalid);
    assert!(refused.advice[0].contains("deletion_protection.enabled"));
}

#[tokio::test(start_paused = true)]
async fn a_balancer_is_reached_by_ipv6_where_its_subnets_have_it() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let (aws, ec2) = (&world.aws, aws_sdk_ec2::Client::new(&world.sdk));
    let outputs = made(aws, &cx("lb"), &balancer(&network)).await;
    let (outputs, _) = ready(aws, &cx("lb"), &balancer(&network), outputs).await;
    let dual = LoadBalancer {
        ip_address_type: IpAddressType::Dualstack,
        ..balancer(&network)
    };
    let sent = vec![load_balancer::Change::IpAddressType];
    let refused = send(aws, &cx("lb"), &dual, sent.clone(), Some(outputs.clone())).await;
    assert_eq!(refused.unwrap_err().code, "ValidationError");

    let associate = ec2.associate_vpc_cidr_block().vpc_id(&network.vpc);
    let made = associate.amazon_provided_ipv6_cidr_block(true).send().await;
    let block = made.unwrap().ipv6_cidr_block_association.unwrap();
    let block = block.ipv6_cidr_block.unwrap();
    for (number, subnet) in network.subnets.iter().enumerate() {
        let range = Ipv6::range(&block, u8::try_from(number).unwrap()).unwrap();
        let associate = ec2.associate_subnet_cidr_block().subnet_id(subnet);
        associate.ipv6_cidr_block(range).send().await.unwrap();
    }
    assert_eq!(converged(aws, &cx("lb"), &dual, &outputs).await, sent);
    let there = seen(aws, &dual, &outputs).await;
    assert_eq!(there.spec.ip_address_type, IpAddressType::Dualstack);
    assert_eq!(
        converged(aws, &cx("lb"), &balancer(&network), &outputs).await,
        sent
    );
}
