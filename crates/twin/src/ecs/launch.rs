//! Starting one task.

use serde_json::Value;

use super::balancers::Balancer;
use super::container;
use super::lifecycle::{self, Step};
use super::managed_scaling;
use super::network::{self, Network};
use super::placement::{self, NoRoom, Placing};
use super::resources::{self, Need};
use super::seat::{self, Wants};
use super::task::{Container, ContainerState, Health, Owner, State, Task, Times};
use super::{roles, task_events};
use crate::tags::Tags;
use crate::world::World;

/// What is to be started.
pub(super) struct Launch {
    pub(super) cluster: String,
    /// The task definition's ARN.
    pub(super) definition: String,
    pub(super) owner: Owner,
    pub(super) group: String,
    pub(super) started_by: Option<String>,
    pub(super) launch_type: String,
    pub(super) provider: Option<String>,
    pub(super) network: Option<Network>,
    pub(super) balancers: Vec<Balancer>,
    pub(super) overrides: Value,
    pub(super) tags: Tags,
    pub(super) execute_command: bool,
    pub(super) placing: Placing,
}

/// Why a task could not be started.
pub(super) enum Failed {
    /// No instance has room for it.
    Placement(NoRoom),
    /// In AWS's words.
    Launch(String),
}

/// Starts a task and gives its id, or says why ECS cannot.
pub(super) fn launch(world: &mut World, region: &str, it: Launch) -> Result<String, Failed> {
    let definition = world.region(region).ecs.definition(&it.definition);
    let Some(spec) = definition.map(|definition| definition.spec.clone()) else {
        return Err(Failed::Launch("TaskDefinition not found.".to_owned()));
    };
    let overridden = |name: &str| it.overrides[name].as_str().map(str::to_owned);
    let execution = overridden("executionRoleArn").or_else(|| spec.execution_role_arn.clone());
    let role = overridden("taskRoleArn").or_else(|| spec.task_role_arn.clone());
    for role in [execution, role].into_iter().flatten() {
        if let Some(why) = roles::unassumable(world, &role) {
            return Err(Failed::Launch(why));
        }
    }
    let fargate = it.launch_type == "FARGATE";
    let attachment = match &it.network {
        Some(network) if fargate => {
            let subnet =
                seat::emptiest(world, region, network, &it.group, None).unwrap_or_default();
            let attached = network::attach(world, region, network, &subnet);
            Some(attached.map_err(|refusal| Failed::Launch(refusal.message))?)
        }
        _ => None,
    };
    let (cpu, memory) = (
        overridden("cpu").or(spec.cpu.clone()),
        overridden("memory").or(spec.memory.clone()),
    );
    let need = match fargate {
        true => Need::default(),
        false => resources::need(&spec, cpu.as_deref(), memory.as_deref()),
    };
    let wants = (!fargate).then(|| Wants {
        network: it.network.clone(),
        placing: it.placing,
        architecture: spec
            .runtime_platform
            .as_ref()
            .and_then(|it| it.architecture()),
        host_network: spec.network_mode.as_deref() == Some("host"),
    });
    let arn = |world: &World, what: &str| format!("arn:aws:ecs:{region}:{}:{what}", world.account);
    let id = world.ids.hex("", 32);
    let now = world.now;
    let mut containers = Vec::new();
    for definition in spec.container_definitions {
        let container = world.ids.uuid();
        let container = arn(world, &format!("container/{}/{id}/{container}", it.cluster));
        let runtime = format!("{id}-{}", world.ids.hex("", 10));
        let behaviour = world.script.behaviour(&definition.image);
        containers.push(start_of(definition, container, runtime, behaviour));
    }
    let task = Task {
        arn: arn(world, &format!("task/{}/{id}", it.cluster)),
        cluster_arn: arn(world, &format!("cluster/{}", it.cluster)),
        id: id.clone(),
        cluster: it.cluster,
        definition: it.definition,
        owner: it.owner,
        group: it.group,
        started_by: it.started_by,
        launch_type: it.launch_type,
        provider: it.provider,
        cpu,
        memory,
        instance: None,
        host: None,
        zone: None,
        need,
        wants,
        state: State::Provisioning,
        stop: None,
        times: Times {
            created: now,
            ..Times::default()
        },
        attachment,
        containers,
        balancers: it.balancers,
        registered: Vec::new(),
        overrides: it.overrides,
        tags: it.tags,
        execute_command: it.execute_command,
        proven: false,
        version: 1,
    };
    if !fargate {
        return take_place(world, region, task);
    }
    world.region(region).ecs.tasks.insert(id.clone(), task);
    task_events::changed(world, region, &id);
    // Attaching the interface takes about as long as starting the container (assumed).
    let after = world.timing.task_start;
    lifecycle::plan(world, region, &id, Step::Provisioned, after);
    Ok(id)
}

/// Puts a task on an instance. Where none has room it waits, if its provider scales by itself, else it is not made.
fn take_place(world: &mut World, region: &str, task: Task) -> Result<String, Failed> {
    let id = task.id.clone();
    let found = seat::find(world, region, &task);
    let ecs = &mut world.region(region).ecs;
    match found {
        Err(none) if !placement::scales(ecs, task.provider.as_deref()) => {
            return Err(Failed::Placement(none));
        }
        Err(_) => drop(ecs.tasks.insert(id.clone(), task)),
        Ok(instance) => {
            ecs.tasks.insert(id.clone(), task);
            seat::seat(world, region, &id, &instance);
        }
    }
    managed_scaling::look(world, region);
    Ok(id)
}

fn start_of(
    definition: container::Container,
    arn: String,
    runtime: String,
    behaviour: crate::script::Behaviour,
) -> Container {
    let checked = definition.health_check.is_some();
    Container {
        name: definition.name.clone(),
        arn,
        image: definition.image.clone(),
        runtime,
        essential: definition.is_essential(),
        ports: definition.ports(),
        bindings: Vec::new(),
        state: ContainerState::Pending,
        health: if checked {
            Health::Unknown
        } else {
            Health::Unchecked
        },
        reason: None,
        behaviour,
        definition,
    }
}
