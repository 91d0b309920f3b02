//! `aws.autoscaling.group`: EC2 instances, as many as are wanted, replaced when they fail.
//!
//! How many there are within its bounds is ECS's to say, by the capacity provider over it. Another
//! launch template reaches the instances that run by an instance refresh: Auto Scaling launches new
//! ones first and then ends the old, each through the lifecycle hook by which ECS moves its tasks.
//! Draining through ECS alone would do the same with a request for every instance, and nobody to
//! count them when the run is killed. Nothing in it is lost that an undo would need: it goes back by
//! a refresh to the template before, which is there until the commit.

#[cfg(feature = "live")]
mod described;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod requests;
#[cfg(test)]
mod tests;
#[cfg(feature = "live")]
mod waiting;

#[cfg(feature = "live")]
pub(crate) use described::in_service;
#[cfg(feature = "live")]
pub(crate) use waiting::{cannot_launch, failed_launches, repeated};

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [Auto Scaling API: CreateAutoScalingGroup].
const NAME_MAX: usize = 255;

/// An Auto Scaling group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AutoScalingGroup {
    /// Its name, unique in the region. Cannot be changed.
    pub name: String,
    /// The id of the launch template. Its first version, the only one of ours.
    pub launch_template: Input<String>,
    /// The types that instances may be of, the best one first; the template's own if there is none.
    pub instance_types: Vec<String>,
    /// So many instances at least, and to begin with.
    pub min: u32,
    /// So many at most.
    pub max: u32,
    /// Where they stand.
    pub subnets: Vec<Input<String>>,
    /// For so long after its launch a failed health check does not count.
    pub grace_seconds: u32,
    /// Whether new instances are protected from being scaled in: whoever has tasks on them takes
    /// the protection away.
    pub protects_new: bool,
    /// The user's tags. Instances get them too.
    pub tags: Tags,
}

/// What AWS tells of a group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// How many instances it has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub instances: u32,
    /// How many of them were launched from another template.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outdated: u32,
    /// Whether its instances are being replaced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refreshing: bool,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl AutoScalingGroup {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateAutoScalingGroup`. It has no token; its name is taken once it is there.
    Create,
    /// `UpdateAutoScalingGroup`, with these members and no others.
    Update(Vec<Field>),
    /// `CancelInstanceRefresh`: the one that goes on leads elsewhere.
    Cancel,
    /// `StartInstanceRefresh`: instances that were launched from another template are replaced.
    Refresh,
    /// `CreateOrUpdateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteAutoScalingGroup` with `ForceDelete`, which ends the instances.
    Delete,
}

/// A member of `UpdateAutoScalingGroup`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// `LaunchTemplate` or `MixedInstancesPolicy`.
    Template,
    /// `MinSize` and `MaxSize`.
    Bounds,
    /// `VPCZoneIdentifier`.
    Subnets,
    /// `HealthCheckGracePeriod`.
    Grace,
    /// `NewInstancesProtectedFromScaleIn`.
    Protection,
}

impl AutoScalingGroup {
    fn differing(&self, there: &Self) -> Vec<Field> {
        let fields = [
            (
                Field::Template,
                self.launch_template != there.launch_template
                    || self.instance_types != there.instance_types,
            ),
            (
                Field::Bounds,
                (self.min, self.max) != (there.min, there.max),
            ),
            (Field::Subnets, !same_set(&self.subnets, &there.subnets)),
            (Field::Grace, self.grace_seconds != there.grace_seconds),
            (Field::Protection, self.protects_new != there.protects_new),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        differ.map(|(field, _)| field).collect()
    }
}

impl Kind for AutoScalingGroup {
    const NAME: &'static str = "aws.autoscaling.group";
    const PATIENCE: Patience = patience::INSTANCES;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec, outputs }) = observed else {
            return vec![Change::Create];
        };
        let fields = self.differing(spec);
        let moves = fields.contains(&Field::Template);
        let mut changes = Vec::new();
        changes.extend((moves && outputs.refreshing).then_some(Change::Cancel));
        changes.extend((!fields.is_empty()).then_some(Change::Update(fields)));
        let stale = match moves {
            true => outputs.instances > 0,
            false => outputs.outdated > 0 && !outputs.refreshing,
        };
        changes.extend(stale.then_some(Change::Refresh));
        changes.extend(self.tags.requests(&spec.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = match change {
            Change::Create => Request::new("autoscaling:CreateAutoScalingGroup"),
            Change::Update(_) => Request::new("autoscaling:UpdateAutoScalingGroup"),
            Change::Cancel => Request::new("autoscaling:CancelInstanceRefresh").uses(&[]),
            Change::Refresh => Request::new("autoscaling:StartInstanceRefresh")
                .uses(&["launch_template"])
                .impact(Impact::Brief(
                    "every instance is replaced: its tasks move to a new one first, and each is \
                     stopped and started once"
                        .into(),
                )),
            Change::Tag => Request::new("autoscaling:CreateOrUpdateTags").uses(&[]),
            Change::Untag(_) => Request::new("autoscaling:DeleteTags").uses(&[]),
            Change::Delete => Request::new("autoscaling:DeleteAutoScalingGroup").impact(
                Impact::Outage("its instances are ended, and whatever runs on them".into()),
            ),
        };
        request.on("autoScalingGroup:*:autoScalingGroupName/{name}")
    }

    /// Subnets have no order.
    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if same_set(&self.subnets, &spec.subnets) {
                self.subnets.clone_from(&spec.subnets);
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

/// Whether two lists hold the same values. What is not known yet is the same as nothing.
fn same_set(left: &[Input<String>], right: &[Input<String>]) -> bool {
    let known = |inputs: &[Input<String>]| {
        let values = inputs.iter().map(|input| input.known().cloned());
        values.collect::<Option<BTreeSet<String>>>()
    };
    matches!((known(left), known(right)), (Some(left), Some(right)) if left == right)
}
