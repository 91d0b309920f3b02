//! `aws.ecs.service`: keeps tasks running, puts them behind the balancer, and rolls new revisions
//! out.
//!
//! [`deployment`] judges how far a rollout is, [`stopped`] what its tasks died of, [`advice`] what
//! a person can do about it: all three without asking anybody. `live` and `rollout` ask.

#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "asked by the effect half")
)]
mod advice;
mod attachment;
mod capacity;
#[cfg(feature = "live")]
mod classic;
#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "asked by the effect half")
)]
mod deployment;
#[cfg(feature = "live")]
mod described;
#[cfg(feature = "live")]
mod hosts;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod requests;
#[cfg(feature = "live")]
mod rollout;
#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "asked by the effect half")
)]
mod stopped;
#[cfg(feature = "live")]
mod stopped_tasks;

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

#[cfg(feature = "live")]
pub(in crate::aws) use live::{delete, services as listed};
#[cfg(feature = "live")]
pub(in crate::aws) use rollout::ready;

use crate::aws::tags::{Tags, is_part};
use crate::aws::{names, patience};

pub use attachment::{Attachment, ClassicAttachment};
pub use capacity::{Capacity, FARGATE, FARGATE_SPOT, Share};

/// The longest name [ECS API: CreateService].
const NAME_MAX: usize = 255;

/// A service, rolled out by ECS itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Service {
    /// Its name, unique in the cluster. Cannot be changed.
    pub name: String,
    /// Name or ARN of the cluster. Cannot be changed.
    pub cluster: Input<String>,
    /// The ARN of the revision that is to run.
    pub task_definition: Input<String>,
    /// What its tasks run on.
    #[serde(default, skip_serializing_if = "Capacity::is_fargate_alone")]
    pub capacity: Capacity,
    /// How many tasks; where they are scaled, how many to begin with. Nothing for a daemon.
    pub desired_count: u32,
    /// Whether somebody else says how many tasks run, once it is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scaled: bool,
    /// Where their network interfaces stand; none where the tasks use their instance's.
    pub subnets: Vec<Input<String>>,
    /// What those may talk to.
    pub security_groups: Vec<Input<String>>,
    /// Whether those get a public address.
    pub assign_public_ip: bool,
    /// Where the tasks are registered.
    pub load_balancer: Option<Attachment>,
    /// Where they are registered besides: a service may be behind several balancers, each with a
    /// target group of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_load_balancers: Vec<Attachment>,
    /// The ARN of the service of Cloud Map under which its tasks are found by DNS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<Input<String>>,
    /// Its part in Service Connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<Connect>,
    /// The classic balancer that the instances of its tasks are registered with; then it is behind
    /// no other. Cannot be changed: ECS changes the target groups of a service, and nothing else of
    /// the sort [ECS API: UpdateService, loadBalancers].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classic_balancer: Option<ClassicAttachment>,
    /// For so long after a task's start a failed health check does not count. 0 without it.
    pub grace_period_seconds: Option<u32>,
    /// So many of the desired tasks serve at least during a rollout, in percent.
    pub minimum_healthy_percent: u32,
    /// So many tasks of old and new run at most during a rollout, in percent.
    pub maximum_percent: u32,
    /// Whether ECS itself gives a failing rollout up.
    pub circuit_breaker: bool,
    /// Whether it then goes back to the revision before. Nothing without the circuit breaker.
    #[serde(default = "rolls_back")]
    pub rollback: bool,
    /// Whether somebody may run commands in its containers. The task role must allow what the
    /// agent in them does: `ssmmessages:CreateControlChannel` and its three sisters.
    #[serde(default)]
    pub execute_command: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// Service Connect: a proxy in each task, which leads to what the services of a namespace offer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Connect {
    /// The ARN of the namespace.
    pub namespace: Input<String>,
    /// What it offers itself, by the name of a port of its task definition. Without any it only comes
    /// to the others.
    pub offers: BTreeMap<String, Offer>,
}

/// What a service offers to the others of its namespace.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// The name by which the others reach it.
    pub name: String,
    /// … and the port.
    pub port: u16,
}

/// What every service did before it could be said.
fn rolls_back() -> bool {
    true
}

/// What AWS tells of a service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The cluster's ARN.
    pub cluster: String,
    /// Whether ECS gave the present deployment up. It starts nothing for it any more; only
    /// another deployment gets the service going again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
}

impl Service {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// The cluster's ARN.
    pub const CLUSTER: Output<Self, String> = Output::new("cluster");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateService`, with a token.
    Create,
    /// `UpdateService`, with these members and no others.
    Update {
        /// What differs.
        fields: Vec<Field>,
        /// So many of the tasks serve at least while it takes effect, in percent.
        least: u32,
    },
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteService` with `force`, which stops the tasks too.
    Delete,
}

/// A member of `UpdateService`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// `taskDefinition`: a new deployment.
    TaskDefinition,
    /// `networkConfiguration`: a new deployment.
    Network,
    /// `loadBalancers`: a new deployment.
    LoadBalancer,
    /// `capacityProviderStrategy`, with `forceNewDeployment`: by itself it moves no task that runs
    /// already.
    Capacity,
    /// `serviceRegistries`: a new deployment.
    Registry,
    /// `serviceConnectConfiguration`: a new deployment.
    Connect,
    /// `forceNewDeployment`: the same revision once more.
    Again,
    /// `desiredCount`.
    DesiredCount(u32),
    /// `healthCheckGracePeriodSeconds`.
    GracePeriod,
    /// `deploymentConfiguration`: both percentages and the circuit breaker.
    Deployment,
    /// `enableExecuteCommand`, with `forceNewDeployment`: by itself it changes no task that runs
    /// already.
    ExecuteCommand,
}

impl Field {
    /// Whether it replaces the tasks [ECS API: UpdateService].
    fn deploys(self) -> bool {
        matches!(
            self,
            Self::TaskDefinition
                | Self::Network
                | Self::LoadBalancer
                | Self::Capacity
                | Self::Registry
                | Self::Connect
                | Self::Again
                | Self::ExecuteCommand
        )
    }
}

impl Service {
    /// ECS says 0 where nothing was said and there is a balancer, and refuses it where there is
    /// none [ECS API: CreateService].
    fn grace(&self) -> u32 {
        let grace = self.grace_period_seconds;
        grace.filter(|_| self.is_balanced()).unwrap_or(0)
    }

    /// Whether ECS goes back by itself when a rollout fails.
    fn goes_back(&self) -> bool {
        self.circuit_breaker && self.rollback
    }

    fn differing(&self, observed: &Observed<Self>) -> Vec<Field> {
        let there = &observed.spec;
        let network = same_set(&self.subnets, &there.subnets)
            && same_set(&self.security_groups, &there.security_groups)
            && self.assign_public_ip == there.assign_public_ip;
        let deployment = self.minimum_healthy_percent == there.minimum_healthy_percent
            && self.maximum_percent == there.maximum_percent
            && self.circuit_breaker == there.circuit_breaker
            && self.goes_back() == there.goes_back();
        let differs = [
            (
                Field::TaskDefinition,
                self.task_definition != there.task_definition,
            ),
            (Field::Network, !network),
            (Field::LoadBalancer, !self.same_balancers(there)),
            (Field::Capacity, !self.capacity.same(&there.capacity)),
            (Field::Registry, self.registry != there.registry),
            (Field::Connect, self.connect != there.connect),
            (
                Field::DesiredCount(self.desired_count),
                self.desired_count != there.desired_count && !self.capacity.is_daemon(),
            ),
            (Field::GracePeriod, self.grace() != there.grace()),
            (Field::Deployment, !deployment),
            (
                Field::ExecuteCommand,
                self.execute_command != there.execute_command,
            ),
        ];
        let differing = differs.into_iter().filter(|(_, differs)| *differs);
        let mut fields: Vec<Field> = differing.map(|(field, _)| field).collect();
        if observed.outputs.given_up && !fields.iter().any(|field| field.deploys()) {
            fields.push(Field::Again);
        }
        fields
    }
}

impl Kind for Service {
    const NAME: &'static str = "aws.ecs.service";
    const PATIENCE: Patience = patience::SERVICE;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(observed) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        let fields = self.differing(observed);
        if !fields.is_empty() {
            let least = self.minimum_healthy_percent;
            changes.push(Change::Update { fields, least });
        }
        changes.extend(
            self.tags
                .requests(&observed.spec.tags, Change::Tag, Change::Untag),
        );
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("name", self.name != there.name),
            ("cluster", !same_cluster(&self.cluster, &there.cluster)),
            ("capacity", !there.capacity.can_become(&self.capacity)),
            (
                "classic_balancer",
                self.classic_balancer != there.classic_balancer,
            ),
            // Once it has interfaces of its own it cannot be told to do without.
            (
                "subnets",
                self.subnets.is_empty() != there.subnets.is_empty(),
            ),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ecs:CreateService"),
            Change::Update { fields, least } => {
                Request::new("ecs:UpdateService").impact(impact(fields, *least))
            }
            Change::Tag => Request::new("ecs:TagResource"),
            Change::Untag(_) => Request::new("ecs:UntagResource"),
            Change::Delete => Request::new("ecs:DeleteService")
                .impact(Impact::Outage("its tasks are stopped".into())),
        }
        .on("service/*/{name}")
    }

    /// What differs from ours in its wording only is put in our words: subnets and groups have no
    /// order, a cluster has a name and an ARN, no grace period is a grace period of 0, and where
    /// no rollout is given up none goes back.
    fn owned(mut self, by: &[&Self]) -> Self {
        // The cloud does not know of a service that it is scaled; what is wanted now counts.
        if let Some(wanted) = by.first() {
            self.scaled = wanted.scaled;
            if wanted.scaled || wanted.capacity.is_daemon() {
                self.desired_count = wanted.desired_count;
            }
        }
        for spec in by {
            if same_set(&self.subnets, &spec.subnets) {
                self.subnets.clone_from(&spec.subnets);
            }
            if same_set(&self.security_groups, &spec.security_groups) {
                self.security_groups.clone_from(&spec.security_groups);
            }
            if self.capacity.same(&spec.capacity) {
                self.capacity = spec.capacity.clone();
            }
            if self.same_balancers(spec) {
                self.load_balancer.clone_from(&spec.load_balancer);
                self.more_load_balancers
                    .clone_from(&spec.more_load_balancers);
            }
            if same_cluster(&self.cluster, &spec.cluster) {
                self.cluster = spec.cluster.clone();
            }
            if self.grace() == spec.grace() {
                self.grace_period_seconds = spec.grace_period_seconds;
            }
            if !self.circuit_breaker && !spec.circuit_breaker {
                self.rollback = spec.rollback;
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

fn impact(fields: &[Field], least: u32) -> Impact {
    if fields.contains(&Field::DesiredCount(0)) {
        return Impact::Outage("no task is left running".into());
    }
    if least < 100 && fields.iter().any(|field| field.deploys()) {
        return Impact::Brief(format!(
            "while tasks are replaced, {least} % of them serve at the least"
        ));
    }
    Impact::None
}

/// Whether two lists hold the same values. What is not known yet is the same as nothing.
fn same_set(left: &[Input<String>], right: &[Input<String>]) -> bool {
    let known = |inputs: &[Input<String>]| {
        let values = inputs.iter().map(|input| input.known().cloned());
        values.collect::<Option<BTreeSet<String>>>()
    };
    matches!((known(left), known(right)), (Some(left), Some(right)) if left == right)
}

pub(in crate::aws) fn same_cluster(left: &Input<String>, right: &Input<String>) -> bool {
    let name = |input: &Input<String>| {
        let given = input.known()?;
        given.rsplit('/').next().map(str::to_string)
    };
    matches!((name(left), name(right)), (Some(left), Some(right)) if left == right)
}

/// Whether a service with these tags was written in ECS's own JSON: that is another kind.
#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "asked by the effect half")
)]
pub(in crate::aws) fn is_raw(tags: &BTreeMap<String, String>) -> bool {
    is_part(tags, "raw_service")
}

#[cfg(test)]
mod tests;
