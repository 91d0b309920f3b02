//! What the two files and the manifest need of one another.

use super::{File, mode};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::raw::{Json, Node, Placeholder};
use crate::schema::ServiceSection;
use crate::structure::dotted;
use crate::validate::Rules;

pub(super) fn check_task(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    task: &File<'_>,
) {
    let places = &task.read.places;
    let containers = places
        .get("containerDefinitions")
        .map_or(&[][..], Json::items);
    if containers.is_empty() {
        let span = places
            .get("containerDefinitions")
            .map_or(0..0, |it| it.span.clone());
        let message = "a task definition without a container".to_owned();
        task.refuse(cx, Code::RawMissing, span, message);
    }
    for container in containers {
        for name in ["name", "image"] {
            if container.get(name).is_none() {
                let span = container.span.start..container.span.start + 1;
                let message = format!("a container without `{name}`");
                task.refuse(cx, Code::RawMissing, span, message);
            }
        }
    }
    // [ECS developer guide: task execution role] it reads secrets, and on Fargate writes logs.
    let needs = containers.iter().find_map(|container| {
        let secrets = container.get("secrets").filter(|it| !it.items().is_empty());
        secrets.or(container.get("repositoryCredentials"))
    });
    if let Some(needs) = needs
        && places.get("executionRoleArn").is_none()
    {
        let message = "secrets without `executionRoleArn`".to_owned();
        let refused = task.refuse(cx, Code::RawMisfit, needs.span.clone(), message);
        refused.label(cx, "ECS reads them by that role").help(
            cx,
            "write \"executionRoleArn\": \"@@EXECUTION_ROLE_ARN@@\" for a role that may read these and no others",
        );
    }
    let unused = [
        (
            "permissions",
            section
                .permissions
                .as_ref()
                .and_then(|it| it.first())
                .map(Located::span),
            Placeholder::TaskRole,
            "\"taskRoleArn\": \"@@TASK_ROLE_ARN@@\"",
        ),
        (
            "log_retention",
            section.log_retention.as_ref().map(Located::span),
            Placeholder::LogGroup,
            "\"awslogs-group\": \"@@LOG_GROUP@@\"",
        ),
    ];
    for (key, span, placeholder, example) in unused {
        if let Some(span) = span
            && !task.has(placeholder)
        {
            let message = format!(
                "`{}.{key}` has no effect: `{}` does not have @@{}@@",
                dotted(path),
                task.name,
                placeholder.name()
            );
            let diagnostic = Diagnostic::new(Code::NoEffect, span, message);
            cx.push(diagnostic.help(format!("write {example} there, or take the key out")));
        }
    }
}

pub(super) fn check_service(
    cx: &mut Rules<'_>,
    section: &ServiceSection,
    task: &File<'_>,
    service: &File<'_>,
    existing_group: bool,
) {
    let places = &service.read.places;
    if let Some(written) = places.get("taskDefinition")
        && written.text() != Some("@@TASKDEFINITION_ARN@@")
    {
        let message = "`taskDefinition` is another than the one beside it".to_owned();
        let refused = service.refuse(cx, Code::RawMisfit, written.span.clone(), message);
        refused.help(cx, "write \"@@TASKDEFINITION_ARN@@\"");
    }
    let group = service.read.placeholders.get(&Placeholder::TargetGroup);
    if let Some(span) = group
        && section.port.is_none()
        && !existing_group
    {
        let message = "there is no target group for @@TARGET_GROUP_ARN@@".to_owned();
        service.refuse(cx, Code::RawPlaceholder, span.clone(), message).help(
            cx,
            "write the service's `port` in the manifest to have one made, or name one: existing.target_group = \"arn:…\"",
        );
    }
    if let Some(port) = &section.port {
        if group.is_none() {
            let message = format!(
                "the port has no effect: `{}` does not have @@TARGET_GROUP_ARN@@",
                service.name
            );
            cx.push(
                Diagnostic::new(Code::NoEffect, port.span(), message).help(
                    "write it as \"targetGroupArn\" in \"loadBalancers\", or take the key out",
                ),
            );
        } else if mode(task) != Some("awsvpc") {
            let place = task.read.places.get("networkMode");
            let span = place.map_or(0..1, |it| it.span.clone());
            let message =
                "a target group of the manifest's `port` takes addresses of tasks".to_owned();
            task.refuse(cx, Code::RawMisfit, span, message).help(
                cx,
                "write \"networkMode\": \"awsvpc\", or name a group of instances: existing.target_group = \"arn:…\"",
            );
        }
        if let Some(names) = &section.balancer
            && names.get().0.len() > 1
        {
            let message =
                "@@TARGET_GROUP_ARN@@ is the target group of one load balancer".to_owned();
            let diagnostic = Diagnostic::new(Code::RawMisfit, names.span(), message);
            cx.push(diagnostic.help(
                "let the manifest name one load balancer, and write the target groups of others into \"loadBalancers\"",
            ));
        }
    }
    // [ECS API: DescribeServices] the answer has the ARN, whatever was given.
    let namespace = places.get("serviceConnectConfiguration");
    if let Some(namespace) = namespace.and_then(|it| it.get("namespace"))
        && !namespace.text().is_some_and(|it| it.starts_with("arn:"))
    {
        let message = "a namespace by its name".to_owned();
        let refused = service.refuse(cx, Code::RawMisfit, namespace.span.clone(), message);
        refused.label(cx, "write its ARN: ECS answers with that");
    }
    let balancers = places.get("loadBalancers").map_or(&[][..], Json::items);
    for balancer in balancers {
        check_balancer(cx, section, task, service, balancer);
    }
}

/// The balancer's container is in the task and maps the balancer's port.
fn check_balancer(
    cx: &mut Rules<'_>,
    section: &ServiceSection,
    task: &File<'_>,
    service: &File<'_>,
    balancer: &Json,
) {
    let (Some(name), Some(port)) = (balancer.get("containerName"), balancer.get("containerPort"))
    else {
        let span = balancer.span.start..balancer.span.start + 1;
        let message = "a load balancer without `containerName` and `containerPort`".to_owned();
        service.refuse(cx, Code::RawMissing, span, message);
        return;
    };
    let containers = task.read.places.get("containerDefinitions");
    let containers = containers.map_or(&[][..], Json::items);
    let named = |it: &&Json| it.get("name").and_then(Json::text) == name.text();
    let Some(container) = containers.iter().find(named) else {
        let message = format!(
            "`{}` has no container {:?}",
            task.name,
            name.text().unwrap_or_default()
        );
        service.refuse(cx, Code::RawMisfit, name.span.clone(), message);
        return;
    };
    let wanted = number(port);
    let mappings = container.get("portMappings").map_or(&[][..], Json::items);
    if !mappings
        .iter()
        .any(|it| it.get("containerPort").and_then(number) == wanted)
    {
        let message = format!(
            "the container {:?} of `{}` does not map this port",
            name.text().unwrap_or_default(),
            task.name
        );
        service.refuse(cx, Code::RawMisfit, port.span.clone(), message);
    }
    let group = balancer.get("targetGroupArn").and_then(Json::text);
    if let Some(written) = &section.port
        && group == Some("@@TARGET_GROUP_ARN@@")
        && wanted != Some(i64::from(*written.get()))
    {
        let message = format!("the manifest's `port` is {}", written.get());
        let refused = service.refuse(cx, Code::RawMisfit, port.span.clone(), message);
        refused.label(cx, "must be the same");
    }
}

fn number(json: &Json) -> Option<i64> {
    match &json.node {
        Node::Number(number) => number.as_i64(),
        _ => None,
    }
}
