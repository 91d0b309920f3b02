//! `aws.ecs.capacity_provider`: EC2 instances that tasks may be placed on, and that come and go with
//! the tasks.

#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod shape;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [ECS API: CreateCapacityProvider].
const NAME_MAX: usize = 255;

/// A capacity provider. FARGATE and FARGATE_SPOT are not made: every account has them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CapacityProvider {
    /// Its name, unique in the region, not beginning with `aws`, `ecs` or `fargate`. Cannot be
    /// changed.
    pub name: String,
    /// Whose instances.
    pub over: Over,
    /// The user's tags.
    pub tags: Tags,
}

/// Where the instances come from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// An Auto Scaling group has them, and ECS says how many.
    Group(Group),
    /// ECS has them itself: Managed Instances.
    Managed(Managed),
}

/// Instances of an Auto Scaling group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// The group's ARN. Cannot be changed.
    pub group: Input<String>,
    /// So full the instances are to be, in percent; the rest is room for what comes next.
    pub target_percent: u32,
    /// A new instance counts towards that after so many seconds.
    pub warmup_seconds: u32,
    /// Whether an instance with tasks is kept from being scaled in. The group must protect its
    /// new instances for that.
    pub protects: bool,
    /// Whether tasks are moved off an instance before it ends.
    pub drains: bool,
}

/// Instances that ECS launches, patches and ends itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Managed {
    /// The ARN of the cluster, the only one that can use it. Cannot be changed.
    pub cluster: Input<String>,
    /// The ARN of the role by which ECS launches and ends instances.
    pub role: Input<String>,
    /// The ARN of the instances' profile.
    pub profile: Input<String>,
    /// Where they stand.
    pub subnets: Vec<Input<String>>,
    /// What may flow to and from them.
    pub security_groups: Vec<Input<String>>,
    /// The data disk of each, GiB.
    pub disk_gib: u32,
    /// The types that they may be of.
    pub instance_types: BTreeSet<String>,
}

/// What AWS tells of a capacity provider.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The cluster's ARN, where only that one can use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
}

impl CapacityProvider {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateCapacityProvider`. It has no token; its name is taken once it is there.
    Create,
    /// `UpdateCapacityProvider`.
    Update,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteCapacityProvider`. Accepted at once; that a cluster still has it comes out later.
    Delete,
}

impl Kind for CapacityProvider {
    const NAME: &'static str = "aws.ecs.capacity_provider";
    const PATIENCE: Patience = patience::CAPACITY;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec, .. }) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        changes.extend((self.over != spec.over).then_some(Change::Update));
        changes.extend(self.tags.requests(&spec.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let moved = match (&self.over, &there.over) {
            (Over::Group(wanted), Over::Group(there)) => wanted.group != there.group,
            (Over::Managed(wanted), Over::Managed(there)) => wanted.cluster != there.cluster,
            _ => true,
        };
        let fields = [("name", self.name != there.name), ("over", moved)];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ecs:CreateCapacityProvider"),
            Change::Update => Request::new("ecs:UpdateCapacityProvider"),
            Change::Tag => Request::new("ecs:TagResource").uses(&[]),
            Change::Untag(_) => Request::new("ecs:UntagResource").uses(&[]),
            Change::Delete => Request::new("ecs:DeleteCapacityProvider").impact(Impact::Brief(
                "no new instance is launched for tasks".into(),
            )),
        }
        .on("capacity-provider/{name}")
    }

    /// Subnets and groups have no order.
    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if let (Over::Managed(mine), Over::Managed(theirs)) = (&mut self.over, &spec.over) {
                in_their_order(&mut mine.subnets, &theirs.subnets);
                in_their_order(&mut mine.security_groups, &theirs.security_groups);
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

fn in_their_order(mine: &mut Vec<Input<String>>, theirs: &[Input<String>]) {
    let set = |inputs: &[Input<String>]| {
        let values = inputs.iter().map(|input| input.known().cloned());
        values.collect::<Option<BTreeSet<String>>>()
    };
    if matches!((set(mine), set(theirs)), (Some(mine), Some(theirs)) if mine == theirs) {
        *mine = theirs.to_vec();
    }
}
