//! A group, its members, and how Describe answers show them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refuse;
use crate::clock::Millis;
use crate::operation::Call;
use crate::refusal::Refusal;

/// A group.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(crate) struct Group {
    /// Unique in the region.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The launch template: id, name, version as given.
    pub(super) template: Chosen,
    /// The bounds of the desired capacity.
    pub(crate) min: u32,
    /// See `min`.
    pub(crate) max: u32,
    /// How many instances it is to have.
    pub(crate) desired: u32,
    /// Where instances are launched.
    pub(super) subnets: Vec<String>,
    pub(super) zones: Vec<String>,
    pub(super) target_groups: Vec<String>,
    pub(super) cooldown: u32,
    pub(super) health_type: String,
    pub(super) grace: u32,
    /// Whether new instances are protected from scale-in.
    pub(crate) protects_new: bool,
    pub(super) rebalance: Option<bool>,
    pub(super) policies: Vec<String>,
    pub(super) lifetime: Option<u32>,
    pub(super) warmup: Option<u32>,
    /// Minimum and maximum healthy percentage.
    pub(super) maintenance: Option<(u32, u32)>,
    pub(super) role: String,
    pub(super) tags: BTreeMap<String, Tag>,
    /// Its instances, oldest first.
    pub(crate) members: Vec<Member>,
    /// What an instance refresh launches on top of the desired capacity.
    pub(super) surge: u32,
    pub(super) created: Millis,
    /// It is on its way out.
    pub(crate) deleting: bool,
    /// What changed its capacity last, for the activities.
    pub(super) cause: String,
    pub(super) wake: Option<Millis>,
    /// No instance is launched before this, since the last one failed.
    pub(super) hold: Option<Millis>,
    pub(super) failures: u32,
}

/// A launch template as the group names it.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    /// In place of the template's own type, by a mixed instances policy; the first one comes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) types: Vec<String>,
}

/// The value of a tag, and whether instances get it.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Tag {
    pub(super) value: String,
    pub(super) propagate: bool,
}

/// An instance of a group.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(crate) struct Member {
    /// Its id.
    pub(crate) id: String,
    pub(super) kind: String,
    pub(super) zone: String,
    pub(super) life: Life,
    pub(super) healthy: bool,
    pub(super) protected: bool,
    /// What it was launched from; the version is a number.
    pub(super) template: Chosen,
    pub(super) image: String,
    pub(super) launched: Millis,
    /// Since when it is in service.
    pub(super) in_service: Option<Millis>,
    /// The activity that is about it now.
    pub(super) activity: String,
}

/// The lifecycle states that occur here [EC2 Auto Scaling user guide: instance lifecycle].
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Pending,
    InService,
    /// A lifecycle hook, of ECS's managed draining, has it.
    TerminatingWait,
    Terminating,
}

impl Life {
    pub(super) fn word(self) -> &'static str {
        match self {
            Life::Pending => "Pending",
            Life::InService => "InService",
            Life::TerminatingWait => "Terminating:Wait",
            Life::Terminating => "Terminating",
        }
    }
}

impl Chosen {
    pub(super) fn show(&self) -> Value {
        json!({
            "LaunchTemplateId": self.id,
            "LaunchTemplateName": self.name,
            "Version": self.version,
        })
    }
}

impl Member {
    /// It counts towards the capacity.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.life, Life::Pending | Life::InService)
    }

    /// Whether it serves.
    pub(crate) fn is_in_service(&self) -> bool {
        self.life == Life::InService
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "InstanceId": self.id,
            "InstanceType": self.kind,
            "AvailabilityZone": self.zone,
            "LifecycleState": self.life.word(),
            "HealthStatus": if self.healthy { "Healthy" } else { "Unhealthy" },
            "LaunchTemplate": self.template.show(),
            "ImageId": self.image,
            "ProtectedFromScaleIn": self.protected,
        })
    }
}

/// The group with this name.
pub(super) fn named<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Group, Refusal> {
    let groups = &mut call.here().autoscaling.groups;
    groups
        .get_mut(name)
        .ok_or_else(|| refuse::group_not_found(name))
}

/// The same, which must not be on its way out.
pub(super) fn active<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Group, Refusal> {
    match named(call, name)? {
        group if group.deleting => Err(refuse::being_deleted(name)),
        group => Ok(group),
    }
}

impl Group {
    /// Those that count towards the capacity.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|it| it.is_live())
    }

    pub(super) fn member_mut(&mut self, id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|it| it.id == id)
    }

    pub(super) fn show(&self, instances: bool) -> Value {
        let tag = |(key, tag): (&String, &Tag)| {
            json!({
                "ResourceId": self.name,
                "ResourceType": "auto-scaling-group",
                "Key": key,
                "Value": tag.value,
                "PropagateAtLaunch": tag.propagate,
            })
        };
        let source = |arn: &String| json!({ "Identifier": arn, "Type": "elbv2" });
        let mut shown = json!({
            "AutoScalingGroupName": self.name,
            "AutoScalingGroupARN": self.arn,
            "MinSize": self.min,
            "MaxSize": self.max,
            "DesiredCapacity": self.desired,
            "DefaultCooldown": self.cooldown,
            "AvailabilityZones": self.zones,
            "LoadBalancerNames": [],
            "TargetGroupARNs": self.target_groups,
            "HealthCheckType": self.health_type,
            "HealthCheckGracePeriod": self.grace,
            "CreatedTime": self.created.iso8601(),
            "SuspendedProcesses": [],
            "VPCZoneIdentifier": self.subnets.join(","),
            "EnabledMetrics": [],
            "Status": self.deleting.then_some("Delete in progress"),
            "Tags": self.tags.iter().map(tag).collect::<Vec<_>>(),
            "TerminationPolicies": self.policies,
            "NewInstancesProtectedFromScaleIn": self.protects_new,
            "ServiceLinkedRoleARN": self.role,
            "MaxInstanceLifetime": self.lifetime,
            "CapacityRebalance": self.rebalance,
            "DefaultInstanceWarmup": self.warmup,
            "TrafficSources": self.target_groups.iter().map(source).collect::<Vec<_>>(),
            "DeletionProtection": "none",
            "AvailabilityZoneDistribution": { "CapacityDistributionStrategy": "balanced-best-effort" },
            "AvailabilityZoneImpairmentPolicy": {
                "ZonalShiftEnabled": false,
                "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy",
            },
            "CapacityReservationSpecification": { "CapacityReservationPreference": "default" },
        });
        match self.template.types.is_empty() {
            true => shown["LaunchTemplate"] = self.template.show(),
            false => shown["MixedInstancesPolicy"] = super::mixed::show(&self.template),
        }
        if let Some((least, most)) = self.maintenance {
            shown["InstanceMaintenancePolicy"] =
                json!({ "MinHealthyPercentage": least, "MaxHealthyPercentage": most });
        }
        if instances {
            shown["Instances"] = self.members.iter().map(Member::show).collect();
        }
        shown
    }
}
