//! What a service stands on, made the short way: two subnets, a group, a balancer in front.

use std::collections::BTreeMap;

use ashore_engine::kind::Wait;
use ashore_providers::aws::listener::{Action, Listener};
use ashore_providers::aws::load_balancer::{IpAddressType, Layer, LoadBalancer};
use ashore_providers::aws::target_group::{HealthCheck, TargetGroup};
use ashore_providers::aws::task_definition::TaskDefinition;

use crate::names::{cluster, definition, logs, role, tags};
use crate::stage::{REGION, Stage};

/// Everything that a service refers to.
pub(crate) struct Ground {
    pub(crate) subnets: Vec<String>,
    pub(crate) group: String,
    pub(crate) target_group: String,
    pub(crate) cluster: String,
    pub(crate) role: String,
}

impl Stage {
    pub(crate) async fn ground(&self) -> Ground {
        let ec2 = aws_sdk_ec2::Client::new(&self.config);
        let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await;
        let vpc = vpc
            .expect("a VPC")
            .vpc
            .and_then(|it| it.vpc_id)
            .expect("its id");
        let gateway = ec2
            .create_internet_gateway()
            .send()
            .await
            .expect("a gateway");
        let gateway = gateway
            .internet_gateway
            .and_then(|it| it.internet_gateway_id);
        let attach = ec2.attach_internet_gateway().vpc_id(&vpc);
        let attached = attach.set_internet_gateway_id(gateway.clone()).send().await;
        attached.expect("it is attached");
        let mut subnets = Vec::new();
        for (zone, range) in [("a", "10.0.0.0/24"), ("b", "10.0.1.0/24")] {
            let create = ec2.create_subnet().vpc_id(&vpc).cidr_block(range);
            let made = create
                .availability_zone(format!("{REGION}{zone}"))
                .send()
                .await;
            let subnet = made.expect("a subnet").subnet.and_then(|it| it.subnet_id);
            subnets.push(subnet.expect("its id"));
        }
        let table = ec2.create_route_table().vpc_id(&vpc).send().await;
        let table = table.expect("a table").route_table;
        let table = table.and_then(|it| it.route_table_id).expect("its id");
        let route = ec2.create_route().route_table_id(&table);
        let route = route.destination_cidr_block("0.0.0.0/0");
        let routed = route.set_gateway_id(gateway).send().await;
        routed.expect("a way out");
        for subnet in &subnets {
            let associate = ec2.associate_route_table().route_table_id(&table);
            associate
                .subnet_id(subnet)
                .send()
                .await
                .expect("associated");
        }
        let create = ec2.create_security_group().vpc_id(&vpc);
        let made = create.group_name("tasks").description("tasks").send().await;
        let group = made.expect("a group").group_id.expect("its id");
        let allow = ec2.authorize_security_group_ingress().group_id(&group);
        let allow = allow.ip_protocol("-1").cidr_ip("0.0.0.0/0");
        allow.send().await.expect("anybody may come in");

        let targets = self.create("web/targets", &target_group(&vpc)).await;
        let balancer = LoadBalancer {
            name: "hello-default".into(),
            layer: Layer::Application,
            scheme: "internet-facing".into(),
            subnets: subnets.iter().cloned().map(Into::into).collect(),
            security_groups: vec![group.clone().into()],
            ip_address_type: IpAddressType::Ipv4,
            attributes: BTreeMap::new(),
            tags: tags("a"),
        };
        let made = self.create("balancer", &balancer).await;
        let ready = self.wait("balancer", &balancer, &made, Wait::Healthy).await;
        ready.answer.expect("it is there");
        let listener = Listener {
            load_balancer: made.arn.into(),
            port: 80,
            protocol: "HTTP".into(),
            certificate: None,
            tls_policy: None,
            default_action: Action::Forward {
                target_group: targets.arn.clone().into(),
            },
            tags: tags("a"),
        };
        self.create("listener", &listener).await;
        self.create("logs", &logs()).await;
        Ground {
            subnets,
            group,
            target_group: targets.arn,
            cluster: self.create("cluster", &cluster()).await.arn,
            role: self.create("roles/execution", &role()).await.arn,
        }
    }

    /// A revision with this image. It has a task role, without which no service lets commands be run
    /// in its containers.
    pub(crate) async fn revision(&self, ground: &Ground, image: &str) -> String {
        let definition = TaskDefinition {
            task_role: Some(ground.role.clone().into()),
            ..definition(&ground.role, image)
        };
        self.create(&format!("web/{image}"), &definition).await.arn
    }
}

fn target_group(vpc: &str) -> TargetGroup {
    TargetGroup {
        name: "hello-default-web".into(),
        vpc: vpc.to_string().into(),
        target_type: "ip".into(),
        port: 80,
        protocol: "HTTP".into(),
        health: HealthCheck {
            path: "/".into(),
            port: "traffic-port".into(),
            protocol: "HTTP".into(),
            matcher: "200-399".into(),
            interval_seconds: 10,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 2,
        },
        attributes: [(
            "deregistration_delay.timeout_seconds".to_string(),
            "10".to_string(),
        )]
        .into(),
        tags: tags("a"),
    }
}
