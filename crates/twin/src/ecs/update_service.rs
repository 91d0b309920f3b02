//! UpdateService: what changes a deployment makes a new one, the rest takes effect where it stands.

use super::balancers;
use super::connect::{self, Connect};
use super::network::Network;
use super::revisions::Revision;
use super::service::Status;
use super::{
    capacity, create_service, describe_services, names, refuse, registries, scheduler,
    task_definition,
};
use crate::operation::{Answer, Call};

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let given = input.required("service")?;
    let definition = input.text("taskDefinition")?;
    let desired = create_service::read_count(&mut input, "desiredCount")?;
    let strategy = capacity::read_strategy(input.raw("capacityProviderStrategy"))?;
    let platform = input.text("platformVersion")?;
    let wanted_balancers = balancers::read(input.raw("loadBalancers"))?;
    let wanted_network = Network::read(input.raw("networkConfiguration"))?;
    let wanted_registries = registries::read(input.raw("serviceRegistries"))?;
    let wanted_connect = connect::read(input.raw("serviceConnectConfiguration"))?;
    let rebalancing_named = input.has("availabilityZoneRebalancing");
    let force = input.boolean("forceNewDeployment")?.unwrap_or(false);
    let cluster = names::active_cluster(call, cluster)?;
    let key = names::service(call, &cluster, &given)?;
    let service = call
        .here()
        .ecs
        .services
        .get(&key)
        .ok_or_else(refuse::service_not_found)?;
    if service.status != Status::Active {
        return Err(refuse::service_not_active());
    }
    let mut settings = service.settings.clone();
    let (mut launch, before) = (service.launch.clone(), service.revision().cloned());
    let mut placing = service.placing.clone();
    settings.read(&mut input)?;
    placing.read(&mut input)?;
    create_service::accept_unmodelled(&mut input)?;
    input.finish()?;
    if placing.daemon && desired.is_some() {
        return Err(refuse::parameter(
            "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again",
        ));
    }

    let Some(before) = before else {
        return Err(refuse::service_not_active());
    };
    if !strategy.is_empty() {
        launch = create_service::choose_launch(call, &cluster, None, strategy)?;
    }
    let definition = match definition {
        Some(given) => task_definition::usable(call, &given)?,
        None => before.definition.clone(),
    };
    let platform = match platform {
        Some(given) => create_service::read_platform(&launch, Some(given))?,
        None => before.platform.clone(),
    };
    let now = call.now();
    let wanted = Revision {
        arn: before.arn.clone(),
        definition,
        launch: launch.clone(),
        platform,
        balancers: wanted_balancers.unwrap_or_else(|| before.balancers.clone()),
        network: wanted_network.or_else(|| before.network.clone()),
        registries: wanted_registries.unwrap_or_else(|| before.registries.clone()),
        connect: None,
        created: before.created,
    };
    let connect = wanted_connect.or_else(|| before.connect.as_ref().map(Connect::wish));
    let connect = connect::check(call, &key, &cluster, &wanted.definition, connect)?;
    let wanted = Revision { connect, ..wanted };
    let region = call.region.clone();
    let replaces = wanted.definition != before.definition
        || wanted.platform != before.platform
        || wanted.balancers != before.balancers
        || wanted.network != before.network
        || wanted.registries != before.registries
        || !Connect::same(wanted.connect.as_ref(), before.connect.as_ref());
    if replaces || force {
        create_service::check_fit(
            call.world,
            &region,
            &wanted.definition,
            &launch,
            wanted.network.as_ref(),
            &wanted.balancers,
        )?;
        let (definition, platform) = (&wanted.definition, &wanted.platform);
        create_service::check_extras(
            call.world,
            &region,
            definition,
            platform,
            &wanted.registries,
        )?;
    }
    balancers::suit(&wanted.balancers, &mut settings, rebalancing_named)?;
    if settings.execute_command {
        create_service::check_exec(call.world, &region, &wanted.definition)?;
    }
    if settings.grace_seconds.is_some_and(|grace| grace > 0) && wanted.balancers.is_empty() {
        return Err(refuse::parameter(
            "Health check grace period is only valid for services configured to use load balancers",
        ));
    }

    // Out of the map and back, so that the new deployment can draw its ids.
    let Some(mut service) = call.here().ecs.services.remove(&key) else {
        return Err(refuse::service_not_found());
    };
    service.settings = settings;
    service.placing = placing;
    if let Some(desired) = desired.filter(|desired| *desired != service.desired) {
        service.desired = desired;
        service.settled = None;
        service.steady = false;
    }
    // The next tasks run on the new capacity; those that run stay where they are.
    service.launch = launch;
    if replaces || force {
        create_service::deploy(
            call.world,
            &mut service,
            Revision {
                created: now,
                ..wanted
            },
        );
    }
    call.here().ecs.services.insert(key.clone(), service);
    scheduler::wake(call.world, &region, &key, now);
    describe_services::answer(call, &key)
}
