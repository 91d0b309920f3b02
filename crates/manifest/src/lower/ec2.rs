//! `[ec2]`: instances, from the machine image to the capacity provider of the cluster.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, Ref, When};
use ashore_providers::aws::auto_scaling_group::AutoScalingGroup;
use ashore_providers::aws::capacity_provider::{self, CapacityProvider, Managed, Over};
use ashore_providers::aws::cluster::Cluster;
use ashore_providers::aws::cluster_capacity::ClusterCapacity;
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::instance_profile::InstanceProfile;
use ashore_providers::aws::key_pair::KeyPair;
use ashore_providers::aws::launch_template::LaunchTemplate;
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};
use serde_json::{Value, json};

use super::entrance::transport;
use super::ingress::Ways;
use super::network::Network;
use super::policy::policy;
use super::{LowerError, Lowering};
use crate::model::{Ec2, Fleet, Group, Layer, MachineImage, Ssh};

/// The part of the names of all of these.
const PART: &str = "instances";

/// The address of the security group of instances: that of every task which shares its instance's network.
pub(super) const INSTANCE_GROUP: &str = "ec2/security_group";

/// Ports that a task which shares its instance's network may get there [ECS developer guide: network modes: "the
/// ephemeral port range … 32768 through 61000"].
const DYNAMIC_PORTS: (i32, i32) = (32_768, 61_000);

/// For so long a new instance may be unhealthy: it boots (S3-18).
const GRACE_SECONDS: u32 = 300;

/// After so many seconds a new instance counts for managed scaling: its agent has joined by then.
const WARMUP_SECONDS: u32 = 120;

/// An answer about the instance reaches the instance itself and its agent. Containers have roles of their own, and the
/// instance's is none of their business.
const METADATA_HOPS: u32 = 1;

/// What ECS Managed Instances need, in AWS's own words.
const MANAGED_INSTANCE_POLICY: &str =
    "arn:aws:iam::aws:policy/AmazonECSInstanceRolePolicyForManagedInstances";
const MANAGED_INFRASTRUCTURE_POLICY: &str =
    "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances";

/// The instances, for services that run on them.
pub(super) struct Instances {
    /// The name of the capacity provider.
    pub(super) provider: Input<String>,
    /// What gives it to the cluster; none where it is the cluster's from the start.
    pub(super) attached: Option<Handle<ClusterCapacity>>,
}

impl Lowering<'_> {
    pub(super) fn instances(
        &mut self,
        ec2: &Ec2,
        network: &Network,
        ways: &BTreeMap<String, Ways>,
        cluster: &Input<String>,
    ) -> Result<Instances, LowerError> {
        let role = self.instance_role(ec2);
        let profile = self.graph.add(
            "ec2/instance_profile",
            &InstanceProfile {
                name: self.surroundings.names.global(PART, 128),
                role: role.get(Role::NAME_),
                tags: self.tags(),
            },
        );
        let security_group = self.instance_group(ec2, network, ways)?;
        let Fleet::Group(group) = &ec2.fleet else {
            return Ok(self.managed(ec2, network, cluster, &profile, &security_group));
        };
        let template = self.template(ec2, group, network, &profile, &security_group)?;
        let group = self.scaling_group(ec2, group, network, &template);
        let (handle, target) = group;
        let provider = self.provider(Over::Group(capacity_provider::Group {
            group: handle.get(AutoScalingGroup::ARN),
            target_percent: target,
            warmup_seconds: WARMUP_SECONDS,
            protects: true,
            drains: true,
        }));
        let attached = self.graph.add(
            "cluster/capacity[ec2]",
            &ClusterCapacity {
                cluster: cluster.clone(),
                providers: vec![provider.ready().get(CapacityProvider::NAME_)],
            },
        );
        Ok(Instances {
            provider: provider.get(CapacityProvider::NAME_),
            attached: Some(attached),
        })
    }

    fn provider(&mut self, over: Over) -> Handle<CapacityProvider> {
        self.graph.add(
            "ec2/capacity_provider",
            &CapacityProvider {
                name: unreserved(self.name(PART, 240)),
                over,
                tags: self.tags(),
            },
        )
    }

    fn scaling_group(
        &mut self,
        ec2: &Ec2,
        group: &Group,
        network: &Network,
        template: &Handle<LaunchTemplate>,
    ) -> (Handle<AutoScalingGroup>, u32) {
        let linked = self.linked_role("autoscaling", "autoscaling.amazonaws.com");
        let handle = self.graph.add(
            "ec2/group",
            &AutoScalingGroup {
                name: self.name(PART, 240),
                launch_template: template.get(LaunchTemplate::ID),
                instance_types: match ec2.instance_types.len() {
                    1 => Vec::new(), // the template's own
                    _ => ec2.instance_types.clone(),
                },
                min: group.min,
                max: group.max,
                subnets: network.task_subnets.clone(),
                grace_seconds: GRACE_SECONDS,
                protects_new: true,
                tags: self.named_tags(PART),
            },
        );
        self.graph.after(
            &handle,
            &linked,
            When::Named,
            "Auto Scaling acts in the account through its service-linked role",
        );
        for way_out in network.made.iter().flat_map(|made| &made.ways_out) {
            let why = "the agent of an instance joins its cluster over the internet";
            self.graph.after(&handle, way_out, When::Named, why);
        }
        for endpoint in network.made.iter().flat_map(|made| &made.endpoints) {
            let why = "the agent of an instance joins its cluster by way of it";
            self.graph.after(&handle, endpoint, When::Ready, why);
        }
        (handle, group.target)
    }

    fn template(
        &mut self,
        ec2: &Ec2,
        group: &Group,
        network: &Network,
        profile: &Handle<InstanceProfile>,
        security_group: &Handle<SecurityGroup>,
    ) -> Result<Handle<LaunchTemplate>, LowerError> {
        let image = match &group.image {
            MachineImage::Given(id) => id.clone(),
            MachineImage::Newest(_) => {
                let newest = self.surroundings.machine_image.clone();
                newest.ok_or(LowerError::Unread("ec2.image"))?
            }
        };
        let key_pair = group.ssh.as_ref().map(|ssh| {
            let pair = self.graph.add(
                "ec2/key_pair",
                &KeyPair {
                    name: self.name(PART, 240),
                    public_key: ssh.key.clone(),
                    tags: self.tags(),
                },
            );
            pair.get(KeyPair::NAME_)
        });
        let first = ec2.instance_types.first().cloned().unwrap_or_default();
        Ok(self.graph.add(
            "ec2/launch_template",
            &LaunchTemplate {
                name: self.name(PART, 120),
                image,
                instance_type: first,
                profile: profile.get(InstanceProfile::ARN),
                security_groups: vec![security_group.get(SecurityGroup::ID)],
                public_address: network.public_tasks,
                key_pair,
                metadata_hops: METADATA_HOPS,
                disk_gib: ec2.disk.0,
                cluster: Input::Ref(Ref {
                    address: "cluster".into(),
                    output: Cluster::NAME_.field().to_string(),
                    when: When::Named,
                }),
                script: group.script.clone(),
                tags: self.tags(),
            },
        ))
    }

    /// What may flow to the instances: from the balancer to the ports of tasks that share their network, and from
    /// those who log in.
    fn instance_group(
        &mut self,
        ec2: &Ec2,
        network: &Network,
        ways: &BTreeMap<String, Ways>,
    ) -> Result<Handle<SecurityGroup>, LowerError> {
        let services = self.manifest.services.values();
        let served = services.filter(|it| it.capacity.shares_network());
        let mut ingress: Vec<Rule> = Vec::new();
        for target in served.filter_map(|it| it.ingress.target()) {
            let behind = target.balancers.iter().filter_map(|name| ways.get(name));
            let reached = behind.flat_map(|ways| {
                let port = i32::from(*target.port);
                let ports = match ways.layer {
                    Layer::Classic => (port, port), // the same on every instance
                    Layer::Application | Layer::Network => DYNAMIC_PORTS,
                };
                ways.security_groups.iter().map(move |it| (it, ports))
            });
            for (group, (from_port, to_port)) in reached {
                let rule = Rule {
                    protocol: transport(target).to_string(),
                    from_port,
                    to_port,
                    source: Source::Group(group.clone()),
                    description: "from the load balancer".to_string(),
                };
                // Services behind one balancer need it once.
                if !ingress.contains(&rule) {
                    ingress.push(rule);
                }
            }
        }
        if let Fleet::Group(Group { ssh: Some(ssh), .. }) = &ec2.fleet {
            let from = self.ssh_from(ssh)?.into_iter();
            ingress.extend(from.map(|range| Rule {
                protocol: "tcp".to_string(),
                from_port: 22,
                to_port: 22,
                source: Source::Cidr4(range),
                description: "SSH".to_string(),
            }));
        }
        Ok(self.graph.add(
            INSTANCE_GROUP,
            &SecurityGroup {
                name: self.name(PART, 255),
                description: format!("Instances of {}", self.surroundings.names.stack),
                vpc: network.vpc.clone(),
                ingress,
                egress: vec![Rule::all_out()],
                tags: self.named_tags(PART),
            },
        ))
    }

    fn ssh_from(&self, ssh: &Ssh) -> Result<Vec<String>, LowerError> {
        if !ssh.from.is_empty() {
            return Ok(ssh.from.iter().map(ToString::to_string).collect());
        }
        let cidr = match &self.manifest.network {
            Some(network) => network.cidr.to_string(),
            None => {
                let vpc = self.surroundings.existing.vpc.as_ref();
                vpc.ok_or(LowerError::Unread("existing.vpc"))?.cidr.clone()
            }
        };
        Ok(vec![cidr])
    }

    /// By it the agent of an instance joins the cluster and tells what its tasks do. Images are pulled and logs written
    /// by each task's execution role.
    fn instance_role(&mut self, ec2: &Ec2) -> Handle<Role> {
        let (managed_policies, inline_policies) = match ec2.fleet {
            Fleet::Managed => (
                BTreeSet::from([MANAGED_INSTANCE_POLICY.to_string()]),
                BTreeMap::new(),
            ),
            Fleet::Group(_) => (
                BTreeSet::new(),
                BTreeMap::from([("agent".to_string(), self.agent_policy())]),
            ),
        };
        self.graph.add(
            "ec2/role",
            &Role {
                name: self.surroundings.names.global(PART, 64),
                trust: trust("ec2.amazonaws.com", json!({})),
                managed_policies,
                inline_policies,
                tags: self.tags(),
            },
        )
    }

    /// What the agent does [ECS developer guide: container instance IAM role], on our cluster and nothing else.
    fn agent_policy(&self) -> Value {
        let names = &self.surroundings.names;
        let (region, account) = (&names.region, &names.account);
        let name = self.name("cluster", 255);
        let arn = |what: &str| format!("arn:{}:ecs:{region}:{account}:{what}", partition(region));
        // A later life of the cluster bears its number behind the name.
        let clusters = [
            arn(&format!("cluster/{name}")),
            arn(&format!("cluster/{name}-g*")),
        ];
        policy(vec![
            json!({
                "Effect": "Allow",
                "Action": ["ecs:DiscoverPollEndpoint"],
                "Resource": "*", // it takes no resource [service authorization reference: ECS]
            }),
            json!({
                "Effect": "Allow",
                "Action": [
                    "ecs:DeregisterContainerInstance",
                    "ecs:RegisterContainerInstance",
                    "ecs:SubmitAttachmentStateChanges",
                    "ecs:SubmitContainerStateChange",
                    "ecs:SubmitTaskStateChange",
                ],
                "Resource": clusters,
            }),
            json!({
                "Effect": "Allow",
                "Action": [
                    "ecs:Poll",
                    "ecs:StartTelemetrySession",
                    "ecs:UpdateContainerInstancesState",
                ],
                "Resource": [
                    arn(&format!("container-instance/{name}/*")),
                    arn(&format!("container-instance/{name}-g*/*")),
                ],
            }),
        ])
    }

    /// ECS Managed Instances: a provider of the cluster's own, by a role through which ECS launches and ends them.
    fn managed(
        &mut self,
        ec2: &Ec2,
        network: &Network,
        cluster: &Input<String>,
        profile: &Handle<InstanceProfile>,
        security_group: &Handle<SecurityGroup>,
    ) -> Instances {
        let names = &self.surroundings.names;
        let partition = partition(&names.region);
        let instances = names.global(PART, 64);
        let role = format!("arn:{partition}:iam::{}:role/{instances}*", names.account);
        // AWS's own policy hands over roles called `ecsInstanceRole…` only.
        let pass = policy(vec![json!({
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": role,
            "Condition": { "StringEquals": { "iam:PassedToService": "ec2.amazonaws.com" } },
        })]);
        let infrastructure = self.graph.add(
            "ec2/infrastructure_role",
            &Role {
                name: names.global("infrastructure", 64),
                trust: trust(
                    "ecs.amazonaws.com",
                    json!({ "StringEquals": { "aws:SourceAccount": names.account } }),
                ),
                managed_policies: BTreeSet::from([MANAGED_INFRASTRUCTURE_POLICY.to_string()]),
                inline_policies: BTreeMap::from([("instances".to_string(), pass)]),
                tags: self.tags(),
            },
        );
        let provider = self.provider(Over::Managed(Managed {
            cluster: cluster.clone(),
            role: infrastructure.ready().get(Role::ARN),
            profile: profile.ready().get(InstanceProfile::ARN),
            subnets: network.task_subnets.clone(),
            security_groups: vec![security_group.get(SecurityGroup::ID)],
            disk_gib: ec2.disk.0,
            instance_types: ec2.instance_types.iter().cloned().collect(),
        }));
        Instances {
            provider: provider.ready().get(CapacityProvider::NAME_),
            attached: None,
        }
    }
}

/// Only this service may take the role on.
fn trust(service: &str, condition: Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": service },
        "Action": "sts:AssumeRole",
    });
    if condition.as_object().is_some_and(|it| !it.is_empty()) {
        statement["Condition"] = condition;
    }
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// A name that ECS takes: it keeps some beginnings to itself [ECS API: CreateCapacityProvider].
fn unreserved(name: String) -> String {
    let reserved = ["aws", "ecs", "fargate"];
    match reserved.iter().any(|word| name.starts_with(word)) {
        true => format!("on-{name}"),
        false => name,
    }
}
