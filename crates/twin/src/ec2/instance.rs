//! Instances, as Auto Scaling groups and ECS make them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::Query;
use super::filter;
use super::image::ROOT_DEVICE;
use super::interfaces::Interface;
use super::request::finish;
use super::resource::{Kind, Resource, View, view};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;
use crate::world::World;

/// An instance.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Instance {
    /// What it is doing.
    pub state: State,
    /// Its type's name.
    pub kind: String,
    /// Its image's id.
    pub image: String,
    /// Its subnet.
    pub subnet: String,
    /// Its zone's name.
    pub zone: String,
    /// Its primary interface, as long as it is not terminated.
    pub interface: Option<String>,
    /// ARN and id of its profile.
    pub profile: Option<(String, String)>,
    /// The user data in base64.
    pub user_data: Option<String>,
    pub(super) architecture: String,
    pub(super) key: Option<String>,
    pub(super) volumes: Vec<(String, String)>,
    pub(super) metadata: Value,
    pub(super) monitoring: bool,
    pub(super) ebs_optimized: bool,
    pub(super) protected: bool,
    pub(super) reservation: String,
    /// Why it is ending.
    pub(super) reason: Option<(String, String)>,
    /// Its tags.
    pub tags: Tags,
    pub(super) launched: Millis,
}

/// The states that it passes through [EC2 user guide: instance lifecycle]; it is never stopped here.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum State {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
}

/// Ids of instances.
pub(super) const KIND: Kind = Kind {
    prefix: "i-",
    resource_type: "instance",
    noun: "instance ID",
    not_found: "InvalidInstanceID.NotFound",
    malformed: "InvalidInstanceID.Malformed",
};

/// The instance with this id.
pub(crate) fn instance<'a>(world: &'a World, region: &str, id: &str) -> Option<&'a Instance> {
    world.regions.get(region)?.ec2.instances.get(id)
}

/// The instance with this id, as long as balancers may know of it: unless it is terminated.
pub(crate) fn live_instance<'a>(world: &'a World, region: &str, id: &str) -> Option<&'a Instance> {
    instance(world, region, id).filter(|found| found.state != State::Terminated)
}

impl Instance {
    /// Whether it is `running`: only such an instance can be registered with a balancer.
    pub(crate) fn is_running(&self) -> bool {
        self.state == State::Running
    }

    /// Whether its subnet is one of this VPC.
    pub(crate) fn is_in(&self, world: &World, region: &str, vpc: &str) -> bool {
        super::subnet(world, region, &self.subnet).is_some_and(|subnet| subnet.vpc == vpc)
    }
}

/// `DescribeInstances`: in reservations, of which each instance has one of its own.
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    input.boolean("IncludeManagedResources")?;
    let query = Query::read::<Instance>(&mut input, "InstanceId")?;
    finish(input)?;
    let view = view(call);
    let mut answer = query.answer::<Instance>(&view, "reservationSet", |_| true)?;
    let reservations = answer["reservationSet"].as_array_mut();
    for shown in reservations.into_iter().flatten() {
        let mut instance = shown.take();
        let reservation = instance["reservationId"].take();
        *shown = json!({
            "reservationId": reservation,
            "ownerId": view.account,
            "groupSet": [],
            "instancesSet": [instance],
        });
    }
    Ok(answer)
}

const STATUS_FILTERS: filter::Table = &[
    ("availability-zone", "availabilityZone"),
    ("instance-state-code", "instanceState.code"),
    ("instance-state-name", "instanceState.name"),
    ("instance-status.status", "instanceStatus.status"),
    ("system-status.status", "systemStatus.status"),
];

/// `DescribeInstanceStatus`: of running instances, unless all are asked for.
pub(super) fn describe_status(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("InstanceId")?;
    let every = input.boolean("IncludeAllInstances")?.unwrap_or(false);
    let query = Query::with(&mut input, "", STATUS_FILTERS)?;
    finish(input)?;
    let checks = call.world.timing.instance_checks;
    let view = view(call);
    let mut found: Vec<(&String, &Instance)> = Vec::new();
    for id in &ids {
        found.push((id, view.find::<Instance>(id)?));
    }
    if ids.is_empty() {
        found.extend(view.each::<Instance>());
    }
    found.retain(|(_, it)| every || it.state == State::Running);
    let shown = found.into_iter().map(|(id, it)| {
        let passed = it.launched.0 + checks <= view.now.0;
        let (status, reachable) = match it.state {
            State::Running if passed => ("ok", "passed"),
            State::Running => ("initializing", "initializing"),
            _ => ("not-applicable", ""),
        };
        let details = match reachable {
            "" => json!([]),
            word => json!([{ "name": "reachability", "status": word }]),
        };
        let check = json!({ "status": status, "details": details });
        json!({
            "instanceId": id,
            "availabilityZone": it.zone,
            "instanceState": it.state.show(),
            "instanceStatus": check,
            "systemStatus": check,
            "eventsSet": [],
        })
    });
    query.page("instanceStatusSet", shown.collect())
}

impl State {
    pub(super) fn show(self) -> Value {
        let (code, name) = match self {
            State::Pending => (0, "pending"),
            State::Running => (16, "running"),
            State::ShuttingDown => (32, "shutting-down"),
            State::Terminated => (48, "terminated"),
        };
        json!({ "code": code, "name": name })
    }
}

impl Resource for Instance {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("architecture", "architecture"),
        ("availability-zone", "placement.availabilityZone"),
        (
            "block-device-mapping.volume-id",
            "blockDeviceMapping.ebs.volumeId",
        ),
        ("iam-instance-profile.arn", "iamInstanceProfile.arn"),
        ("iam-instance-profile.id", "iamInstanceProfile.id"),
        ("image-id", "imageId"),
        ("instance-id", "instanceId"),
        ("instance-state-code", "instanceState.code"),
        ("instance-state-name", "instanceState.name"),
        ("instance-type", "instanceType"),
        ("instance.group-id", "groupSet.groupId"),
        ("instance.group-name", "groupSet.groupName"),
        ("ip-address", "ipAddress"),
        ("key-name", "keyName"),
        ("metadata-options.http-tokens", "metadataOptions.httpTokens"),
        (
            "network-interface.group-id",
            "networkInterfaceSet.groupSet.groupId",
        ),
        (
            "network-interface.network-interface-id",
            "networkInterfaceSet.networkInterfaceId",
        ),
        (
            "network-interface.subnet-id",
            "networkInterfaceSet.subnetId",
        ),
        ("network-interface.vpc-id", "networkInterfaceSet.vpcId"),
        ("owner-id", "networkInterfaceSet.ownerId"),
        ("private-dns-name", "privateDnsName"),
        ("private-ip-address", "privateIpAddress"),
        ("reservation-id", "reservationId"),
        ("root-device-name", "rootDeviceName"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Instance> {
        &ec2.instances
    }

    fn created(&self) -> Millis {
        self.launched
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let interfaces = view.ec2.interfaces.iter();
        let mine: Vec<(&String, &Interface)> = interfaces
            .filter(|(_, it)| it.instance.as_deref() == Some(id))
            .collect();
        let primary = mine
            .iter()
            .find(|(id, _)| Some(*id) == self.interface.as_ref());
        let primary = primary
            .map(|(id, it)| it.show(id, view))
            .unwrap_or_default();
        let interfaces: Vec<Value> = mine.iter().map(|(id, it)| it.show(id, view)).collect();
        let volumes: Vec<Value> = self
            .volumes
            .iter()
            .filter_map(|(device, volume)| {
                let found = view.ec2.volumes.get(volume)?;
                Some(json!({
                    "deviceName": device,
                    "ebs": {
                        "volumeId": volume,
                        "status": "attached",
                        "attachTime": found.created.iso8601(),
                        "deleteOnTermination": found.dies_with_instance,
                    },
                }))
            })
            .collect();
        let mut shown = json!({
            "instanceId": id,
            "reservationId": self.reservation,
            "imageId": self.image,
            "instanceState": self.state.show(),
            "privateDnsName": primary["privateDnsName"].as_str().unwrap_or_default(),
            "dnsName": primary["association"]["publicDnsName"].as_str().unwrap_or_default(),
            "reason": self.reason.as_ref().map_or("", |(_, message)| message),
            "keyName": self.key,
            "amiLaunchIndex": 0,
            "instanceType": self.kind,
            "launchTime": self.launched.iso8601(),
            "placement": {
                "availabilityZone": self.zone,
                "groupName": "",
                "tenancy": "default",
            },
            "monitoring": { "state": if self.monitoring { "enabled" } else { "disabled" } },
            "subnetId": primary["subnetId"],
            "vpcId": primary["vpcId"],
            "privateIpAddress": primary["privateIpAddress"],
            "ipAddress": primary["association"]["publicIp"],
            "sourceDestCheck": primary["sourceDestCheck"],
            "groupSet": primary["groupSet"],
            "architecture": self.architecture,
            "rootDeviceType": "ebs",
            "rootDeviceName": ROOT_DEVICE,
            "blockDeviceMapping": volumes,
            "virtualizationType": "hvm",
            "hypervisor": "xen",
            "ebsOptimized": self.ebs_optimized,
            "enaSupport": true,
            "networkInterfaceSet": interfaces,
            "metadataOptions": self.metadata,
            "enclaveOptions": { "enabled": false },
            "bootMode": "uefi-preferred",
            "platformDetails": "Linux/UNIX",
            "usageOperation": "RunInstances",
            "tagSet": self.tags.to_list("key", "value"),
        });
        if let Some((arn, id)) = &self.profile {
            shown["iamInstanceProfile"] = json!({ "arn": arn, "id": id });
        }
        if let Some((code, message)) = &self.reason {
            shown["stateReason"] = json!({ "code": code, "message": message });
        }
        shown
    }
}
