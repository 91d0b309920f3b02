//! Launching an instance from a launch template's data, on behalf of a service: what EC2 refuses then, in its words.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::image::{self, Image, ROOT_DEVICE, ROOT_SIZE};
use super::instance::{Instance, State};
use super::instance_state::{self, Step};
use super::instance_type::{self, InstanceType};
use super::interfaces::{self, NewInterface};
use super::key_pair::KeyPair;
use super::resource::View;
use super::security_group::SecurityGroup;
use super::subnet::Subnet;
use super::template_data::list;
use super::volume::Volume;
use crate::refusal::Refusal;
use crate::script::matches;
use crate::tags::Tags;
use crate::world::World;

/// What is to be launched.
#[derive(Debug)]
pub(crate) struct NewInstance<'a> {
    /// Launch template data.
    pub(crate) data: &'a Map<String, Value>,
    pub(crate) subnet: &'a str,
    /// On top of the template's.
    pub(crate) tags: &'a Tags,
}

/// What a launch was found to be.
struct Checked {
    image: Image,
    kind: InstanceType,
    profile: Option<(String, String)>,
    groups: Vec<String>,
    public: Option<bool>,
}

/// Refuses what could not be launched in these subnets' VPC, as a dry run does. Capacity and quotas are not asked for.
pub(crate) fn check(
    world: &mut World,
    region: &str,
    data: &Map<String, Value>,
    subnet: &str,
) -> Result<(), Refusal> {
    checked(world, region, data, subnet).map(drop)
}

/// Launches an instance; it runs after a while.
pub(crate) fn launch(
    world: &mut World,
    region: &str,
    new: &NewInstance<'_>,
) -> Result<String, Refusal> {
    let data = new.data;
    let Checked {
        image,
        kind,
        profile,
        groups,
        public,
    } = checked(world, region, data, new.subnet)?;
    available(world, region, &kind, new.subnet)?;
    let subnet = View::of(world, region).find::<Subnet>(new.subnet)?.clone();
    let public_ip = public.unwrap_or(subnet.map_public_ip);
    let (now, id) = (world.now, world.ids.hex("i-", 17));
    let interface = interfaces::create(
        world,
        region,
        NewInterface {
            subnet: new.subnet.to_owned(),
            groups,
            description: String::new(),
            requester: String::new(),
            public_ip,
        },
    )?;
    interfaces::belong(world, region, &interface, &id, true);
    let reservation = world.ids.hex("r-", 17);
    let volumes = volumes(data, &image, &subnet.zone, now).into_iter();
    let volumes: Vec<(String, Volume)> = volumes
        .map(|volume| (world.ids.hex("vol-", 17), volume))
        .collect();
    let ec2 = &mut world.region(region).ec2;
    let mut attached = Vec::new();
    for (volume_id, mut volume) in volumes {
        volume.instance = Some(id.clone());
        volume.tags = specified(data, "volume");
        attached.push((volume.device.clone(), volume_id.clone()));
        ec2.volumes.insert(volume_id, volume);
    }
    if let Some(interface) = ec2.interfaces.get_mut(&interface) {
        interface.tags = specified(data, "network-interface");
    }
    let mut tags = specified(data, "instance");
    tags.0.extend(new.tags.0.clone());
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    let flag = |name: &str| data.get(name).and_then(Value::as_bool).unwrap_or(false);
    let instance = Instance {
        state: State::Pending,
        kind: kind.name(),
        image: image.id.clone(),
        subnet: new.subnet.to_owned(),
        zone: subnet.zone,
        interface: Some(interface),
        profile,
        user_data: text("userData"),
        architecture: image.architecture().to_owned(),
        key: text("keyName"),
        volumes: attached,
        metadata: metadata(data),
        monitoring: data
            .get("monitoring")
            .is_some_and(|it| it["enabled"] == true),
        ebs_optimized: flag("ebsOptimized"),
        protected: flag("disableApiTermination"),
        reservation,
        reason: None,
        tags,
        launched: now,
    };
    ec2.instances.insert(id.clone(), instance);
    let after = Duration::from_millis(world.timing.instance_start);
    instance_state::plan(world, region, &id, Step::Runs, after);
    Ok(id)
}

fn checked(
    world: &mut World,
    region: &str,
    data: &Map<String, Value>,
    subnet: &str,
) -> Result<Checked, Refusal> {
    let text = |name: &str| data.get(name).and_then(Value::as_str);
    let missing = |name: &str| {
        Refusal::new(
            "MissingParameter",
            format!("The request must contain the parameter {name}"),
        )
    };
    let image = image::find(region, text("imageId").ok_or_else(|| missing("ImageId"))?)?;
    // Without a type EC2 takes m1.small, which runs none of these images [EC2 API: RunInstances InstanceType].
    let kind = instance_type::find(text("instanceType").ok_or_else(|| missing("InstanceType"))?)?;
    if kind.architecture() != image.architecture() {
        return Err(Refusal::new(
            "InvalidParameterValue",
            format!(
                "The architecture '{}' of the specified instance type does not match the architecture '{}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.",
                kind.architecture(),
                image.architecture()
            ),
        ));
    }
    let profile = profile(world, data.get("iamInstanceProfile"))?;
    let view = View::of(world, region);
    let vpc = &view.find::<Subnet>(subnet)?.vpc;
    let of_interface = list(data, "networkInterfaceSet").first();
    let mut groups: Vec<&Value> = list(data, "securityGroupIdSet").iter().collect();
    if let Some(interface) = of_interface {
        if !groups.is_empty() {
            return Err(Refusal::new(
                "InvalidParameterCombination",
                "Network interfaces and an instance-level security groups may not be specified on the same request",
            ));
        }
        groups.extend(interface["groupSet"].as_array().into_iter().flatten());
    }
    let groups: Vec<String> = groups
        .iter()
        .filter_map(|it| it.as_str())
        .map(str::to_owned)
        .collect();
    for group in &groups {
        if view.find::<SecurityGroup>(group)?.vpc != *vpc {
            return Err(Refusal::new(
                "InvalidParameter",
                format!("Security group {group} and subnet {subnet} belong to different networks."),
            ));
        }
    }
    if let Some(key) = text("keyName")
        && !view.each::<KeyPair>().any(|(_, it)| it.name == key)
    {
        return Err(Refusal::new(
            "InvalidKeyPair.NotFound",
            format!("The key pair '{key}' does not exist"),
        ));
    }
    for device in list(data, "blockDeviceMappingSet") {
        let size = device["ebs"]["volumeSize"].as_i64().unwrap_or(ROOT_SIZE);
        if device["deviceName"] == ROOT_DEVICE && size < ROOT_SIZE {
            return Err(Refusal::new(
                "InvalidBlockDeviceMapping",
                format!(
                    "Volume of size {size}GB is smaller than snapshot '{}', expect size >= {ROOT_SIZE}GB",
                    image.snapshot()
                ),
            ));
        }
        if device["deviceName"] != ROOT_DEVICE && device["ebs"]["volumeSize"].is_null() {
            return Err(Refusal::new(
                "MissingParameter",
                "The request must contain the parameter size or snapshotId",
            ));
        }
    }
    let public = of_interface.and_then(|it| it["associatePublicIpAddress"].as_bool());
    Ok(Checked {
        image,
        kind,
        profile,
        groups,
        public,
    })
}

/// ARN and id of the profile, which must be there, and known to EC2 (`Timing::iam_propagation`), with a role in it.
fn profile(world: &World, given: Option<&Value>) -> Result<Option<(String, String)>, Refusal> {
    let Some(given) = given else { return Ok(None) };
    let (by, text) = match (given["name"].as_str(), given["arn"].as_str()) {
        (Some(name), _) => ("name", name),
        (None, Some(arn)) => ("arn", arn),
        (None, None) => return Ok(None),
    };
    let delay = Duration::from_millis(world.timing.iam_propagation);
    let mut profiles = world.iam.instance_profiles.values();
    let found = profiles.find(|it| {
        if by == "name" {
            it.name == text
        } else {
            it.arn == text
        }
    });
    match found.filter(|it| it.created + delay <= world.now) {
        Some(found) => Ok(Some((found.arn.clone(), found.id.clone()))),
        None => Err(Refusal::new(
            "InvalidParameterValue",
            format!(
                "Value ({text}) for parameter iamInstanceProfile.{by} is invalid. Invalid IAM Instance Profile {}",
                if by == "name" { "name" } else { "ARN" }
            ),
        )),
    }
}

/// Capacity and quota. A type that a zone has no capacity for is one that a script's rule for the image
/// `instance:{zone}/{type}` (with wildcards) gives a `pull_error`.
fn available(
    world: &World,
    region: &str,
    kind: &InstanceType,
    subnet: &str,
) -> Result<(), Refusal> {
    let Some(here) = world.regions.get(region) else {
        return Ok(());
    };
    let zone = here
        .ec2
        .subnets
        .get(subnet)
        .map(|it| it.zone.as_str())
        .unwrap_or_default();
    let name = kind.name();
    let place = format!("instance:{zone}/{name}");
    let mut rules = world
        .script
        .rules
        .iter()
        .filter(|rule| rule.image.starts_with("instance:"));
    if rules.any(|rule| matches(&rule.image, &place) && rule.behaviour.pull_error.is_some()) {
        return Err(Refusal::new(
            "InsufficientInstanceCapacity",
            format!(
                "We currently do not have sufficient {name} capacity in the Availability Zone you requested ({zone}). Our system will be working on provisioning additional capacity. You can currently get {name} capacity by not specifying an Availability Zone in your request or choosing another one."
            ),
        )
        .status(500));
    }
    let live = here
        .ec2
        .instances
        .values()
        .filter(|it| it.state != State::Terminated);
    let used: u32 = live
        .filter_map(|it| instance_type::find(&it.kind).ok())
        .map(|it| it.vcpus)
        .sum();
    let quota = here.ec2.quotas.vcpus;
    if (used + kind.vcpus) as usize > quota {
        return Err(Refusal::new(
            "VcpuLimitExceeded",
            format!(
                "You have requested more vCPU capacity than your current vCPU limit of {quota} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
            ),
        ));
    }
    Ok(())
}

/// The disks: those of the template, and the image's root where the template has no other.
fn volumes(
    data: &Map<String, Value>,
    image: &Image,
    zone: &str,
    created: crate::clock::Millis,
) -> Vec<Volume> {
    let root = json!({ "deviceName": ROOT_DEVICE, "ebs": {} });
    let mut devices: Vec<&Value> = list(data, "blockDeviceMappingSet").iter().collect();
    if !devices.iter().any(|it| it["deviceName"] == ROOT_DEVICE) {
        devices.insert(0, &root);
    }
    let volume = |device: &&Value| {
        let ebs = &device["ebs"];
        let is_root = device["deviceName"] == ROOT_DEVICE;
        // What the template does not say of the root volume is the image's.
        let kind = ebs["volumeType"]
            .as_str()
            .unwrap_or(if is_root { "gp3" } else { "gp2" });
        Volume {
            instance: None,
            device: device["deviceName"].as_str().unwrap_or_default().to_owned(),
            kind: kind.to_owned(),
            size: ebs["volumeSize"].as_i64().unwrap_or(ROOT_SIZE),
            iops: ebs["iops"].as_i64().or((kind == "gp3").then_some(3000)),
            throughput: ebs["throughput"]
                .as_i64()
                .or((kind == "gp3").then_some(125)),
            encrypted: ebs["encrypted"] == true,
            key: ebs["kmsKeyId"].as_str().map(str::to_owned),
            snapshot: is_root.then(|| image.snapshot()),
            zone: zone.to_owned(),
            dies_with_instance: ebs["deleteOnTermination"].as_bool().unwrap_or(is_root),
            tags: Tags::default(),
            created,
        }
    };
    devices.iter().map(volume).collect()
}

/// The tags that a template gives to what is launched from it.
fn specified(data: &Map<String, Value>, resource_type: &str) -> Tags {
    let mut tags = Tags::default();
    let fitting = list(data, "tagSpecificationSet").iter();
    for tag in fitting
        .filter(|it| it["resourceType"] == resource_type)
        .flat_map(|it| it["tagSet"].as_array().into_iter().flatten())
    {
        let text = |name: &str| tag[name].as_str().unwrap_or_default().to_owned();
        tags.insert(text("key"), text("value"));
    }
    tags
}

/// [EC2 API: InstanceMetadataOptionsRequest]; Amazon Linux 2023 images ask for IMDSv2 and two hops by themselves.
fn metadata(data: &Map<String, Value>) -> Value {
    let mut shown = json!({
        "state": "applied",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 2,
        "httpEndpoint": "enabled",
        "httpProtocolIpv6": "disabled",
        "instanceMetadataTags": "disabled",
    });
    let given = data.get("metadataOptions").and_then(Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        shown[name] = value.clone();
    }
    shown
}
