//! ECS Managed Instances: a capacity provider that launches and ends instances itself, by what tasks need.
//!
//! A small form of it: On-Demand capacity of types by vCPUs, memory and manufacturer. Instances are launched when tasks
//! wait for them and ended when they have been idle; their replacement every two weeks is not modelled.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::container_instance::registered_memory;
use super::resources::{Left, Need};
use super::shape::{self, Member, Shape, may, must};
use super::{Ecs, managed_scaling, names, refuse, roles};
use crate::ec2::{self, InstanceType, NewInstance};
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{iam, ssm};

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct ManagedProvider {
    pub(super) cluster: String,
    pub(super) cluster_arn: String,
    /// As Describe answers show it.
    pub(super) document: Value,
}

const RANGE: Shape = Shape::Struct(&[must("min", Shape::Whole), may("max", Shape::Whole)]);

const REQUIREMENTS: &[Member] = &[
    must("vCpuCount", RANGE),
    must("memoryMiB", RANGE),
    may("cpuManufacturers", Shape::Texts),
    may("allowedInstanceTypes", Shape::Texts),
    may("excludedInstanceTypes", Shape::Texts),
    may("instanceGenerations", Shape::Texts),
    may(
        "burstablePerformance",
        Shape::OneOf(&["included", "required", "excluded"]),
    ),
    may("bareMetal", Shape::OneOf(&["included", "excluded"])),
];

const NETWORK: &[Member] = &[
    may("subnets", Shape::Texts),
    may("securityGroups", Shape::Texts),
];

const TEMPLATE: &[Member] = &[
    must("ec2InstanceProfileArn", Shape::Text),
    must("networkConfiguration", Shape::Struct(NETWORK)),
    may(
        "storageConfiguration",
        Shape::Struct(&[may("storageSizeGiB", Shape::Whole)]),
    ),
    may("monitoring", Shape::OneOf(&["BASIC", "DETAILED"])),
    may("capacityOptionType", Shape::OneOf(&["ON_DEMAND"])),
    may("instanceRequirements", Shape::Struct(REQUIREMENTS)),
];

const CHANGED_TEMPLATE: &[Member] = &[
    may("ec2InstanceProfileArn", Shape::Text),
    may("networkConfiguration", Shape::Struct(NETWORK)),
    may(
        "storageConfiguration",
        Shape::Struct(&[may("storageSizeGiB", Shape::Whole)]),
    ),
    may("monitoring", Shape::OneOf(&["BASIC", "DETAILED"])),
    may("instanceRequirements", Shape::Struct(REQUIREMENTS)),
];

const OPTIMIZATION: &[Member] = &[may("scaleInAfter", Shape::Whole)];

const fn configuration(template: &'static [Member]) -> [Member; 4] {
    [
        must("infrastructureRoleArn", Shape::Text),
        must("instanceLaunchTemplate", Shape::Struct(template)),
        may(
            "propagateTags",
            Shape::OneOf(&["CAPACITY_PROVIDER", "NONE"]),
        ),
        may("infrastructureOptimization", Shape::Struct(OPTIMIZATION)),
    ]
}

static CREATE: [Member; 4] = configuration(TEMPLATE);
static UPDATE: [Member; 4] = configuration(CHANGED_TEMPLATE);

pub(super) fn read(raw: Option<Value>) -> Result<Option<Value>, Refusal> {
    let raw = raw.filter(|raw| !raw.is_null());
    raw.map(|raw| shape::check(raw, &Shape::Struct(&CREATE), "managedInstancesProvider"))
        .transpose()
}

/// Refuses what cannot be.
pub(super) fn check(
    call: &mut Call<'_>,
    mut document: Value,
    cluster: Option<String>,
) -> Result<ManagedProvider, Refusal> {
    if cluster.is_none() {
        return Err(refuse::parameter(
            "The cluster parameter is required for Managed Instances capacity providers.",
        ));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let template = &mut document["instanceLaunchTemplate"];
    // [ECS API: InstanceLaunchTemplate]
    for (name, value) in [("capacityOptionType", "ON_DEMAND"), ("monitoring", "BASIC")] {
        if template[name].is_null() {
            template[name] = json!(value);
        }
    }
    check_document(call, &document)?;
    let cluster_arn = call.arn("ecs", &format!("cluster/{cluster}"));
    Ok(ManagedProvider {
        cluster,
        cluster_arn,
        document,
    })
}

/// What an update leaves out stays.
pub(super) fn update(
    call: &mut Call<'_>,
    before: &ManagedProvider,
    raw: Value,
    cluster: Option<String>,
) -> Result<ManagedProvider, Refusal> {
    let cluster = names::active_cluster(call, cluster)?;
    if cluster != before.cluster {
        return Err(refuse::client(
            "The capacity provider belongs to another cluster.",
        ));
    }
    let checked = shape::check(raw, &Shape::Struct(&UPDATE), "managedInstancesProvider")?;
    let mut document = before.document.clone();
    for (name, value) in checked.as_object().into_iter().flatten() {
        match (name.as_str(), value.as_object()) {
            ("instanceLaunchTemplate", Some(members)) => {
                for (member, value) in members {
                    document[name][member] = value.clone();
                }
            }
            _ => document[name] = value.clone(),
        }
    }
    check_document(call, &document)?;
    Ok(ManagedProvider {
        document,
        ..before.clone()
    })
}

fn check_document(call: &mut Call<'_>, document: &Value) -> Result<(), Refusal> {
    let role = document["infrastructureRoleArn"]
        .as_str()
        .unwrap_or_default();
    let trusted =
        iam::role(call.world, role).is_some_and(|it| roles::trusts(&it.trust, roles::SERVICE));
    if !trusted {
        return Err(refuse::client(format!(
            "ECS was unable to assume the infrastructure role '{role}'. Please verify that the role has the proper trust relationship and permissions."
        )));
    }
    let template = &document["instanceLaunchTemplate"];
    let profile = template["ec2InstanceProfileArn"]
        .as_str()
        .unwrap_or_default();
    if !call
        .world
        .iam
        .instance_profiles
        .values()
        .any(|it| it.arn == profile)
    {
        return Err(refuse::client(format!(
            "The instance profile '{profile}' does not exist."
        )));
    }
    let network = &template["networkConfiguration"];
    let subnets = texts(&network["subnets"]);
    if subnets.is_empty() {
        return Err(refuse::parameter("subnets can not be empty."));
    }
    for id in &subnets {
        if ec2::subnet(call.world, &call.region, id).is_none() {
            return Err(refuse::parameter(format!(
                "The subnet ID '{id}' does not exist"
            )));
        }
    }
    for id in texts(&network["securityGroups"]) {
        if ec2::group(call.world, &call.region, &id).is_none() {
            return Err(refuse::parameter(format!(
                "The security group '{id}' does not exist"
            )));
        }
    }
    if !template["instanceRequirements"].is_null() && !types(document).is_empty() {
        return Ok(());
    }
    match template["instanceRequirements"].is_null() {
        true => Ok(()),
        false => Err(refuse::client(
            "No instance types match the instanceRequirements of the capacity provider.",
        )),
    }
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items
        .filter_map(|it| it.as_str())
        .map(str::to_owned)
        .collect()
}

/// The types that the requirements allow, smallest first.
fn types(document: &Value) -> Vec<InstanceType> {
    let asked = &document["instanceLaunchTemplate"]["instanceRequirements"];
    let within = |range: &Value, value: u32| {
        let bound = |name: &str| range[name].as_i64();
        bound("min").is_none_or(|min| i64::from(value) >= min)
            && bound("max").is_none_or(|max| i64::from(value) <= max)
    };
    let listed = |name: &str, it: &InstanceType| {
        texts(&asked[name])
            .iter()
            .any(|pattern| crate::script::matches(pattern, &it.name()))
    };
    let makers = texts(&asked["cpuManufacturers"]);
    let fits = |it: &InstanceType| {
        within(&asked["vCpuCount"], it.vcpus)
            && within(&asked["memoryMiB"], it.memory)
            && (makers.is_empty() || makers.iter().any(|maker| maker == it.manufacturer()))
            && (asked["allowedInstanceTypes"].is_null() || listed("allowedInstanceTypes", it))
            && !listed("excludedInstanceTypes", it)
            && match asked["burstablePerformance"].as_str() {
                Some("included") => true,
                Some("required") => it.is_burstable(),
                // Burstable types are left out unless asked for [EC2 API: InstanceRequirements].
                _ => !it.is_burstable(),
            }
    };
    let mut found: Vec<InstanceType> = ec2::instance_types().filter(fits).collect();
    found.sort_by_key(|it| (it.vcpus, it.memory, it.name()));
    found
}

impl ManagedProvider {
    /// How long an instance idles before it is ended, in milliseconds; -1 switches that off
    /// [ECS API: InfrastructureOptimization, 300 s unless said otherwise].
    pub(super) fn scale_in_after(&self) -> Option<u64> {
        let seconds = self.document["infrastructureOptimization"]["scaleInAfter"].as_i64();
        u64::try_from(seconds.unwrap_or(300))
            .ok()
            .map(|seconds| seconds * 1000)
    }
}

/// Cluster and provider of an instance that ECS launched.
pub(super) fn owner(world: &World, region: &str, ec2_id: &str) -> Option<(String, String)> {
    world.regions.get(region)?.ecs.managed.get(ec2_id).cloned()
}

/// How many instances of a provider are on their way.
pub(super) fn booting(world: &World, region: &str, provider: &str) -> usize {
    let Some(ecs) = world.regions.get(region).map(|it| &it.ecs) else {
        return 0;
    };
    let mine = ecs.managed.iter().filter(|(_, (_, name))| name == provider);
    mine.filter(|(id, _)| !ecs.instances.values().any(|it| it.ec2 == **id))
        .count()
}

/// Launches what the tasks that wait need: the smallest type that takes the largest of them.
pub(super) fn grow(world: &mut World, region: &str, name: &str) {
    let ecs = &world.region(region).ecs;
    let Some(provider) = ecs.provider(name).cloned() else {
        return;
    };
    let Some(managed) = provider.managed() else {
        return;
    };
    let architectures = architectures(ecs, name);
    let waiting = managed_scaling::waiting(ecs, name);
    let takes = |it: &InstanceType, need: &Need| {
        let memory = registered_memory(it.memory);
        Left::of_empty(it.vcpus * 1024, memory, it.interfaces)
            .misfit(need)
            .is_none()
    };
    let fitting = types(&managed.document);
    let mut fitting = fitting.iter().filter(|it| {
        waiting.iter().all(|need| takes(it, need))
            && (architectures.is_empty()
                || architectures.iter().any(|word| word == it.architecture()))
    });
    let Some(kind) = fitting.next() else { return };
    let template = &managed.document["instanceLaunchTemplate"];
    let images = ssm::images(region);
    let image = images.iter().find(|(_, image)| {
        image.starts_with("al2023-ami-ecs-hvm") && image.ends_with(kind.architecture())
    });
    let mut data = Map::new();
    data.insert("imageId".to_owned(), json!(image.map(|(id, _)| id)));
    data.insert("instanceType".to_owned(), json!(kind.name()));
    data.insert(
        "iamInstanceProfile".to_owned(),
        json!({ "arn": template["ec2InstanceProfileArn"] }),
    );
    data.insert(
        "monitoring".to_owned(),
        json!({ "enabled": template["monitoring"] == "DETAILED" }),
    );
    data.insert(
        "securityGroupIdSet".to_owned(),
        json!(texts(&template["networkConfiguration"]["securityGroups"])),
    );
    let size = template["storageConfiguration"]["storageSizeGiB"]
        .as_i64()
        .unwrap_or(80);
    data.insert(
        "blockDeviceMappingSet".to_owned(),
        json!([{ "deviceName": "/dev/xvda", "ebs": { "volumeSize": size.max(30), "volumeType": "gp3", "encrypted": true } }]),
    );
    let mut tags = Tags::default();
    if managed.document["propagateTags"] == "CAPACITY_PROVIDER" {
        tags.0.extend(provider.tags.0.clone());
    }
    tags.insert("AmazonECSManaged".to_owned(), "true".to_owned());
    tags.insert("aws:ecs:clusterName".to_owned(), managed.cluster.clone());
    tags.insert("aws:ecs:capacityProviderName".to_owned(), name.to_owned());
    for subnet in texts(&template["networkConfiguration"]["subnets"]) {
        let new = NewInstance {
            data: &data,
            subnet: &subnet,
            tags: &tags,
        };
        if let Ok(id) = ec2::launch(world, region, &new) {
            let owner = (managed.cluster.clone(), name.to_owned());
            world.region(region).ecs.managed.insert(id, owner);
            return;
        }
    }
}

fn architectures(ecs: &Ecs, provider: &str) -> Vec<String> {
    let tasks = ecs.tasks.values();
    let mine = tasks.filter(|it| it.is_waiting() && it.provider.as_deref() == Some(provider));
    // A task definition that does not say is for X86_64 [ECS API: RuntimePlatform].
    let word = |it: &super::task::Task| {
        let named = it
            .wants
            .as_ref()
            .and_then(|wants| wants.architecture.clone());
        named.unwrap_or_else(|| "x86_64".to_owned())
    };
    mine.map(word).collect()
}

/// Ends idle instances.
pub(super) fn shrink(world: &mut World, region: &str, name: &str) {
    let ecs = &world.region(region).ecs;
    let idle = managed_scaling::idle(ecs, name);
    let hosts: Vec<String> = idle
        .iter()
        .filter_map(|id| ecs.instances.get(id))
        .map(|it| it.ec2.clone())
        .collect();
    for host in hosts {
        terminate(world, region, &host);
    }
}

/// A provider is deleted: its instances go.
pub(super) fn end(world: &mut World, region: &str, name: &str) {
    let managed = &world.region(region).ecs.managed;
    let mine = managed.iter().filter(|(_, (_, provider))| provider == name);
    let hosts: Vec<String> = mine.map(|(id, _)| id.clone()).collect();
    for host in hosts {
        terminate(world, region, &host);
    }
}

fn terminate(world: &mut World, region: &str, host: &str) {
    let reason = (
        "Service.InitiatedShutdown",
        "Service.InitiatedShutdown: ended by Amazon ECS",
    );
    ec2::terminate(world, region, host, reason);
}
