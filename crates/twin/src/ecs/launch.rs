//! Starting one task.

use serde_json::Value;

use super::balancers::Balancer;
use super::container;
use super::lifecycle::{self, Step};
use super::network::{self, Network};
use super::roles;
use super::task::{Container, ContainerState, Health, Owner, State, Task, Times};
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
}

/// Starts a task and gives its id, or says why ECS cannot, in AWS's words.
pub(super) fn launch(world: &mut World, region: &str, it: Launch) -> Result<String, String> {
    let definition = world.region(region).ecs.definition(&it.definition);
    let Some(spec) = definition.map(|definition| definition.spec.clone()) else {
        return Err("TaskDefinition not found.".to_owned());
    };
    let overridden = |name: &str| it.overrides[name].as_str().map(str::to_owned);
    let execution = overridden("executionRoleArn").or_else(|| spec.execution_role_arn.clone());
    let role = overridden("taskRoleArn").or_else(|| spec.task_role_arn.clone());
    for role in [execution, role].into_iter().flatten() {
        if let Some(why) = roles::unassumable(world, &role) {
            return Err(why);
        }
    }
    let attachment = match &it.network {
        None => None,
        Some(network) => {
            let subnet = emptiest(world, region, network, &it.group).unwrap_or_default();
            let attached = network::attach(world, region, network, &subnet);
            Some(attached.map_err(|refusal| refusal.message)?)
        }
    };
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
        cpu: overridden("cpu").or(spec.cpu),
        memory: overridden("memory").or(spec.memory),
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
    world.region(region).ecs.tasks.insert(id.clone(), task);
    // Attaching the interface takes about as long as starting the container (assumed).
    let after = world.timing.task_start;
    lifecycle::plan(world, region, &id, Step::Provisioned, after);
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

/// Tasks are spread over the subnets [ECS developer guide: Fargate task placement].
fn emptiest(world: &mut World, region: &str, network: &Network, group: &str) -> Option<String> {
    let tasks = &world.region(region).ecs.tasks;
    let taken = |subnet: &String| {
        let here = |task: &&Task| {
            task.group == group
                && !task.is_stopping()
                && task
                    .attachment
                    .as_ref()
                    .is_some_and(|it| it.subnet == *subnet)
        };
        tasks.values().filter(here).count()
    };
    let counted: Vec<(usize, &String)> = network.subnets.iter().map(|it| (taken(it), it)).collect();
    counted
        .into_iter()
        .min_by_key(|(taken, _)| *taken)
        .map(|(_, subnet)| subnet.clone())
}
