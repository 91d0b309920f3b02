//! ECS tasks as targets of EventBridge's rules and of schedules: the parameters, and starting the tasks as a role.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::bounds;
use crate::iam::{self, Request, Verdict};
use crate::input::Input;
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::service::services;
use crate::world::World;

/// What a target says of the tasks that it starts.
pub(crate) struct Errand<'a> {
    pub(crate) role: &'a str,
    pub(crate) cluster: &'a str,
    /// `EcsParameters`, as [`read`] gave them.
    pub(crate) parameters: &'a Value,
    /// RunTask's `overrides`, as a text.
    pub(crate) overrides: Option<&'a str>,
    pub(crate) started_by: String,
}

const LAUNCH_TYPES: [&str; 3] = ["EC2", "FARGATE", "EXTERNAL"];

/// Reads `EcsParameters`, and gives them as they are shown. What else they mean is found out when a task is started.
pub(crate) fn read(mut input: Input) -> Result<Value, Refusal> {
    let mut read = Map::new();
    let mut keep = |name: &str, value: Option<Value>| {
        read.extend(value.map(|value| (name.to_owned(), value)));
    };
    let definition = bounds::required(&mut input, "TaskDefinitionArn", 1, 1600)?;
    keep("TaskDefinitionArn", Some(json!(definition)));
    let count = bounds::whole(&mut input, "TaskCount", 1, 10)?;
    keep("TaskCount", Some(json!(count.unwrap_or(1))));
    let launch = bounds::one_of(&mut input, "LaunchType", &LAUNCH_TYPES)?;
    keep("LaunchType", launch.map(Value::from));
    let network = input.object("NetworkConfiguration")?;
    keep(
        "NetworkConfiguration",
        network.map(read_network).transpose()?,
    );
    for text in ["PlatformVersion", "Group", "ReferenceId"] {
        keep(text, input.text(text)?.map(Value::from));
    }
    let strategy = input.objects("CapacityProviderStrategy")?;
    let strategy: Result<Vec<Value>, Refusal> = strategy.into_iter().map(read_item).collect();
    keep(
        "CapacityProviderStrategy",
        Some(strategy?)
            .filter(|items| !items.is_empty())
            .map(Value::from),
    );
    for flag in ["EnableECSManagedTags", "EnableExecuteCommand"] {
        keep(flag, input.boolean(flag)?.map(Value::from));
    }
    let propagate = bounds::one_of(&mut input, "PropagateTags", &["TASK_DEFINITION"])?;
    keep("PropagateTags", propagate.map(Value::from));
    for list in ["PlacementConstraints", "PlacementStrategy", "Tags"] {
        input.accept(list, &[json!([])])?;
    }
    if read.contains_key("LaunchType") && read.contains_key("CapacityProviderStrategy") {
        return Err(input
            .invalid("You cannot specify both a launch type and a capacity provider strategy."));
    }
    input.finish()?;
    Ok(Value::Object(read))
}

fn read_network(mut input: Input) -> Result<Value, Refusal> {
    let mut vpc = input
        .object("awsvpcConfiguration")?
        .ok_or_else(|| input.missing("awsvpcConfiguration"))?;
    let subnets = bounds::texts(&mut vpc, "Subnets", 16)?;
    let groups = bounds::texts(&mut vpc, "SecurityGroups", 5)?;
    let address = bounds::one_of(&mut vpc, "AssignPublicIp", &["ENABLED", "DISABLED"])?;
    if subnets.is_empty() {
        return Err(vpc.missing("Subnets"));
    }
    vpc.finish()?;
    input.finish()?;
    let groups = Some(groups).filter(|groups| !groups.is_empty());
    Ok(json!({ "awsvpcConfiguration": {
        "Subnets": subnets, "SecurityGroups": groups, "AssignPublicIp": address,
    }}))
}

fn read_item(mut input: Input) -> Result<Value, Refusal> {
    let item = json!({
        "capacityProvider": bounds::required(&mut input, "capacityProvider", 1, 255)?,
        "weight": bounds::whole(&mut input, "weight", 0, 1000)?,
        "base": bounds::whole(&mut input, "base", 0, 100_000)?,
    });
    input.finish()?;
    Ok(item)
}

/// Starts the tasks as the role, which needs `ecs:RunTask` on the task definition and `iam:PassRole` on its roles; or
/// says why not.
pub(crate) fn run(world: &mut World, region: &str, errand: &Errand<'_>) -> Result<(), String> {
    let Some(role) = iam::role(world, errand.role).cloned() else {
        return Err(format!("The role {} does not exist.", errand.role));
    };
    let definition = errand.parameters["TaskDefinitionArn"]
        .as_str()
        .unwrap_or_default();
    let definition = crate::ecs::latest_definition(world, region, definition)
        .unwrap_or_else(|| definition.to_owned());
    let mut asked = vec![(
        "ecs:RunTask",
        definition.clone(),
        ("ecs:cluster", errand.cluster),
    )];
    for passed in crate::ecs::roles_of_definition(world, region, &definition) {
        let to = ("iam:passedtoservice", "ecs-tasks.amazonaws.com");
        asked.push(("iam:PassRole", passed, to));
    }
    for (action, resource, (key, value)) in asked {
        let context = BTreeMap::from([
            (key.to_owned(), value.to_owned()),
            ("aws:requestedregion".to_owned(), region.to_owned()),
            ("aws:principalaccount".to_owned(), world.account.clone()),
            ("aws:resourceaccount".to_owned(), world.account.clone()),
        ]);
        let request = Request {
            action,
            resource: &resource,
            context,
        };
        if iam::evaluate(world, &role, &request) != Verdict::Allowed {
            return Err(format!(
                "User: arn:aws:sts::{}:assumed-role/{} is not authorized to perform: {action} on resource: {resource}",
                world.account, role.name
            ));
        }
    }
    let fields = fields(errand)?;
    let service = services().iter().find(|service| service.name == "ecs");
    let operation = service.and_then(|it| it.operations.iter().find(|it| it.name == "RunTask"));
    let (Some(service), Some(operation)) = (service, operation) else {
        return Err("there is no RunTask".to_owned());
    };
    let principal = format!(
        "arn:aws:sts::{}:assumed-role/{}/{}",
        world.account,
        role.name,
        errand.started_by.replace('/', "-")
    );
    let mut call = Call {
        world,
        region: region.to_owned(),
        operation: operation.name,
        input: Input::new(service, fields),
        body: bytes::Bytes::new(),
        principal,
    };
    let answer = (operation.run)(&mut call).map_err(|it| format!("{}: {}", it.code, it.message))?;
    match answer["failures"].as_array().and_then(|it| it.first()) {
        Some(failure) => Err(failure["reason"].as_str().unwrap_or_default().to_owned()),
        None => Ok(()),
    }
}

/// The parameters of RunTask.
fn fields(errand: &Errand<'_>) -> Result<Map<String, Value>, String> {
    let given = errand.parameters;
    let mut fields = Map::new();
    let vpc = &given["NetworkConfiguration"]["awsvpcConfiguration"];
    let network = vpc.is_object().then(|| {
        json!({ "awsvpcConfiguration": {
            "subnets": vpc["Subnets"],
            "securityGroups": vpc["SecurityGroups"],
            "assignPublicIp": vpc["AssignPublicIp"],
        }})
    });
    let overrides = match errand.overrides {
        None => None,
        Some(text) => Some(
            serde_json::from_str::<Value>(text)
                .ok()
                .filter(Value::is_object)
                .ok_or("The input is not a valid override.")?,
        ),
    };
    for (name, value) in [
        ("cluster", Some(json!(errand.cluster))),
        ("taskDefinition", Some(given["TaskDefinitionArn"].clone())),
        ("count", Some(given["TaskCount"].clone())),
        ("launchType", Some(given["LaunchType"].clone())),
        ("networkConfiguration", network),
        ("platformVersion", Some(given["PlatformVersion"].clone())),
        ("group", Some(given["Group"].clone())),
        ("referenceId", Some(given["ReferenceId"].clone())),
        (
            "capacityProviderStrategy",
            Some(given["CapacityProviderStrategy"].clone()),
        ),
        (
            "enableECSManagedTags",
            Some(given["EnableECSManagedTags"].clone()),
        ),
        (
            "enableExecuteCommand",
            Some(given["EnableExecuteCommand"].clone()),
        ),
        ("propagateTags", Some(given["PropagateTags"].clone())),
        ("overrides", overrides),
        (
            "startedBy",
            Some(json!(
                errand.started_by.chars().take(128).collect::<String>()
            )),
        ),
    ] {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            fields.insert(name.to_owned(), value);
        }
    }
    Ok(fields)
}
