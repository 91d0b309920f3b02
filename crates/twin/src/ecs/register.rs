//! RegisterTaskDefinition: a new revision of a family, if ECS can run such a thing.

use serde_json::{Map, Value, json};

use super::container::{Container, DEFINITION, Spec};
use super::shape::{self, Shape};
use super::task_definition::{Status, TaskDefinition};
use super::{compatibility, connect, fargate, names, refuse, secrets, volumes};
use crate::iam;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

pub(super) fn register(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let family = input.required("family")?;
    if !input.has("containerDefinitions") {
        return Err(input.missing("containerDefinitions"));
    }
    let mut fields = Map::new();
    for member in DEFINITION {
        if let Some(value) = input.raw(member.name) {
            fields.insert(member.name.to_owned(), value);
        }
    }
    input.accept("proxyConfiguration", &[])?;
    input.accept("inferenceAccelerators", &[json!([])])?;
    let tags = Tags::from_list(input.objects("tags")?, "key", "value")?;
    input.finish()?;
    let checked = shape::check(
        Value::Object(fields),
        &Shape::Struct(DEFINITION),
        "taskDefinition",
    )?;
    let mut spec: Spec = serde_json::from_value(checked.clone())
        .map_err(|error| refuse::client(format!("Invalid task definition: {error}")))?;
    let Value::Object(mut document) = checked else {
        return Ok(Value::Null);
    };
    check(call, &family, &spec)?;
    let fargate = spec
        .requires_compatibilities
        .iter()
        .any(|it| it == "FARGATE");
    let awsvpc = spec.network_mode.as_deref() == Some("awsvpc");
    compatibility::check(&Value::Object(document.clone()), fargate, awsvpc)?;
    normalise(&mut document, &mut spec);

    let now = call.now();
    let principal = call.principal.clone();
    let last = call
        .here()
        .ecs
        .families
        .get(&family)
        .map_or(0, |family| family.last);
    let revision = last + 1;
    let arn = call.arn("ecs", &format!("task-definition/{family}:{revision}"));
    document.insert("family".to_owned(), json!(family));
    document.insert("revision".to_owned(), json!(revision));
    document.insert("taskDefinitionArn".to_owned(), json!(arn));
    document.insert("registeredBy".to_owned(), json!(principal));
    let definition = TaskDefinition {
        arn,
        status: Status::Active,
        tags,
        registered: now,
        spec,
        document,
    };
    let mut answer = json!({ "taskDefinition": definition.view() });
    if !definition.tags.is_empty() {
        answer["tags"] = definition.tags.to_list("key", "value");
    }
    let family = call.here().ecs.families.entry(family).or_default();
    family.last = revision;
    family.revisions.insert(revision, definition);
    Ok(answer)
}

fn check(call: &Call<'_>, family: &str, spec: &Spec) -> Result<(), Refusal> {
    if !names::is_name(family) {
        return Err(refuse::client("Family contains invalid characters."));
    }
    let containers = &spec.container_definitions;
    if containers.is_empty() {
        return Err(refuse::client("Container list cannot be empty."));
    }
    if let Some(other) = spec
        .requires_compatibilities
        .iter()
        .find(|it| !KNOWN.contains(&it.as_str()))
    {
        return Err(refuse::client(format!("Invalid compatibility {other}.")));
    }
    for role in [&spec.task_role_arn, &spec.execution_role_arn]
        .into_iter()
        .flatten()
    {
        if iam::role(call.world, role).is_none() {
            return Err(refuse::client("Role is not valid"));
        }
    }
    let fargate = spec
        .requires_compatibilities
        .iter()
        .any(|it| it == "FARGATE");
    if fargate {
        check_fargate(spec)?;
    }
    volumes::check(spec)?;
    connect::check_names(spec)?;
    for (index, container) in containers.iter().enumerate() {
        if containers[..index]
            .iter()
            .any(|other| other.name == container.name)
        {
            return Err(refuse::client(
                "Container.name must be unique within a task definition.",
            ));
        }
        check_container(spec, container, fargate)?;
    }
    if !containers.iter().any(Container::is_essential) {
        return Err(refuse::client(
            "At least one container must be marked as essential.",
        ));
    }
    Ok(())
}

const KNOWN: [&str; 4] = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"];

fn check_fargate(spec: &Spec) -> Result<(), Refusal> {
    if spec.network_mode.as_deref() != Some("awsvpc") {
        return Err(refuse::client(
            "Fargate only supports network mode 'awsvpc'.",
        ));
    }
    let need = |what: &str| format!("Fargate requires that '{what}' be defined at the task level.");
    let cpu = spec
        .cpu
        .as_deref()
        .ok_or_else(|| refuse::client(need("cpu")))?;
    let memory = spec
        .memory
        .as_deref()
        .ok_or_else(|| refuse::client(need("memory")))?;
    let invalid = |what: &str| {
        refuse::client(format!(
            "Invalid '{what}' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
        ))
    };
    let cpu = fargate::cpu_units(cpu).ok_or_else(|| invalid("cpu"))?;
    let memory = fargate::mebibytes(memory).ok_or_else(|| invalid("memory"))?;
    if !fargate::exists(cpu, memory) {
        return Err(refuse::client(format!(
            "No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon ECS documentation for the valid values."
        )));
    }
    if spec.execution_role_arn.is_none() {
        for container in &spec.container_definitions {
            let Some(logging) = &container.log_configuration else {
                continue;
            };
            if logging.log_driver == "awslogs" {
                return Err(refuse::client(
                    "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
                ));
            }
        }
        if spec
            .container_definitions
            .iter()
            .any(|it| it.image.contains(".dkr.ecr."))
        {
            return Err(refuse::client(
                "Fargate requires task definition to have execution role ARN to support ECR images.",
            ));
        }
    }
    Ok(())
}

fn check_container(spec: &Spec, container: &Container, fargate: bool) -> Result<(), Refusal> {
    let name = &container.name;
    if name.is_empty() {
        return Err(refuse::client(
            "Container.name should not be null or empty.",
        ));
    }
    if !names::is_name(name) {
        return Err(refuse::client(
            "Container.name contains invalid characters.",
        ));
    }
    if container.image.is_empty() {
        return Err(refuse::client(
            "Container.image should not be null or empty.",
        ));
    }
    if spec.memory.is_none() && container.memory.is_none() && container.memory_reservation.is_none()
    {
        return Err(refuse::client(format!(
            "Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be specified."
        )));
    }
    if let (Some(hard), Some(soft)) = (container.memory, container.memory_reservation)
        && soft > hard
    {
        return Err(refuse::client(format!(
            "Invalid setting for container '{name}'. 'memory' must be greater than or equal to 'memoryReservation'."
        )));
    }
    if spec.execution_role_arn.is_none() && !container.secrets.is_empty() {
        return Err(refuse::client(
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
        ));
    }
    secrets::check(container)?;
    if spec.network_mode.as_deref() == Some("awsvpc") {
        if !container.links.is_empty() {
            return Err(refuse::client(
                "Links are not supported when networkMode=awsvpc.",
            ));
        }
        let mut mappings = container.port_mappings.iter();
        if mappings.any(|it| it.host_port.is_some_and(|host| host != it.container_port)) {
            return Err(refuse::client(
                "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
            ));
        }
    }
    if fargate && container.privileged {
        return Err(refuse::client(
            "Tasks using the Fargate launch type do not support the 'privileged' parameter.",
        ));
    }
    if let Some(logging) = container
        .log_configuration
        .as_ref()
        .filter(|it| it.log_driver == "awslogs")
    {
        let fargate_only = ["awslogs-stream-prefix"].into_iter().filter(|_| fargate);
        for option in ["awslogs-group", "awslogs-region"]
            .into_iter()
            .chain(fargate_only)
        {
            if !logging.options.contains_key(option) {
                return Err(refuse::client(format!(
                    "Log driver awslogs requires options: {option}"
                )));
            }
        }
    }
    if let Some(health) = &container.health_check {
        let fits = (5..=300).contains(&health.interval)
            && (2..=60).contains(&health.timeout)
            && (1..=10).contains(&health.retries)
            && health.start_period <= 300;
        if !fits {
            return Err(refuse::client(format!(
                "Invalid 'healthCheck' setting for container '{name}'."
            )));
        }
    }
    for dependency in &container.depends_on {
        let other = spec
            .container_definitions
            .iter()
            .find(|it| it.name == dependency.container_name);
        let refused = match other {
            None => Some("does not exist in the task definition"),
            Some(other) if other.name == *name => Some("cannot depend on itself"),
            Some(other) if dependency.condition == "HEALTHY" && other.health_check.is_none() => {
                Some("has no health check")
            }
            Some(other)
                if other.is_essential()
                    && matches!(dependency.condition.as_str(), "SUCCESS" | "COMPLETE") =>
            {
                Some("is essential and cannot be waited for to end")
            }
            Some(_) => None,
        };
        if let Some(why) = refused {
            return Err(refuse::client(format!(
                "Invalid dependsOn of container '{name}': container '{}' {why}.",
                dependency.container_name
            )));
        }
    }
    Ok(())
}

/// Fills in what AWS shows where the caller was silent (terraform-provider-aws strips exactly these again).
fn normalise(document: &mut Map<String, Value>, spec: &mut Spec) {
    for (name, units) in [
        ("cpu", spec.cpu.as_deref().and_then(fargate::cpu_units)),
        (
            "memory",
            spec.memory.as_deref().and_then(fargate::mebibytes),
        ),
    ] {
        if let Some(units) = units {
            document.insert(name.to_owned(), json!(units.to_string()));
        }
    }
    spec.cpu = document
        .get("cpu")
        .and_then(Value::as_str)
        .map(str::to_owned);
    spec.memory = document
        .get("memory")
        .and_then(Value::as_str)
        .map(str::to_owned);
    for empty in ["volumes", "placementConstraints"] {
        document.entry(empty).or_insert_with(|| json!([]));
    }
    let volumes = document.get_mut("volumes").and_then(Value::as_array_mut);
    for volume in volumes.into_iter().flatten() {
        if let Some(efs) = volume
            .get_mut("efsVolumeConfiguration")
            .and_then(Value::as_object_mut)
        {
            efs.entry("rootDirectory").or_insert_with(|| json!("/"));
        }
    }
    let mode = if spec.network_mode.is_some() {
        Value::Null
    } else {
        json!("bridge")
    };
    if !mode.is_null() {
        document.insert("networkMode".to_owned(), mode);
    }
    let compatibilities = match spec.network_mode.as_deref() {
        Some("awsvpc") if spec.cpu.is_some() && spec.memory.is_some() => json!(["EC2", "FARGATE"]),
        Some("awsvpc" | "host") => json!(["EC2"]),
        _ => json!(["EXTERNAL", "EC2"]),
    };
    document.insert("compatibilities".to_owned(), compatibilities);
    document.insert("requiresAttributes".to_owned(), attributes(spec));
    let awsvpc = spec.network_mode.as_deref() == Some("awsvpc");
    let containers = document
        .get_mut("containerDefinitions")
        .and_then(Value::as_array_mut);
    for container in containers
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        container.entry("cpu").or_insert_with(|| json!(0));
        container.entry("essential").or_insert_with(|| json!(true));
        for list in [
            "portMappings",
            "environment",
            "mountPoints",
            "volumesFrom",
            "systemControls",
        ] {
            container.entry(list).or_insert_with(|| json!([]));
        }
        if let Some(health) = container
            .get_mut("healthCheck")
            .and_then(Value::as_object_mut)
        {
            for (name, value) in [("interval", 30), ("timeout", 5), ("retries", 3)] {
                health.entry(name).or_insert_with(|| json!(value));
            }
        }
        let mappings = container
            .get_mut("portMappings")
            .and_then(Value::as_array_mut);
        for mapping in mappings
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            mapping.entry("protocol").or_insert_with(|| json!("tcp"));
            let port = mapping.get("containerPort").cloned().filter(|_| awsvpc);
            mapping
                .entry("hostPort")
                .or_insert_with(|| port.unwrap_or_else(|| json!(0)));
        }
    }
}

/// The agent capabilities that clients look at; AWS lists more.
fn attributes(spec: &Spec) -> Value {
    let mut names = vec!["com.amazonaws.ecs.capability.docker-remote-api.1.18"];
    if spec
        .container_definitions
        .iter()
        .any(|it| it.awslogs("awslogs-group").is_some())
    {
        names.push("com.amazonaws.ecs.capability.logging-driver.awslogs");
        names.push("ecs.capability.execution-role-awslogs");
    }
    if spec.task_role_arn.is_some() {
        names.push("com.amazonaws.ecs.capability.task-iam-role");
    }
    if spec.network_mode.as_deref() == Some("awsvpc") {
        names.push("ecs.capability.task-eni");
    }
    let containers = &spec.container_definitions;
    if containers
        .iter()
        .any(|it| it.repository_credentials.is_some())
    {
        names.push("ecs.capability.private-registry-authentication.secretsmanager");
    }
    let of_manager = |from: &str| from.starts_with("arn:aws:secretsmanager:");
    let mut secrets = containers.iter().flat_map(|it| &it.secrets);
    if secrets.clone().any(|it| of_manager(&it.value_from)) {
        names.push("ecs.capability.secrets.asm.environment-variables");
    }
    if secrets.any(|it| !of_manager(&it.value_from)) {
        names.push("ecs.capability.secrets.ssm.environment-variables");
    }
    names.iter().map(|name| json!({ "name": name })).collect()
}
