//! Tasks: their state, their containers, and how DescribeTasks shows them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balancers::{Balancer, Behind, Place};
use super::container;
use super::network::Attachment;
use super::resources::Need;
use super::seat::{Binding, Wants};
use crate::clock::Millis;
use crate::script::Behaviour;
use crate::tags::Tags;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) cluster: String,
    pub(super) cluster_arn: String,
    /// The task definition's ARN.
    pub(super) definition: String,
    pub(super) owner: Owner,
    pub(super) group: String,
    pub(super) started_by: Option<String>,
    /// FARGATE or EC2.
    pub(super) launch_type: String,
    pub(super) provider: Option<String>,
    pub(super) cpu: Option<String>,
    pub(super) memory: Option<String>,
    pub(super) state: State,
    /// Why it is to stop, or did. From then on its desired status is STOPPED.
    pub(super) stop: Option<Stop>,
    pub(super) times: Times,
    pub(super) attachment: Option<Attachment>,
    /// The container instance that it is on, its EC2 instance and zone.
    #[serde(default)]
    pub(super) instance: Option<String>,
    #[serde(default)]
    pub(super) host: Option<String>,
    #[serde(default)]
    pub(super) zone: Option<String>,
    #[serde(default)]
    pub(super) need: Need,
    /// Where it may be placed; none on Fargate.
    #[serde(default)]
    pub(super) wants: Option<Wants>,
    pub(super) containers: Vec<Container>,
    /// Where it is registered when it runs.
    pub(super) balancers: Vec<Balancer>,
    /// The Cloud Map services that it is registered in.
    #[serde(default)]
    pub(super) registered: Vec<String>,
    pub(super) overrides: Value,
    pub(super) tags: Tags,
    pub(super) execute_command: bool,
    /// It was healthy once: what happens later is no failure of its deployment.
    pub(super) proven: bool,
    pub(super) version: u32,
}

/// Who started a task.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) enum Owner {
    Service { key: String, deployment: String },
    Caller,
}

/// The task lifecycle [ECS developer guide: task lifecycle].
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Stop {
    pub(super) code: StopCode,
    pub(super) reason: String,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StopCode {
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
    ServiceSchedulerInitiated,
    TerminationNotice,
}

#[derive(Serialize, Deserialize, Debug, Clone, Default)]
pub(super) struct Times {
    pub(super) created: Millis,
    pub(super) pull_started: Option<Millis>,
    pub(super) pull_stopped: Option<Millis>,
    pub(super) started: Option<Millis>,
    pub(super) stopping: Option<Millis>,
    pub(super) execution_stopped: Option<Millis>,
    pub(super) stopped: Option<Millis>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) image: String,
    pub(super) runtime: String,
    pub(super) essential: bool,
    pub(super) ports: Vec<u16>,
    /// Its ports on the host, in bridge and host mode.
    #[serde(default)]
    pub(super) bindings: Vec<Binding>,
    pub(super) state: ContainerState,
    pub(super) health: Health,
    /// Why it could not start.
    pub(super) reason: Option<String>,
    /// What it does, fixed when the task starts: a script that changes later does not change running tasks' fate.
    pub(super) behaviour: Behaviour,
    pub(super) definition: container::Container,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContainerState {
    Pending,
    Running { since: Millis },
    Stopped { exit: Option<i32> },
}

/// What the container's own health check says.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// It has none.
    Unchecked,
    Unknown,
    Healthy,
    Unhealthy,
}

impl Container {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, ContainerState::Running { .. })
    }

    fn view(&self, task: &Task) -> Value {
        let mut view = json!({
            "containerArn": self.arn,
            "taskArn": task.arn,
            "name": self.name,
            "image": self.image,
            "networkBindings": self.bindings.iter().filter(|_| self.is_running()).map(|it| json!({
                "bindIP": "0.0.0.0",
                "containerPort": it.container_port,
                "hostPort": it.host_port,
                "protocol": it.protocol,
            })).collect::<Vec<_>>(),
            "networkInterfaces": task.attachment.iter().map(|it| json!({
                "attachmentId": it.id,
                "privateIpv4Address": it.ip,
            })).collect::<Vec<_>>(),
            "healthStatus": self.health.word(),
            "cpu": self.definition.cpu.to_string(),
            "reason": self.reason,
        });
        if let Some(memory) = self.definition.memory {
            view["memory"] = json!(memory.to_string());
        }
        if let Some(memory) = self.definition.memory_reservation {
            view["memoryReservation"] = json!(memory.to_string());
        }
        if task.state > State::Provisioning {
            view["runtimeId"] = json!(self.runtime);
        }
        view["lastStatus"] = json!(match self.state {
            ContainerState::Pending => "PENDING",
            ContainerState::Running { .. } => "RUNNING",
            ContainerState::Stopped { exit } => {
                view["exitCode"] = json!(exit);
                "STOPPED"
            }
        });
        if task.execute_command && self.is_running() {
            view["managedAgents"] =
                json!([{ "name": "ExecuteCommandAgent", "lastStatus": "RUNNING" }]);
        }
        view
    }
}

impl Health {
    pub(super) fn word(self) -> &'static str {
        match self {
            Health::Unchecked | Health::Unknown => "UNKNOWN",
            Health::Healthy => "HEALTHY",
            Health::Unhealthy => "UNHEALTHY",
        }
    }
}

impl Task {
    pub(super) fn ip(&self) -> Option<&str> {
        let here = !self.is_stopped();
        self.attachment
            .as_ref()
            .filter(|_| here)
            .map(|attachment| attachment.ip.as_str())
    }

    /// It waits for an instance that has room for it.
    pub(super) fn is_waiting(&self) -> bool {
        self.wants.is_some() && self.instance.is_none() && !self.is_stopping()
    }

    /// Where balancers reach it: by its own address, or by its host and a port there.
    pub(super) fn places(&self) -> Vec<Place> {
        let place = |balancer: &Balancer| {
            let port = balancer.container_port;
            let (id, port) = match (self.ip(), &self.host) {
                (Some(ip), _) => (ip.to_owned(), port),
                (None, Some(host)) => {
                    let mut containers = self.containers.iter();
                    let container = containers.find(|it| it.name == balancer.container_name)?;
                    let bound = container
                        .bindings
                        .iter()
                        .find(|it| it.container_port == port)?;
                    (host.clone(), bound.host_port)
                }
                (None, None) => return None,
            };
            let behind = match &balancer.load_balancer_name {
                Some(name) => Behind::Classic(name.clone()),
                None => Behind::Group(balancer.target_group_arn.clone()),
            };
            Some(Place { behind, id, port })
        };
        self.balancers.iter().filter_map(place).collect()
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.state == State::Stopped
    }

    /// Its desired status is STOPPED, whether it has or not.
    pub(super) fn is_stopping(&self) -> bool {
        self.stop.is_some()
    }

    /// Counts as running in a service and a cluster.
    pub(super) fn is_running(&self) -> bool {
        self.state == State::Running
    }

    /// Counts as pending.
    pub(super) fn is_starting(&self) -> bool {
        self.state < State::Running && !self.is_stopping()
    }

    pub(super) fn is_of(&self, deployment: &str) -> bool {
        matches!(&self.owner, Owner::Service { deployment: mine, .. } if mine == deployment)
    }

    /// Every essential container must be healthy; without checks nothing is known
    /// [ECS developer guide: container health checks].
    pub(super) fn health(&self) -> Health {
        let checked = self.containers.iter().filter(|it| it.essential);
        let mut all = checked
            .map(|it| it.health)
            .filter(|it| *it != Health::Unchecked)
            .peekable();
        if all.peek().is_none() {
            return Health::Unchecked;
        }
        let all: Vec<Health> = all.collect();
        [Health::Unhealthy, Health::Unknown]
            .into_iter()
            .find(|worse| all.contains(worse))
            .unwrap_or(Health::Healthy)
    }

    pub(super) fn view(&self, tags: bool) -> Value {
        let seconds = |at: Option<Millis>| at.map(Millis::epoch_seconds);
        let times = &self.times;
        let containers: Vec<Value> = self.containers.iter().map(|it| it.view(self)).collect();
        let mut view = json!({
            "taskArn": self.arn,
            "taskDefinitionArn": self.definition,
            "clusterArn": self.cluster_arn,
            "group": self.group,
            "startedBy": self.started_by,
            "launchType": self.launch_type,
            "capacityProviderName": self.provider,
            "cpu": self.cpu,
            "memory": self.memory,
            "lastStatus": self.state.word(),
            "desiredStatus": if self.is_stopping() { "STOPPED" } else { "RUNNING" },
            "healthStatus": self.health().word(),
            "connectivity": "CONNECTED",
            "connectivityAt": seconds(times.pull_started),
            "availabilityZone":
                self.zone.as_deref().or(self.attachment.as_ref().map(|it| it.zone.as_str())),
            "attachments": self.attachments(),
            "attributes": [{ "name": "ecs.cpu-architecture", "value": self.architecture() }],
            "containers": containers,
            "overrides": self.overrides,
            "enableExecuteCommand": self.execute_command,
            "inferenceAccelerators": [],
            "createdAt": seconds(Some(times.created)),
            "pullStartedAt": seconds(times.pull_started),
            "pullStoppedAt": seconds(times.pull_stopped),
            "startedAt": seconds(times.started),
            "stoppingAt": seconds(times.stopping),
            "executionStoppedAt": seconds(times.execution_stopped),
            "stoppedAt": seconds(times.stopped),
            "stopCode": self.stop.as_ref().map(|stop| format!("{:?}", stop.code)),
            "stoppedReason": self.stop.as_ref().map(|stop| stop.reason.as_str()),
            "tags": if tags { self.tags.to_list("key", "value") } else { json!([]) },
            "version": self.version,
        });
        if self.launch_type == "FARGATE" {
            view["platformVersion"] = json!("1.4.0");
            view["platformFamily"] = json!("Linux");
            view["ephemeralStorage"] = json!({ "sizeInGiB": 20 });
        }
        if let Some(id) = &self.instance {
            let of_cluster = self
                .cluster_arn
                .replacen(":cluster/", ":container-instance/", 1);
            view["containerInstanceArn"] = json!(format!("{of_cluster}/{id}"));
        }
        view
    }

    fn architecture(&self) -> &str {
        let named = self
            .wants
            .as_ref()
            .and_then(|it| it.architecture.as_deref());
        named.unwrap_or("x86_64")
    }

    fn attachments(&self) -> Vec<Value> {
        let status = match self.state {
            State::Provisioning => "PRECREATED",
            State::Stopped => "DELETED",
            _ => "ATTACHED",
        };
        let attachments = self.attachment.iter().map(|it| {
            let ip = it.ip.replace('.', "-");
            json!({
                "id": it.id,
                "type": "ElasticNetworkInterface",
                "status": status,
                "details": [
                    { "name": "subnetId", "value": it.subnet },
                    { "name": "networkInterfaceId", "value": it.interface },
                    { "name": "macAddress", "value": it.mac },
                    { "name": "privateDnsName", "value": format!("ip-{ip}.ec2.internal") },
                    { "name": "privateIPv4Address", "value": it.ip },
                ],
            })
        });
        attachments.collect()
    }
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            State::Provisioning => "PROVISIONING",
            State::Pending => "PENDING",
            State::Activating => "ACTIVATING",
            State::Running => "RUNNING",
            State::Deactivating => "DEACTIVATING",
            State::Stopping => "STOPPING",
            State::Deprovisioning => "DEPROVISIONING",
            State::Stopped => "STOPPED",
        }
    }
}
