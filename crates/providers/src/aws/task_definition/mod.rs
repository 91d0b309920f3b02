//! `aws.ecs.task_definition`: what a task runs. A revision never changes; the next one stands
//! beside it, and the last ten stay as what a release can go back to.

#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod shape;
#[cfg(feature = "live")]
mod volumes;

use std::collections::BTreeMap;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};

#[cfg(feature = "live")]
pub(in crate::aws) use live::delete;

use crate::aws::tags::Tags;

/// A revision of a task definition.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskDefinition {
    /// The name that all its revisions share.
    pub family: String,
    /// What it can run on: `FARGATE`, `EC2` or `MANAGED_INSTANCES`.
    #[serde(default = "fargate", skip_serializing_if = "is_fargate")]
    pub runs_on: String,
    /// `awsvpc`, where each task has a network interface of its own, or `bridge`, where it shares its
    /// instance's and each of its ports gets one of those that are free there, unless
    /// [`Container::host_ports`] says which.
    #[serde(default = "awsvpc", skip_serializing_if = "is_awsvpc")]
    pub network_mode: String,
    /// CPU units, 1024 to a vCPU.
    pub cpu: u32,
    /// MiB.
    pub memory: u32,
    /// `X86_64` or `ARM64`.
    pub architecture: String,
    /// The ARN of the role by which ECS pulls images, reads secrets and writes logs.
    pub execution_role: Input<String>,
    /// The ARN of the role that the containers have.
    pub task_role: Option<Input<String>>,
    /// 21 to 200 GiB; 20 without it.
    pub ephemeral_storage_gib: Option<u32>,
    /// What runs in the task.
    pub containers: Vec<Container>,
    /// Files that its containers can mount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Volume>,
    /// The user's tags.
    pub tags: Tags,
}

/// A container.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Container {
    /// Its name in the task.
    pub name: String,
    /// Its image, best with a digest.
    pub image: String,
    /// Whether the task stops when it does.
    pub essential: bool,
    /// Instead of the image's; none if empty.
    pub command: Vec<String>,
    /// Instead of the image's; none if empty.
    pub entry_point: Vec<String>,
    /// Variables. Anybody who may read task definitions can read them.
    pub environment: BTreeMap<String, Input<String>>,
    /// Ports that it listens on.
    pub ports: Vec<u16>,
    /// Ports on which it takes datagrams.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub udp_ports: Vec<u16>,
    /// Ports of these that Service Connect knows by a name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub named_ports: BTreeMap<String, NamedPort>,
    /// Where its output goes.
    pub log: Option<Log>,
    /// From SIGTERM to SIGKILL, at most 120; 30 without it.
    pub stop_timeout_seconds: Option<u32>,
    /// Variables that ECS reads from a secret or a parameter when the task starts: the ARN, for a
    /// secret also `:json-key:version-stage:version-id`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, Input<String>>,
    /// The ARN of the secret by which a private registry lets the image be pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_credentials: Option<Input<String>>,
    /// Its share of the task's CPU units; what is left is for all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u32>,
    /// It is killed beyond so many MiB; beyond the task's without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u32>,
    /// How ECS itself asks it whether it is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<ContainerHealth>,
    /// It starts once these containers are so far: `START`, `COMPLETE`, `SUCCESS` or `HEALTHY`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub depends_on: BTreeMap<String, String>,
    /// Where it finds which volume: by the path in the container.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mounts: BTreeMap<String, String>,
    /// Ports of TCP that it must have on its instance, where tasks share its network. An instance
    /// has each of its ports once, and so has room for one such task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_ports: Vec<HostPort>,
}

/// A port of a container that has a port of its instance to itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct HostPort {
    /// One of the container's.
    pub port: u16,
    /// Where the instance has it.
    pub on_host: u16,
}

/// A port that has a name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NamedPort {
    /// The port.
    pub port: u16,
    /// What it speaks: `http`, `http2`, `grpc`; whatever runs over TCP without it.
    pub protocol: Option<String>,
}

/// A directory of a file system on EFS, encrypted on the way, and mounted by the task's own role.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Volume {
    /// Its name in the task.
    pub name: String,
    /// Id of the file system.
    pub file_system: Input<String>,
    /// Id of the access point: the directory, and who one is in it.
    pub access_point: Input<String>,
}

/// A command in the container that tells whether it is well.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContainerHealth {
    /// `CMD` or `CMD-SHELL`, then the command.
    pub command: Vec<String>,
    /// From one to the next, 5 to 300; 30 is ECS's own.
    pub interval_seconds: u32,
    /// It has failed when it takes longer, 2 to 60; 5 is ECS's own.
    pub timeout_seconds: u32,
    /// After so many failures in a row it is unwell, 1 to 10; 3 is ECS's own.
    pub retries: u32,
    /// For so long after the start failures do not count, at most 300; none without it.
    pub start_period_seconds: Option<u32>,
}

/// Output to CloudWatch Logs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Log {
    /// The log group's name.
    pub group: Input<String>,
    /// Its region.
    pub region: String,
    /// Streams are called `prefix/container/task`.
    pub prefix: String,
}

/// What AWS tells of a revision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN, which ends in `family:revision`.
    pub arn: String,
    /// The family.
    pub family: String,
    /// The number in the family.
    pub revision: u32,
    /// Whether services can be moved to it. Somebody who deregisters a revision makes it
    /// unusable for that, though what runs goes on.
    #[serde(default = "active")]
    pub active: bool,
}

fn active() -> bool {
    true
}

fn fargate() -> String {
    "FARGATE".to_string()
}

fn is_fargate(runs_on: &str) -> bool {
    runs_on == "FARGATE"
}

fn awsvpc() -> String {
    "awsvpc".to_string()
}

fn is_awsvpc(network_mode: &str) -> bool {
    network_mode == "awsvpc"
}

impl TaskDefinition {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// The family.
    pub const FAMILY: Output<Self, String> = Output::new("family");
    /// The number in the family.
    pub const REVISION: Output<Self, u32> = Output::new("revision");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `RegisterTaskDefinition`. It has no token, and every one makes a revision: a lost one is
    /// found again by its tags.
    Register,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeregisterTaskDefinition`: no longer to be used. It must come before deleting.
    Deregister,
    /// `DeleteTaskDefinitions`. What still runs by it goes on; it vanishes when nothing does.
    Delete,
}

impl Kind for TaskDefinition {
    const NAME: &'static str = "aws.ecs.task_definition";
    const KEEPS: usize = 10;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Register];
        };
        let mut changes = Vec::new();
        changes.extend(
            self.tags
                .requests(&observed.tags, Change::Tag, Change::Untag),
        );
        changes
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let deregister = observed.outputs.active.then_some(Change::Deregister);
        deregister.into_iter().chain([Change::Delete]).collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("family", self.family != there.family),
            ("runs_on", self.runs_on != there.runs_on),
            ("network_mode", self.network_mode != there.network_mode),
            ("cpu", self.cpu != there.cpu),
            ("memory", self.memory != there.memory),
            ("architecture", self.architecture != there.architecture),
            (
                "execution_role",
                self.execution_role != there.execution_role,
            ),
            ("task_role", self.task_role != there.task_role),
            (
                "ephemeral_storage_gib",
                self.ephemeral_storage_gib != there.ephemeral_storage_gib,
            ),
            ("containers", !same(&self.containers, &there.containers)),
            ("volumes", self.volumes != there.volumes),
            ("active", !observed.outputs.active),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Register => Request::new("ecs:RegisterTaskDefinition"),
            Change::Tag => Request::new("ecs:TagResource"),
            Change::Untag(_) => Request::new("ecs:UntagResource"),
            // Takes no resource [service authorization reference: ECS].
            Change::Deregister => return Request::new("ecs:DeregisterTaskDefinition").on("*"),
            Change::Delete => Request::new("ecs:DeleteTaskDefinitions"),
        }
        .on("task-definition/{family}:*")
    }

    /// Ports in another order are put in ours: the order says nothing. A start period of 0 is
    /// none.
    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if same(&self.containers, &spec.containers) {
                self.containers.clone_from(&spec.containers);
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

impl TaskDefinition {
    /// Whether a revision with this content is what is wanted, whatever its tags.
    #[cfg(feature = "live")]
    fn fits(&self, observed: &Observed<Self>) -> bool {
        self.replaced_by(observed).is_none()
    }
}

/// Whether two lists of containers say the same.
fn same(left: &[Container], right: &[Container]) -> bool {
    let sorted = |containers: &[Container]| {
        let mut containers = containers.to_vec();
        for container in &mut containers {
            container.ports.sort_unstable();
            container.ports.dedup();
            container.host_ports.sort_unstable();
            if let Some(health) = &mut container.health {
                health.start_period_seconds = health.start_period_seconds.filter(|it| *it > 0);
            }
        }
        containers
    };
    sorted(left) == sorted(right)
}

#[cfg(test)]
mod tests;
