//! DescribeServices and ListServices.

use serde_json::{Value, json};

use super::balancers::Balancer;
use super::events::Event;
use super::listing::{check_include, page};
use super::network::Network;
use super::registries::Registry;
use super::revisions::Revision;
use super::service::{Service, Status};
use super::task::Task;
use super::{Ecs, names, refuse, rollout};
use crate::operation::{Answer, Call};

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    if !input.has("services") {
        return Err(input.missing("services"));
    }
    let wanted = input.texts("services")?;
    let include = input.texts("include")?;
    input.finish()?;
    check_include(&include, &["TAGS"])?;
    if wanted.is_empty() || wanted.len() > 10 {
        return Err(refuse::parameter(if wanted.is_empty() {
            "Services cannot be empty."
        } else {
            "Up to 10 services can be described at once."
        }));
    }
    // A deleted cluster still answers for its services.
    let cluster = names::cluster(call, cluster)?;
    if !call.here().ecs.clusters.contains_key(&cluster) {
        return Err(refuse::cluster_not_found());
    }
    let tags = include.iter().any(|word| word == "TAGS");
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for given in wanted {
        let key = names::service(call, &cluster, &given)?;
        let ecs = &call.here().ecs;
        match ecs.services.get(&key) {
            Some(service) => services.push(view(ecs, service, tags)),
            None => {
                let name = names::task(&given).to_owned();
                let arn = call.arn("ecs", &format!("service/{cluster}/{name}"));
                failures.push(json!({ "arn": arn, "reason": "MISSING" }));
            }
        }
    }
    Ok(json!({ "services": services, "failures": failures }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let launch_type = input.text("launchType")?;
    let strategy = input.text("schedulingStrategy")?;
    input.accept("resourceManagementType", &[json!("CUSTOMER")])?;
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    let cluster = names::active_cluster(call, cluster)?;
    let services = call.here().ecs.services.values();
    let arns = services
        .filter(|service| service.cluster == cluster && service.is_active())
        .filter(|service| {
            strategy
                .as_deref()
                .is_none_or(|strategy| strategy == scheduling(service))
        })
        .filter(|service| {
            let mut view = json!({});
            service.launch.tell(&mut view);
            launch_type.is_none() || view["launchType"] == json!(launch_type)
        })
        .map(|service| json!(service.arn))
        .collect();
    let (arns, next) = page(arns, limit, 10, token)?;
    Ok(json!({ "serviceArns": arns, "nextToken": next }))
}

/// The whole service as a mutating call answers it.
pub(super) fn answer(call: &mut Call<'_>, key: &str) -> Answer {
    let ecs = &call.here().ecs;
    let service = ecs
        .services
        .get(key)
        .ok_or_else(refuse::service_not_found)?;
    Ok(json!({ "service": view(ecs, service, true) }))
}

fn scheduling(service: &Service) -> &'static str {
    if service.is_daemon() {
        "DAEMON"
    } else {
        "REPLICA"
    }
}

fn view(ecs: &Ecs, service: &Service, tags: bool) -> Value {
    let tasks: Vec<&Task> = service
        .live
        .iter()
        .filter_map(|id| ecs.tasks.get(id))
        .collect();
    let last = service.revisions.values().next_back();
    let revision = service.revision().or(last);
    let settings = &service.settings;
    let deployments: Vec<Value> = service
        .deployments
        .iter()
        .map(|it| it.view(service, &tasks))
        .collect();
    let current: Vec<Value> = service
        .deployments
        .iter()
        .map(|it| rollout::summary(ecs, service, it.revision))
        .collect();
    let mut view = json!({
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster_arn,
        "loadBalancers": revision.map_or(&[] as &[Balancer], |it| &it.balancers),
        "serviceRegistries": revision.map_or(&[] as &[Registry], |it| &it.registries),
        "status": match service.status {
            Status::Active => "ACTIVE",
            Status::Draining => "DRAINING",
            Status::Inactive => "INACTIVE",
        },
        "desiredCount": service.desired,
        "runningCount": tasks.iter().filter(|task| task.is_running()).count(),
        "pendingCount": tasks.iter().filter(|task| task.is_starting()).count(),
        "taskDefinition": revision.map(|it| it.definition.as_str()),
        "deploymentConfiguration": settings.deployment_view(),
        "deploymentController": { "type": "ECS" },
        "deployments": deployments,
        "roleArn": service.role,
        "events": service.events.iter().map(Event::view).collect::<Vec<_>>(),
        "createdAt": service.created.epoch_seconds(),
        "createdBy": service.created_by,
        "currentServiceDeployment":
            service.rollouts.iter().find(|it| it.status.is_open()).map(|it| it.arn.as_str()),
        "currentServiceRevisions": current,
        "placementConstraints": service.placing.constraints(),
        "placementStrategy": service.placing.strategy,
        "networkConfiguration": revision.and_then(|it| it.network.as_ref()).map(Network::view),
        "healthCheckGracePeriodSeconds": settings.grace_seconds,
        "schedulingStrategy": scheduling(service),
        "enableECSManagedTags": settings.managed_tags,
        "propagateTags": settings.propagate_tags.as_deref().unwrap_or("NONE"),
        "enableExecuteCommand": settings.execute_command,
        "availabilityZoneRebalancing": settings.zone_rebalancing,
        "resourceManagementType": "CUSTOMER",
    });
    if let Some(Revision { platform, .. }) = revision.filter(|_| service.launch.is_fargate()) {
        view["platformVersion"] = json!(platform);
        view["platformFamily"] = json!("Linux");
    }
    service.launch.tell(&mut view);
    if tags {
        view["tags"] = service.tags.to_list("key", "value");
    }
    view
}
