//! What of a task definition cannot be, or cannot be together: sizes, ranges, and what Fargate and awsvpc do not have
//! [ECS API: ContainerDefinition; ECS developer guide: task definition differences for Fargate].
//!
//! It reads the document as its caller wrote it, since the twin keeps most of these members without acting on them.

use serde_json::Value;

use super::fargate;
use super::refuse;
use crate::refusal::Refusal;

/// Containers in one task definition [ECS quotas].
const CONTAINERS: usize = 10;

/// The log drivers of Fargate [ECS API: LogConfiguration].
const FARGATE_LOGS: [&str; 3] = ["awslogs", "splunk", "awsfirelens"];

/// Refuses what ECS would not register.
pub(super) fn check(document: &Value, fargate: bool, awsvpc: bool) -> Result<(), Refusal> {
    let containers = list(&document["containerDefinitions"]);
    if containers.len() > CONTAINERS {
        return Err(refuse::client(format!(
            "Too many containers: a task definition has at most {CONTAINERS}."
        )));
    }
    check_sizes(document, containers)?;
    if fargate {
        check_fargate(document)?;
    }
    for container in containers {
        check_container(document, container)?;
        if fargate {
            check_on_fargate(container)?;
        }
        if awsvpc {
            absent(
                container,
                &["hostname", "dnsServers", "dnsSearchDomains", "extraHosts"],
                "when networkMode=awsvpc",
            )?;
        }
    }
    check_order(containers)
}

/// The containers together must fit into the task [ECS API: ContainerDefinition cpu, memory].
fn check_sizes(document: &Value, containers: &[Value]) -> Result<(), Refusal> {
    let task = |name: &str, units: fn(&str) -> Option<u32>| {
        document[name].as_str().and_then(units).map(i64::from)
    };
    let cpu: i64 = containers.iter().map(|it| whole(&it["cpu"])).sum();
    if task("cpu", fargate::cpu_units).is_some_and(|limit| cpu > limit) {
        return Err(refuse::client(
            "The total CPU of the containers must not exceed the task's 'cpu'.",
        ));
    }
    let Some(limit) = task("memory", fargate::mebibytes) else {
        return Ok(());
    };
    let reserved = |it: &Value| match it["memoryReservation"].as_i64() {
        Some(soft) => soft,
        None => whole(&it["memory"]),
    };
    let memory: i64 = containers.iter().map(reserved).sum();
    let largest = containers.iter().map(|it| whole(&it["memory"])).max();
    if memory > limit || largest.is_some_and(|largest| largest > limit) {
        return Err(refuse::client(
            "The memory of the containers must not exceed the task's 'memory'.",
        ));
    }
    Ok(())
}

fn check_container(document: &Value, container: &Value) -> Result<(), Refusal> {
    let name = container["name"].as_str().unwrap_or_default();
    let invalid = |what: &str| {
        Err(refuse::client(format!(
            "Invalid '{what}' setting for container '{name}'."
        )))
    };
    // Docker takes no less than 6 MiB [ECS API: ContainerDefinition memory].
    for member in ["memory", "memoryReservation"] {
        if container[member].as_i64().is_some_and(|size| size < 6) {
            return invalid(member);
        }
    }
    let volumes = list(&document["volumes"]);
    for mount in list(&container["mountPoints"]) {
        if !volumes.iter().any(|it| it["name"] == mount["sourceVolume"]) {
            let volume = mount["sourceVolume"].as_str().unwrap_or_default();
            return Err(refuse::client(format!("Unknown volume '{volume}'.")));
        }
    }
    for limit in list(&container["ulimits"]) {
        if whole(&limit["softLimit"]) > whole(&limit["hardLimit"]) {
            return invalid("ulimits");
        }
    }
    let health = &container["healthCheck"];
    if health.is_object() && list(&health["command"]).is_empty() {
        return invalid("healthCheck");
    }
    Ok(())
}

fn check_fargate(document: &Value) -> Result<(), Refusal> {
    absent(document, &["ipcMode", "placementConstraints"], "on Fargate")?;
    if document["pidMode"] == "host" {
        return Err(refuse::client("Fargate only supports the pid mode 'task'."));
    }
    let storage = document["ephemeralStorage"]["sizeInGiB"].as_i64();
    if storage.is_some_and(|size| !(21..=200).contains(&size)) {
        return Err(refuse::client(
            "EphemeralStorage must be between 21 and 200 GiB.",
        ));
    }
    Ok(())
}

fn check_on_fargate(container: &Value) -> Result<(), Refusal> {
    absent(
        container,
        &["dockerSecurityOptions", "resourceRequirements"],
        "on Fargate",
    )?;
    let driver = container["logConfiguration"]["logDriver"].as_str();
    if let Some(driver) = driver.filter(|driver| !FARGATE_LOGS.contains(driver)) {
        return Err(refuse::client(format!(
            "Log driver {driver} is not supported on Fargate; supported are: {}.",
            FARGATE_LOGS.join(", ")
        )));
    }
    let linux = &container["linuxParameters"];
    absent(
        linux,
        &["sharedMemorySize", "tmpfs", "maxSwap", "swappiness"],
        "on Fargate",
    )?;
    if list(&linux["capabilities"]["add"])
        .iter()
        .any(|it| it != "SYS_PTRACE")
    {
        return Err(refuse::client(
            "Fargate only supports adding the kernel capability SYS_PTRACE.",
        ));
    }
    for member in ["startTimeout", "stopTimeout"] {
        if container[member].as_i64().is_some_and(|it| it > 120) {
            return Err(refuse::client(format!(
                "{member} must not exceed 120 seconds on Fargate."
            )));
        }
    }
    Ok(())
}

/// Containers that wait for each other would never start.
fn check_order(containers: &[Value]) -> Result<(), Refusal> {
    let mut waiting: Vec<&Value> = containers.iter().collect();
    loop {
        let before = waiting.len();
        let names: Vec<&Value> = waiting.iter().map(|it| &it["name"]).collect();
        waiting.retain(|it| {
            list(&it["dependsOn"])
                .iter()
                .any(|on| names.contains(&&on["containerName"]))
        });
        if waiting.is_empty() {
            return Ok(());
        }
        if waiting.len() == before {
            return Err(refuse::client("The containers' dependsOn have a cycle."));
        }
    }
}

fn absent(value: &Value, members: &[&str], wherever: &str) -> Result<(), Refusal> {
    let given = |member: &&&str| match &value[**member] {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    };
    match members.iter().find(given) {
        Some(member) => Err(refuse::client(format!(
            "'{member}' is not supported {wherever}."
        ))),
        None => Ok(()),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn whole(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}
