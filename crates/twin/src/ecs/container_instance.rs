//! Container instances: EC2 instances whose agent joined a cluster.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listing::{check_include, page};
use super::resources::{self, RESERVED};
use super::{Ecs, managed_scaling, names, placement, refuse, roles};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{autoscaling, ec2, iam};

/// A container instance.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct ContainerInstance {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) cluster: String,
    /// The EC2 instance.
    pub(super) ec2: String,
    pub(super) provider: Option<String>,
    pub(super) status: Status,
    pub(super) cpu: u32,
    pub(super) memory: u32,
    pub(super) interfaces: u32,
    pub(super) zone: String,
    pub(super) subnet: String,
    pub(super) kind: String,
    pub(super) image: String,
    pub(super) architecture: String,
    pub(super) registered: Millis,
    pub(super) version: u32,
    pub(super) tags: Tags,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Active,
    Draining,
    /// Deregistered, or its host is gone.
    Inactive,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Active => "ACTIVE",
            Status::Draining => "DRAINING",
            Status::Inactive => "INACTIVE",
        }
    }
}

/// What an instance may do that its agent needs.
const ACTION: &str = "ecs:RegisterContainerInstance";

/// The agent of an instance tries to join the cluster that its user data names. False: it may not, or there is no such
/// cluster; the agent tries again.
pub(crate) fn register(world: &mut World, region: &str, ec2_id: &str) -> bool {
    let Some(found) = ec2::instance(world, region, ec2_id).cloned() else {
        return true;
    };
    let managed = super::managed_provider::owner(world, region, ec2_id);
    let cluster = match &managed {
        Some((cluster, _)) => cluster.clone(),
        None => ec2::cluster_of(found.user_data.as_deref()),
    };
    let arn = format!("arn:aws:ecs:{region}:{}:cluster/{cluster}", world.account);
    let known = world
        .region(region)
        .ecs
        .clusters
        .get(&cluster)
        .is_some_and(|it| it.active);
    if !known || (managed.is_none() && !may(world, &found, &arn)) {
        return false;
    }
    let ecs = &world.region(region).ecs;
    if ecs
        .instances
        .values()
        .any(|it| it.ec2 == ec2_id && it.status != Status::Inactive)
    {
        return true;
    }
    let Ok(kind) = ec2::instance_type(&found.kind) else {
        return true;
    };
    let provider = match managed {
        Some((_, provider)) => Some(provider),
        None => provider_of(world, region, &cluster, ec2_id),
    };
    let id = world.ids.hex("", 32);
    let instance = ContainerInstance {
        arn: format!(
            "arn:aws:ecs:{region}:{}:container-instance/{cluster}/{id}",
            world.account
        ),
        id: id.clone(),
        cluster: cluster.clone(),
        ec2: ec2_id.to_owned(),
        provider,
        status: Status::Active,
        cpu: kind.vcpus * 1024,
        memory: registered_memory(kind.memory),
        interfaces: kind.interfaces,
        zone: found.zone,
        subnet: found.subnet,
        kind: found.kind,
        image: found.image,
        architecture: kind.architecture().to_owned(),
        registered: world.now,
        version: 1,
        tags: Tags::default(),
    };
    world.region(region).ecs.instances.insert(id, instance);
    placement::room(world, region, &cluster);
    managed_scaling::look(world, region);
    true
}

/// The operating system keeps some of the memory (assumed; 3885 of 4096 MiB is a figure that users report).
pub(super) fn registered_memory(mebibytes: u32) -> u32 {
    mebibytes - mebibytes / 20
}

/// The provider over the group that the instance is in, if the cluster has it.
fn provider_of(world: &World, region: &str, cluster: &str, ec2_id: &str) -> Option<String> {
    let group = autoscaling::group_of(world, region, ec2_id)?;
    let ecs = &world.regions.get(region)?.ecs;
    let cluster = ecs.clusters.get(cluster)?;
    let mut providers = cluster
        .providers
        .iter()
        .filter_map(|name| ecs.provider(name));
    let found = providers.find(|it| it.group().is_some_and(|over| over.arn == group.arn));
    found.map(|it| it.name.clone())
}

/// Whether the role in the instance's profile lets the agent register.
fn may(world: &World, instance: &ec2::Instance, cluster_arn: &str) -> bool {
    let Some((arn, _)) = &instance.profile else {
        return false;
    };
    let profile = world
        .iam
        .instance_profiles
        .values()
        .find(|it| it.arn == *arn);
    let role = profile
        .and_then(|it| it.role.as_deref())
        .and_then(|name| iam::role(world, name));
    let Some(role) = role else { return false };
    let delay = Duration::from_millis(world.timing.iam_propagation);
    let request = iam::Request {
        action: ACTION,
        resource: cluster_arn,
        context: Default::default(),
    };
    role.created + delay <= world.now
        && roles::trusts(&role.trust, "ec2.amazonaws.com")
        && iam::evaluate(world, role, &request) == iam::Verdict::Allowed
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let status = input.text("status")?;
    input.accept("filter", &[json!("")])?;
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    let known = [
        "ACTIVE",
        "DRAINING",
        "REGISTERING",
        "DEREGISTERING",
        "REGISTRATION_FAILED",
    ];
    if let Some(other) = status.as_deref().filter(|word| !known.contains(word)) {
        return Err(refuse::parameter(format!("Unknown status {other}.")));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let instances = call.here().ecs.instances.values();
    let arns = instances
        .filter(|it| it.cluster == cluster && it.status != Status::Inactive)
        .filter(|it| {
            status
                .as_deref()
                .is_none_or(|word| word == it.status.word())
        })
        .map(|it| json!(it.arn))
        .collect();
    let (arns, next) = page(arns, limit, 100, token)?;
    Ok(json!({ "containerInstanceArns": arns, "nextToken": next }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let wanted = input.texts("containerInstances")?;
    let include = input.texts("include")?;
    input.finish()?;
    check_include(&include, &["TAGS", "CONTAINER_INSTANCE_HEALTH"])?;
    if wanted.is_empty() || wanted.len() > 100 {
        return Err(refuse::parameter(if wanted.is_empty() {
            "Container instances cannot be empty."
        } else {
            "You can describe up to 100 container instances at once."
        }));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let (found, failures) = find(call, &cluster, &wanted);
    let ecs = &call.here().ecs;
    let found: Vec<Value> = found
        .iter()
        .filter_map(|id| ecs.instances.get(id))
        .map(|it| it.view(ecs, &include))
        .collect();
    Ok(json!({ "containerInstances": found, "failures": failures }))
}

/// The ids of those that there are in the cluster, and failures for the others.
pub(super) fn find(
    call: &mut Call<'_>,
    cluster: &str,
    wanted: &[String],
) -> (Vec<String>, Vec<Value>) {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for given in wanted {
        let id = names::task(given);
        let arn = call.arn("ecs", &format!("container-instance/{cluster}/{id}"));
        match call
            .here()
            .ecs
            .instances
            .get(id)
            .filter(|it| it.cluster == cluster)
        {
            Some(it) => found.push(it.id.clone()),
            None => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
        }
    }
    (found, failures)
}

/// The one that is meant; a deregistered one is not there any more.
pub(super) fn one(call: &mut Call<'_>, cluster: &str, given: &str) -> Result<String, Refusal> {
    let id = names::task(given);
    let found = call.here().ecs.instances.get(id);
    let found = found.filter(|it| it.cluster == cluster && it.status != Status::Inactive);
    found
        .map(|it| it.id.clone())
        .ok_or_else(|| refuse::parameter("Referenced container instance not found."))
}

/// A cluster has other providers now: its instances belong to those over their groups.
pub(super) fn adopt(world: &mut World, region: &str, cluster: &str) {
    let ecs = &world.region(region).ecs;
    let mine = ecs.instances.values().filter(|it| it.cluster == cluster);
    let mine: Vec<(String, String)> = mine.map(|it| (it.id.clone(), it.ec2.clone())).collect();
    for (id, ec2_id) in mine {
        let provider = match super::managed_provider::owner(world, region, &ec2_id) {
            Some((_, provider)) => Some(provider),
            None => provider_of(world, region, cluster, &ec2_id),
        };
        if let Some(instance) = world.region(region).ecs.instances.get_mut(&id) {
            instance.provider = provider;
        }
    }
    placement::room(world, region, cluster);
    managed_scaling::look(world, region);
}

impl ContainerInstance {
    pub(super) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    pub(super) fn view(&self, ecs: &Ecs, include: &[String]) -> Value {
        let has = |word: &str| include.iter().any(|it| it == word);
        let left = resources::left(ecs, self);
        let tasks = || resources::on(ecs, &self.id);
        let ports = |ports: Vec<String>| json!({ "name": "PORTS", "type": "STRINGSET", "stringSetValue": ports });
        let whole = |name: &str, value: u32| json!({ "name": name, "type": "INTEGER", "integerValue": value, "doubleValue": 0.0, "longValue": 0 });
        let of = |protocol: &str| {
            let taken = left.taken.iter().filter(|(known, _)| known == protocol);
            taken
                .map(|(_, port)| port.to_string())
                .collect::<Vec<String>>()
        };
        let mut udp = ports(of("udp"));
        udp["name"] = json!("PORTS_UDP");
        let reserved: Vec<String> = RESERVED.iter().map(u16::to_string).collect();
        let attribute = |(name, value): &(&str, &str)| json!({ "name": name, "value": value });
        let attributes = [
            ("ecs.ami-id", self.image.as_str()),
            ("ecs.availability-zone", &self.zone),
            ("ecs.cpu-architecture", &self.architecture),
            ("ecs.instance-type", &self.kind),
            ("ecs.os-type", "linux"),
            ("ecs.subnet-id", &self.subnet),
        ];
        let capabilities = [
            "com.amazonaws.ecs.capability.docker-remote-api.1.18",
            "ecs.capability.task-eni",
        ];
        let mut shown: Vec<Value> = attributes.iter().map(attribute).collect();
        shown.extend(capabilities.iter().map(|name| json!({ "name": name })));
        let mut view = json!({
            "containerInstanceArn": self.arn,
            "ec2InstanceId": self.ec2,
            "capacityProviderName": self.provider,
            "version": self.version,
            "versionInfo": {
                "agentVersion": "1.108.2",
                "agentHash": "00000000",
                "dockerVersion": "DockerVersion: 25.0.18",
            },
            "registeredResources": [
                whole("CPU", self.cpu),
                whole("MEMORY", self.memory),
                ports(reserved),
                { "name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": [] },
            ],
            "remainingResources": [
                whole("CPU", left.cpu),
                whole("MEMORY", left.memory),
                ports(of("tcp")),
                udp,
            ],
            "status": self.status.word(),
            "agentConnected": self.status != Status::Inactive,
            "runningTasksCount": tasks().filter(|it| it.is_running()).count(),
            "pendingTasksCount": tasks().filter(|it| it.is_starting()).count(),
            "attributes": shown,
            "registeredAt": self.registered.epoch_seconds(),
            "attachments": [],
            "tags": if has("TAGS") { self.tags.to_list("key", "value") } else { json!([]) },
        });
        if has("CONTAINER_INSTANCE_HEALTH") {
            view["healthStatus"] = json!({ "overallStatus": "OK", "details": [] });
        }
        view
    }
}
