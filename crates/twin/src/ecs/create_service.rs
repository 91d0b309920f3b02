//! CreateService.

use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::balancers::{self, Balancer};
use super::deployment::Deployment;
use super::network::{self, Network};
use super::placement::Placing;
use super::registries::{self, Registry};
use super::revisions::Revision;
use super::service::{Launch, Service, Status};
use super::service_settings::Settings;
use super::{
    capacity, connect, describe_services, names, refuse, roles, rollout, scheduler,
    task_definition, volumes,
};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let fingerprint = input.whole();
    let cluster = input.text("cluster")?;
    let name = input.required("serviceName")?;
    let definition = input.text("taskDefinition")?;
    let token = input.text("clientToken")?;
    let desired = read_count(&mut input, "desiredCount")?;
    let launch_type = input.text("launchType")?;
    let strategy = capacity::read_strategy(input.raw("capacityProviderStrategy"))?;
    let platform = input.text("platformVersion")?;
    let balancers = balancers::read(input.raw("loadBalancers"))?.unwrap_or_default();
    let network = Network::read(input.raw("networkConfiguration"))?;
    let registries = registries::read(input.raw("serviceRegistries"))?.unwrap_or_default();
    let connect = connect::read(input.raw("serviceConnectConfiguration"))?;
    let rebalancing_named = input.has("availabilityZoneRebalancing");
    let mut settings = Settings::new();
    if input.whole()["schedulingStrategy"] == "DAEMON" {
        settings.deployment = settings.deployment.of_daemons();
    }
    settings.read(&mut input)?;
    let role = input.text("role")?;
    let tags = Tags::from_list(input.objects("tags")?, "key", "value")?;
    if launch_type.as_deref() == Some("FARGATE") {
        refuse_on_fargate(&input.whole())?;
    }
    let daemon = read_scheduling(&mut input)?;
    let mut placing = Placing {
        daemon,
        ..Placing::default()
    };
    placing.read(&mut input)?;
    accept_unmodelled(&mut input)?;
    input.finish()?;

    if !names::is_name(&name) {
        return Err(refuse::parameter(
            "Invalid service name. Service names must be 1 to 255 letters, digits, hyphens and underscores.",
        ));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let key = names::key(&cluster, &name);
    if let Some(answer) = check_name(call, &key, token.as_deref(), &fingerprint)? {
        return Ok(answer);
    }
    let definition =
        definition.ok_or_else(|| refuse::parameter("TaskDefinition can not be blank."))?;
    let definition = task_definition::usable(call, &definition)?;
    let desired = match daemon {
        true => check_daemon(desired, &strategy, &placing)?,
        false => desired.ok_or_else(|| refuse::parameter("desiredCount can not be null."))?,
    };
    let launch = match daemon {
        // Daemons are on every instance, whatever the cluster's strategy.
        true => Launch::Type("EC2".to_owned()),
        false => choose_launch(call, &cluster, launch_type, strategy)?,
    };
    if launch.is_fargate() && !placing.is_empty() {
        return Err(placement_on_fargate());
    }
    let platform = read_platform(&launch, platform)?;
    let region = call.region.clone();
    check_fit(
        call.world,
        &region,
        &definition,
        &launch,
        network.as_ref(),
        &balancers,
    )?;
    balancers::suit(&balancers, &mut settings, rebalancing_named)?;
    check_extras(call.world, &region, &definition, &platform, &registries)?;
    let connect = connect::check(call, &key, &cluster, &definition, connect)?;
    if settings.execute_command {
        check_exec(call.world, &region, &definition)?;
    }
    if settings.grace_seconds.is_some() && balancers.is_empty() {
        return Err(refuse::parameter(
            "Health check grace period is only valid for services configured to use load balancers",
        ));
    }
    if role.is_some() && (balancers.is_empty() || network.is_some()) {
        return Err(refuse::parameter(
            "You cannot specify an IAM role for services that require a service linked role.",
        ));
    }
    let linked = network.is_some() || !balancers.is_empty() || !registries.is_empty();
    if linked && !roles::linked(call.world) {
        return Err(refuse::no_linked_role());
    }
    if !balancers.is_empty() && settings.grace_seconds.is_none() {
        settings.grace_seconds = Some(0);
    }

    let now = call.now();
    let mut service = Service {
        arn: call.arn("ecs", &format!("service/{cluster}/{name}")),
        cluster_arn: call.arn("ecs", &format!("cluster/{cluster}")),
        name,
        cluster,
        status: Status::Active,
        desired,
        launch: launch.clone(),
        placing,
        settings,
        tags,
        created: now,
        created_by: call.principal.clone(),
        role: linked.then(|| roles::linked_arn(call.world)),
        token: token.map(|token| (token, fingerprint)),
        deployments: Vec::new(),
        revisions: BTreeMap::new(),
        last_revision: 0,
        completed: None,
        rollouts: Vec::new(),
        events: Vec::new(),
        live: Vec::new(),
        wake: None,
        hold: None,
        settled: None,
        steady: false,
    };
    let arn = String::new();
    let revision = Revision {
        arn,
        definition,
        launch,
        platform,
        balancers,
        network,
        registries,
        connect,
        created: now,
    };
    deploy(call.world, &mut service, revision);
    call.here().ecs.services.insert(key.clone(), service);
    scheduler::wake(call.world, &region, &key, now);
    describe_services::answer(call, &key)
}

/// Makes a revision the PRIMARY deployment.
pub(super) fn deploy(world: &mut World, service: &mut Service, mut revision: Revision) {
    let now = world.now;
    let region = service.arn.split(':').nth(3).unwrap_or_default().to_owned();
    if let Some(connect) = &mut revision.connect {
        connect.open(world, &region);
    }
    let number = service.add_revision(revision);
    let deployment = Deployment::new(&mut world.ids, number, now);
    let id = deployment.id.clone();
    service.deployments.insert(0, deployment);
    service.hold = None;
    service.settled = None;
    service.steady = false;
    rollout::open(service, &mut world.ids, &id, number, now);
}

/// A name that is taken refuses, unless the very same request is repeated with its token (failures.md 1.2; AWS does
/// not say for how long it remembers a token; here as long as the service is ACTIVE).
fn check_name(
    call: &mut Call<'_>,
    key: &str,
    token: Option<&str>,
    fingerprint: &Value,
) -> Result<Option<Value>, Refusal> {
    let Some(service) = call.here().ecs.services.get(key) else {
        return Ok(None);
    };
    match service.status {
        Status::Inactive => Ok(None),
        Status::Draining => Err(refuse::parameter(
            "Unable to Start a service that is still Draining.",
        )),
        Status::Active => {
            let same = service.token.as_ref().is_some_and(|(known, first)| {
                Some(known.as_str()) == token && first == fingerprint
            });
            if same {
                return describe_services::answer(call, key).map(Some);
            }
            Err(refuse::parameter("Creation of service was not idempotent."))
        }
    }
}

/// A count of tasks.
pub(super) fn read_count(input: &mut Input, name: &str) -> Result<Option<u32>, Refusal> {
    let Some(count) = input.number(name)? else {
        return Ok(None);
    };
    match u32::try_from(count) {
        Ok(count) if count <= 5000 => Ok(Some(count)),
        _ => Err(refuse::parameter(format!(
            "{name} must be between 0 and 5000."
        ))),
    }
}

/// Fargate places tasks itself [ECS API: CreateService placementStrategy, schedulingStrategy].
fn refuse_on_fargate(request: &Value) -> Result<(), Refusal> {
    let placed = ["placementConstraints", "placementStrategy"]
        .iter()
        .any(|name| request[*name].as_array().is_some_and(|it| !it.is_empty()));
    if placed {
        return Err(placement_on_fargate());
    }
    if request["schedulingStrategy"] == "DAEMON" {
        return Err(refuse::parameter(
            "The daemon scheduling strategy is not supported with FARGATE launch type.",
        ));
    }
    Ok(())
}

fn placement_on_fargate() -> Refusal {
    refuse::parameter(
        "Placement strategies and constraints are not supported with FARGATE launch type.",
    )
}

/// Whether it is a daemon service.
fn read_scheduling(input: &mut Input) -> Result<bool, Refusal> {
    match input.text("schedulingStrategy")?.as_deref() {
        None | Some("REPLICA") => Ok(false),
        Some("DAEMON") => Ok(true),
        Some(other) => Err(refuse::parameter(format!(
            "Unknown scheduling strategy {other}."
        ))),
    }
}

/// [ECS API: CreateService schedulingStrategy: "you don't need to specify a desired number of tasks, a task placement
/// strategy, or use Service Auto Scaling policies"]; the count follows from the instances.
fn check_daemon(
    desired: Option<u32>,
    strategy: &[capacity::Item],
    placing: &Placing,
) -> Result<u32, Refusal> {
    let refused = match (desired, placing.strategy.is_empty(), strategy.is_empty()) {
        (Some(_), ..) => {
            "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again"
        }
        (_, false, _) => "The daemon scheduling strategy does not support placement strategies.",
        (_, _, false) => {
            "The daemon scheduling strategy does not support capacity provider strategies."
        }
        _ => return Ok(0),
    };
    Err(refuse::parameter(refused))
}

/// What CreateService and UpdateService know and the twin does not model.
pub(super) fn accept_unmodelled(input: &mut Input) -> Result<(), Refusal> {
    input.accept("deploymentController", &[json!({ "type": "ECS" })])?;
    for list in [
        "volumeConfigurations",
        "vpcLatticeConfigurations",
        "gatewayConnectors",
    ] {
        input.accept(list, &[json!([])])?;
    }
    input.accept("monitoring", &[])
}

/// A launch type or a strategy, not both; with neither the cluster's default strategy, else EC2 [ECS API:
/// CreateService].
pub(super) fn choose_launch(
    call: &mut Call<'_>,
    cluster: &str,
    launch_type: Option<String>,
    strategy: Vec<capacity::Item>,
) -> Result<Launch, Refusal> {
    let cluster = call
        .here()
        .ecs
        .clusters
        .get(cluster)
        .ok_or_else(refuse::cluster_not_found)?;
    match launch_type {
        Some(_) if !strategy.is_empty() => Err(refuse::parameter(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        )),
        Some(name) if matches!(name.as_str(), "FARGATE" | "EC2") => Ok(Launch::Type(name)),
        Some(other) if matches!(other.as_str(), "EXTERNAL" | "MANAGED_INSTANCES") => {
            Err(Refusal::not_implemented(format_args!("launchType={other}")))
        }
        Some(other) => Err(refuse::parameter(format!("Unknown launch type {other}."))),
        None if !strategy.is_empty() => {
            capacity::check_strategy(&strategy, &cluster.providers)?;
            Ok(Launch::Strategy(strategy))
        }
        None if !cluster.default_strategy.is_empty() => {
            Ok(Launch::Strategy(cluster.default_strategy.clone()))
        }
        None => Ok(Launch::Type("EC2".to_owned())),
    }
}

/// [ECS developer guide: Fargate platform versions].
pub(super) fn read_platform(launch: &Launch, given: Option<String>) -> Result<String, Refusal> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok("LATEST".to_owned());
    };
    if !launch.is_fargate() {
        return Err(refuse::parameter(
            "The platform version must be null when specifying an EC2 launch type.",
        ));
    }
    if !matches!(given.as_str(), "LATEST" | "1.4.0" | "1.3.0") {
        return Err(Refusal::new(
            "PlatformUnknownException",
            "The specified platform version does not exist.",
        ));
    }
    Ok(given)
}

/// ECS Exec works through the task's own role [ECS developer guide: ECS Exec].
pub(super) fn check_exec(world: &World, region: &str, definition: &str) -> Result<(), Refusal> {
    let definition = world
        .regions
        .get(region)
        .and_then(|it| it.ecs.definition(definition));
    if definition.is_some_and(|it| it.spec.task_role_arn.is_none()) {
        return Err(refuse::parameter(
            "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
        ));
    }
    Ok(())
}

/// The same of its volumes and registries.
pub(super) fn check_extras(
    world: &World,
    region: &str,
    definition: &str,
    platform: &str,
    registries: &[Registry],
) -> Result<(), Refusal> {
    let here = world.regions.get(region);
    match here.and_then(|it| it.ecs.definition(definition)) {
        Some(definition) => {
            volumes::check_platform(&definition.spec, platform)?;
            registries::check(world, region, definition, registries)
        }
        None => Err(refuse::client("TaskDefinition not found.")),
    }
}

/// Whether a task definition can run like this.
pub(super) fn check_fit(
    world: &World,
    region: &str,
    definition: &str,
    launch: &Launch,
    network: Option<&Network>,
    balancers: &[Balancer],
) -> Result<(), Refusal> {
    let definition = world
        .regions
        .get(region)
        .and_then(|it| it.ecs.definition(definition));
    let Some(definition) = definition else {
        return Err(refuse::client("TaskDefinition not found."));
    };
    let required = &definition.spec.requires_compatibilities;
    let ecs = world.regions.get(region).map(|it| &it.ecs);
    let wanted = match launch {
        _ if launch.is_fargate() => "FARGATE",
        Launch::Strategy(items) => items.first().zip(ecs).map_or("EC2", |(item, ecs)| {
            capacity::launch_type(ecs, &item.capacity_provider)
        }),
        Launch::Type(_) => "EC2",
    };
    if wanted != "FARGATE" && network.is_some_and(|it| it.assign_public_ip == "ENABLED") {
        return Err(refuse::parameter(
            "Assign public IP is not supported for this launch type.",
        ));
    }
    let compatible = match launch {
        _ if required.iter().any(|it| it == wanted) => true,
        _ if launch.is_fargate() => false,
        _ => required.is_empty(),
    };
    if !compatible {
        return Err(refuse::parameter(format!(
            "Task definition does not support launch_type {wanted}."
        )));
    }
    network::check(world, region, definition, network)?;
    if launch.is_fargate() && balancers.iter().any(|it| it.load_balancer_name.is_some()) {
        return Err(refuse::parameter(
            "Classic Load Balancers are not supported with Fargate. Use an Application Load Balancer or a Network Load Balancer.",
        ));
    }
    balancers::check(world, region, definition, balancers)
}
