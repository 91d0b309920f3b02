//! What instances stand on: a network, a role, a cluster.

use std::collections::BTreeMap;

use ashore_engine::input::Input;
use ashore_engine::kind::Wait;
use ashore_providers::aws::auto_scaling_group::{self, AutoScalingGroup};
use ashore_providers::aws::capacity_provider::{self, CapacityProvider, Group, Over};
use ashore_providers::aws::cluster::{self, Cluster};
use ashore_providers::aws::cluster_capacity::{self, ClusterCapacity};
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::instance_profile::InstanceProfile;
use ashore_providers::aws::internet_gateway::InternetGateway;
use ashore_providers::aws::launch_template::LaunchTemplate;
use ashore_providers::aws::route_table::{Route, RouteTable};
use ashore_providers::aws::security_group::{Rule, SecurityGroup};
use ashore_providers::aws::service_linked_role::ServiceLinkedRole;
use ashore_providers::aws::subnet::Subnet;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::vpc::Vpc;
use serde_json::json;

use crate::stage::Stage;

pub(crate) struct Ground {
    pub(crate) cluster: cluster::Outputs,
    pub(crate) subnets: Vec<Input<String>>,
    pub(crate) group: String,
    pub(crate) profile: String,
    pub(crate) image: String,
}

pub(crate) fn tags(value: &str) -> Tags {
    Tags([("team".to_string(), value.to_string())].into())
}

pub(crate) fn profile(role: &str) -> InstanceProfile {
    InstanceProfile {
        name: "hello-default-instances".into(),
        role: role.to_string().into(),
        tags: tags("a"),
    }
}

pub(crate) fn role() -> Role {
    let allow = |actions: &[&str]| json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    let policy = allow(&["ecs:RegisterContainerInstance", "ecs:Poll"]);
    Role {
        name: "hello-default-instances".into(),
        trust: json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }]}),
        managed_policies: [].into(),
        inline_policies: BTreeMap::from([(
            "agent".to_string(),
            json!({"Version": "2012-10-17", "Statement": [policy]}),
        )]),
        tags: tags("a"),
    }
}

impl Ground {
    pub(crate) async fn new(stage: &Stage) -> Self {
        for service in ["ecs.amazonaws.com", "autoscaling.amazonaws.com"] {
            let linked = ServiceLinkedRole {
                service: service.into(),
            };
            stage.create(service, &linked).await;
        }
        let vpc = Vpc {
            cidr: "10.0.0.0/16".into(),
            dns_hostnames: true,
            ipv6: false,
            tags: tags("a"),
        };
        let vpc = stage.create("network/vpc", &vpc).await.id;
        let gateway = InternetGateway {
            vpc: vpc.clone().into(),
            tags: tags("a"),
        };
        let gateway = stage.create("network/gateway", &gateway).await.id;
        let mut subnets = Vec::new();
        for (index, zone) in ["eu-central-1a", "eu-central-1b"].iter().enumerate() {
            let subnet = Subnet {
                vpc: vpc.clone().into(),
                cidr: format!("10.0.{index}.0/24"),
                zone: zone.to_string(),
                ipv6: None,
                tags: tags("a"),
            };
            let made = stage.create(&format!("network/{zone}"), &subnet).await;
            subnets.push(Input::Known(made.id));
        }
        let routes = RouteTable {
            vpc: vpc.clone().into(),
            routes: vec![Route {
                destination: "0.0.0.0/0".into(),
                gateway: gateway.into(),
            }],
            subnets: subnets.clone(),
            tags: tags("a"),
        };
        stage.create("network/routes", &routes).await;
        let group = SecurityGroup {
            name: "hello-default-instances".into(),
            description: "Instances".into(),
            vpc: vpc.into(),
            ingress: Vec::new(),
            egress: vec![Rule::all_out()],
            tags: tags("a"),
        };
        let group = stage.create("ec2/security_group", &group).await.id;
        stage.create("ec2/role", &role()).await;
        let profile = profile("hello-default-instances");
        let profile = stage.create("ec2/instance_profile", &profile).await.arn;
        let cluster = Cluster {
            name: "hello-default".into(),
            container_insights: "disabled".into(),
            tags: tags("a"),
        };
        let cluster = stage.create("cluster", &cluster).await;
        let image = stage.aws.machine_image(false).await.expect("AWS tells");
        Self {
            cluster,
            subnets,
            group,
            profile,
            image,
        }
    }

    pub(crate) fn template(&self) -> LaunchTemplate {
        LaunchTemplate {
            name: "hello-default-instances".into(),
            image: self.image.clone(),
            instance_type: "t3.small".into(),
            profile: self.profile.clone().into(),
            security_groups: vec![self.group.clone().into()],
            public_address: true,
            key_pair: None,
            metadata_hops: 1,
            disk_gib: 30,
            cluster: self.cluster.name.clone().into(),
            script: "echo hello".into(),
            tags: tags("a"),
        }
    }

    pub(crate) fn group(&self, template: &str) -> AutoScalingGroup {
        AutoScalingGroup {
            name: "hello-default-instances".into(),
            launch_template: template.to_string().into(),
            instance_types: Vec::new(),
            min: 0,
            max: 4,
            subnets: self.subnets.clone(),
            grace_seconds: 300,
            protects_new: true,
            tags: tags("a"),
        }
    }

    pub(crate) fn attachment(&self, provider: &str) -> ClusterCapacity {
        ClusterCapacity {
            cluster: self.cluster.arn.clone().into(),
            providers: vec![provider.to_string().into()],
        }
    }
}

pub(crate) fn provider(group: &str) -> CapacityProvider {
    CapacityProvider {
        name: "hello-default-instances".into(),
        over: Over::Group(Group {
            group: group.to_string().into(),
            target_percent: 100,
            warmup_seconds: 120,
            protects: true,
            drains: true,
        }),
        tags: tags("a"),
    }
}

/// Instances that come and go with the tasks.
pub(crate) struct Fleet {
    pub(crate) group: auto_scaling_group::Outputs,
    pub(crate) provider: capacity_provider::Outputs,
    pub(crate) attachment: cluster_capacity::Outputs,
}

impl Fleet {
    pub(crate) async fn new(stage: &Stage, ground: &Ground, group: &AutoScalingGroup) -> Self {
        let group = stage.create("ec2/group", group).await;
        let provider = provider(&group.arn);
        let made = stage.create("ec2/capacity_provider", &provider).await;
        let attachment = ground.attachment(&made.name);
        let address = "cluster/capacity[ec2]";
        let attached = stage.create(address, &attachment).await;
        let ready = stage.wait(address, &attachment, &attached, Wait::Healthy);
        ready.await.answer.expect("it is attached");
        Self {
            group,
            provider: made,
            attachment: attached,
        }
    }
}
